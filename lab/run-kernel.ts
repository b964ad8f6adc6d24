import { liarCommand } from './build-liar.ts';
import { type KernelLab, NotAvailable, openLab } from './kernel/index.ts';
import {
  type Check,
  type Column,
  compare,
  compareNat,
  type NatScenario,
  type NatShape,
  type PortService,
  type ReportShape,
  type Scenario,
  type Step,
  serversOf,
  servicesOf,
  withServices,
} from './scenarios/index.ts';
import { beginServices, EXCLUSIVE, wrongWithServices } from './services-kernel.ts';

/** The built command. */
export const FULLCONE: readonly string[] = [process.execPath, 'dist/fullcone.js'];

/** Longer than any scenario waits, and shorter than anybody would. */
const LIMIT = 120_000;

export type KernelColumn = Exclude<Column, 'model'>;

/** Runs one scenario through real NATs; what is wrong with it, one line each. */
export async function runInKernel(scenario: Scenario, column: KernelColumn): Promise<string[]> {
  const services = column === 'exclusive' ? servicesOf(scenario) : [];
  const network = column === 'exclusive' ? withServices(scenario.network) : scenario.network;
  const lab = await open({ network }, column);
  try {
    await beginServices(lab, services, network);
    const differences: string[] = [];
    for (const [index, step] of scenario.steps.entries()) {
      const found = await runStep(lab, step, column, services);
      differences.push(...found.map((line) => (scenario.steps.length > 1 ? `check ${index + 1}: ${line}` : line)));
    }
    return differences;
  } finally {
    await lab.close();
  }
}

/** The same for `fullcone nat`. */
export async function runNatInKernel(scenario: NatScenario, column: KernelColumn): Promise<string[]> {
  const lab = await open(scenario, column);
  try {
    const { status, stdout, stderr } = await lab.run('pbx', [...FULLCONE, ...natWords(scenario)], { timeout: LIMIT });
    const report = parse<NatShape>(stdout);
    if (!report) return [`no report; exit ${status}; ${stderr.trim() || stdout.trim()}`];
    return compareNat(scenario.expect, report, false);
  } finally {
    await lab.close();
  }
}

async function open({ network }: Pick<Scenario, 'network'>, column: KernelColumn): Promise<KernelLab> {
  const liar = network.server.lie === undefined ? {} : { liar: await liarCommand() };
  return openLab(network, { server: column === 'coturn' ? 'coturn' : 'fullcone', fullcone: FULLCONE, ...liar });
}

async function runStep(
  lab: KernelLab,
  step: Step,
  column: KernelColumn,
  services: readonly PortService[],
): Promise<string[]> {
  if (step.repair) await lab.repair(step.repair);
  if (step.repair6) await lab.repair6(step.repair6);
  if (step.after) await new Promise((resolve) => setTimeout(resolve, 1000 * (step.after ?? 0)));
  const { status, stdout, stderr } = await lab.run('pbx', [...FULLCONE, ...words(step.check), ...mode(column, step)], {
    timeout: LIMIT,
    ...interruption(step.check),
  });
  const report = parse<ReportShape>(stdout);
  if (!report) return [`no report; exit ${status}; ${stderr.trim() || stdout.trim()}`];
  const differences = [...compare(step.expect, report, column), ...(await wrongWithServices(lab, services, report))];
  const wanted = EXIT_CODES[report.verdict];
  return status === wanted ? differences : [...differences, `exit code: expected ${wanted}, got ${status}`];
}

/** As by Ctrl-C. */
const interruption = ({ cancelAfter }: Check) =>
  cancelAfter === undefined ? {} : { signalAfter: { ms: 1000 * cancelAfter, signal: 'SIGINT' as const } };

const EXIT_CODES: Readonly<Record<string, number>> = { supported: 0, unsupported: 1, inconclusive: 2, cancelled: 130 };

const mode = (column: KernelColumn, { check }: Step): readonly string[] =>
  column === 'exclusive' ? EXCLUSIVE : ['--mode', check.mode ?? (column === 'live' ? 'live' : 'bind')];

const words = ({ family, servers = serversOf(family), udp, tcp, sample, noWait, publicAddress }: Check): string[] => [
  'check',
  ...(family === undefined ? [] : [family === 'ipv6' ? '-6' : '-4']),
  ...servers.flatMap((server) => ['--server', server]),
  ...['--udp', udp, '--rate', 'max', '--json'],
  ...(sample === undefined ? ['--all'] : ['--sample', String(sample)]),
  ...(tcp ? ['--tcp', tcp] : []),
  ...(noWait ? ['--no-wait'] : []),
  ...(publicAddress ? ['--public-address', publicAddress] : []),
];

const natWords = ({ asks: { hairpin, fragments, lifetime } }: NatScenario): string[] => [
  ...['nat', '--json', ...serversOf(undefined).flatMap((server) => ['--server', server])],
  ...(hairpin ? ['--hairpin'] : []),
  ...(fragments ? ['--fragments'] : []),
  ...(lifetime === undefined ? [] : ['--lifetime', String(lifetime)]),
];

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

export { NotAvailable };
