import type { Command } from 'commander';
import { compareReports, renderComparison, renderComparisonJson } from '../report/index.ts';
import { displayOf } from './display.ts';
import { sayMistake } from './say.ts';
import { readStored } from './stored.ts';
import type { Context } from './types.ts';

export interface CompareCommand {
  readonly files: readonly string[];
  readonly format?: string;
  readonly json?: boolean;
  readonly lang?: string;
}

/** `diff` and `cmp` have taught what these mean. */
const [SAME, DIFFERENT] = [0, 1];

/** `fullcone compare`: what is different in the second of two reports. */
export async function compare(command: CompareCommand, context: Context): Promise<number> {
  const format = command.format?.trim().toLowerCase() ?? (command.json ? 'json' : 'text');
  if (format !== 'text' && format !== 'json')
    return sayMistake(
      { key: 'format.unknown', facts: { given: command.format ?? '', formats: 'text, json' } },
      context,
    );
  if (command.json && format === 'text') return sayMistake({ key: 'format.both', facts: { given: format } }, context);
  const [one, other] = command.files;
  if (one === undefined || other === undefined) return sayMistake({ key: 'compare.two-needed', facts: {} }, context);
  const first = await readStored(one, context);
  if (first.kind === 'error') return sayMistake(first.error, context);
  const second = await readStored(other, context);
  if (second.kind === 'error') return sayMistake(second.error, context);
  const comparison = compareReports(first.value, second.value);
  if (!comparison) return sayMistake({ key: 'compare.nothing-common', facts: { first: one, second: other } }, context);
  const { terminal, language } = context;
  const text = () => renderComparison(comparison, language, { ...displayOf(terminal), verbose: false });
  terminal.out.write(format === 'json' ? renderComparisonJson(comparison) : text());
  return comparison.changed ? DIFFERENT : SAME;
}

export function addCompare(
  program: Command,
  action: (options: CompareCommand, command: Command) => Promise<void>,
): void {
  program
    .command('compare')
    .argument('[first]', 'the earlier report, in JSON, or a recorded run')
    .argument('[second]', 'the later one')
    .description('Tells what changed between two reports: results, causes, servers, addresses, NAT, verdict.')
    .option('--format <format>', 'text or json', undefined)
    .option('--json', 'print it as JSON')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .allowExcessArguments()
    .addHelpText('after', HELP)
    .action((first: string | undefined, second: string | undefined, options: CompareCommand, command: Command) =>
      action({ ...options, files: [first, second].filter((file) => file !== undefined) }, command),
    );
}

const HELP = `
Exit codes:
  0 nothing changed, 1 something did,
  64 bad usage, no report in a file, or no port in both,
  70 internal error, or it could not be written

Examples:
  fullcone compare monday.json tuesday.json
  fullcone compare before.json after.json --format json
`;
