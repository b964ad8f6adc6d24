import type { Command } from 'commander';
import { areSame, type DeliveryOptions, deliver, formatNames, openOutput, readFormats } from './deliver.ts';
import { sayMistake } from './say.ts';
import { readStored } from './stored.ts';
import { type Context, EXIT } from './types.ts';

export interface ReportCommand extends DeliveryOptions {
  readonly file?: string;
  readonly lang?: string;
}

/** `fullcone report`: a report, or a run, that a check has written, in another form. */
export async function report(command: ReportCommand, context: Context): Promise<number> {
  const formats = readFormats(command, context);
  if (formats.kind === 'error') return sayMistake(formats.error, context);
  if (command.file === undefined)
    return sayMistake({ key: 'stored.no-file', facts: { help: 'fullcone report report.json' } }, context);
  if (areSame(command.output, command.file))
    return sayMistake({ key: 'output.is-read', facts: { path: command.file } }, context);
  const stored = await readStored(command.file, context);
  if (stored.kind === 'error') return sayMistake(stored.error, context);
  const output = await openOutput(command.output, context, 'output.cannot-be-opened');
  if (output.kind === 'error') return sayMistake(output.error, context);
  return (await deliver(stored.value, output.value, command, context)) ? EXIT.supported : EXIT.internal;
}

export function addReport(program: Command, action: (options: ReportCommand, command: Command) => Promise<void>): void {
  program
    .command('report')
    .argument('[file]', 'a report in JSON (check --output report.json), or a recorded run (check --record run.jsonl)')
    .description('Shows a report that a check has written, in any form. It asks nobody anything.')
    .option('--format <format>', `${formatNames()}; otherwise as the name of the file ends, or text`)
    .option('--json', 'print it as JSON')
    .option('--output <file>', 'write it to a file too')
    .option('--redact', 'replace addresses and names, the same by the same')
    .option('--list-ports', 'list every port in the text')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .allowExcessArguments()
    .addHelpText('after', HELP)
    .action((file: string | undefined, options: ReportCommand, command: Command) =>
      action(file === undefined ? options : { ...options, file }, command),
    );
}

const HELP = `
Exit codes:
  0 shown, whatever the verdict, 64 bad usage, or no report in the file,
  70 internal error, or it could not be written

Examples:
  fullcone report report.json
  fullcone report report.json --format junit --output report.xml
  fullcone report run.jsonl --redact --output for-the-provider.json
`;
