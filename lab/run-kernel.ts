import { type KernelLab, NotAvailable, openLab } from './kernel/index.ts';
import {
  type Check,
  type Column,
  compare,
  type ReportShape,
  type Scenario,
  type Step,
  serversOf,
} from './scenarios/index.ts';

/** The built command. */
export const FULLCONE: readonly string[] = [process.execPath, 'dist/fullcone.js'];

/** Longer than any scenario waits, and shorter than anybody would. */
const LIMIT = 120_000;

export type KernelColumn = Exclude<Column, 'model'>;

/** Runs one scenario through real NATs; what is wrong with it, one line each. */
export async function runInKernel(scenario: Scenario, column: KernelColumn): Promise<string[]> {
  const lab = await openLab(scenario.network, {
    server: column === 'coturn' ? 'coturn' : 'fullcone',
    fullcone: FULLCONE,
  });
  try {
    const differences: string[] = [];
    for (const [index, step] of scenario.steps.entries()) {
      const found = await runStep(lab, step, column);
      differences.push(...found.map((line) => (scenario.steps.length > 1 ? `check ${index + 1}: ${line}` : line)));
    }
    return differences;
  } finally {
    await lab.close();
  }
}

async function runStep(lab: KernelLab, step: Step, column: KernelColumn): Promise<string[]> {
  if (step.repair) await lab.repair(step.repair);
  if (step.repair6) await lab.repair6(step.repair6);
  if (step.after) await new Promise((resolve) => setTimeout(resolve, 1000 * (step.after ?? 0)));
  const { status, stdout, stderr } = await lab.run(
    'pbx',
    [...FULLCONE, ...words({ mode: column === 'live' ? 'live' : 'bind', ...step.check })],
    { timeout: LIMIT },
  );
  const report = parse(stdout);
  if (!report) return [`no report; exit ${status}; ${stderr.trim() || stdout.trim()}`];
  const differences = compare(step.expect, report, column);
  const wanted = EXIT_CODES[report.verdict];
  return status === wanted ? differences : [...differences, `exit code: expected ${wanted}, got ${status}`];
}

const EXIT_CODES: Readonly<Record<string, number>> = { supported: 0, unsupported: 1, inconclusive: 2, cancelled: 130 };

const words = ({ family, servers = serversOf(family), udp, tcp, sample, noWait, mode = 'bind' }: Check): string[] => [
  'check',
  ...(family === undefined ? [] : [family === 'ipv6' ? '-6' : '-4']),
  ...servers.flatMap((server) => ['--server', server]),
  ...['--udp', udp, '--rate', 'max', '--json'],
  ...(sample === undefined ? ['--all'] : ['--sample', String(sample)]),
  ...(tcp ? ['--tcp', tcp] : []),
  ...(noWait ? ['--no-wait'] : []),
  ...['--mode', mode],
];

function parse(text: string): ReportShape | null {
  try {
    return JSON.parse(text) as ReportShape;
  } catch {
    return null;
  }
}

export { NotAvailable };
