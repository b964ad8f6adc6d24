import {
  type CheckRequest,
  type FinishedCheck,
  type ReflectorOptions,
  type RunningCheck,
  startCheck,
  startNat,
  startReflector,
} from '../src/app/index.ts';
import { canonicalIp, type PortRange, parsePorts } from '../src/base/index.ts';
import type { Report } from '../src/report/index.ts';
import { createModel, type Model, type ModelOptions } from './model/index.ts';
import { checkInPlace } from './run-exclusive.ts';
import {
  type Check,
  compare,
  compareNat,
  mayBeExclusive,
  type NatScenario,
  type NetworkSpec,
  type Scenario,
  type ServerSpec,
  serversOf,
  servicesOf,
  withServices,
} from './scenarios/index.ts';
import { telling } from './test-lies.ts';

export interface ModelRun {
  readonly seed: number;
  /** Chance of a loss, each way. */
  readonly loss: number | null;
  /** Of those checks that leave it open; default: `bind`. `exclusive`: of those that are asked beside holders, too. */
  readonly mode?: Check['mode'] | 'exclusive';
}

/**
 * So many seeds with ordinary sockets, and a tenth of them beside those who hold the ports, and a twentieth while they
 * are stopped: what differs between the modes is how sockets are opened, and a few seeds show that nothing else does.
 */
export function modelRuns(seeds: number): readonly Omit<ModelRun, 'loss'>[] {
  const draw = (count: number, mode: NonNullable<ModelRun['mode']>) =>
    Array.from({ length: count }, (_, index) => ({ seed: index + 1, mode }));
  return [...draw(seeds, 'bind'), ...draw(seeds / 10, 'live'), ...draw(seeds / 20, 'exclusive')];
}

/** Runs one scenario in memory; what is wrong with it, one line each. */
export async function runInModel(scenario: Scenario, { mode = 'bind', ...run }: ModelRun): Promise<string[]> {
  if (mode === 'exclusive') return mayBeExclusive(scenario) ? runInPlace(scenario, run) : [];
  const { model, stop } = await open(scenario.network, run);
  return runSteps(scenario, model, stop, async (check) => {
    const run = startCheck(model.pbx, requestOf({ mode, ...check }), 'lab');
    cancelLater(model, check, run);
    return { finished: await model.run(run.finished), differences: [] };
  });
}

/** The same in the place of services that hold all of its ports. */
async function runInPlace(scenario: Scenario, run: Omit<ModelRun, 'mode'>): Promise<string[]> {
  const units = servicesOf(scenario);
  const { model, stop } = await open(withServices(scenario.network), run, { services: { units } });
  return runSteps(scenario, model, stop, (check) =>
    checkInPlace(model, units, requestOf(check), (run) => cancelLater(model, check, run)),
  );
}

function cancelLater(model: Model, { cancelAfter }: Check, { cancel }: Pick<RunningCheck, 'cancel'>): void {
  if (cancelAfter !== undefined) model.pbx.clock.at(model.now() + 1000 * cancelAfter, cancel);
}

interface Checked {
  readonly finished: FinishedCheck;
  /** What is wrong beside the report. */
  readonly differences: readonly string[];
}

async function runSteps(
  scenario: Scenario,
  model: Model,
  stop: () => string[],
  carryOut: (check: Check) => Promise<Checked>,
): Promise<string[]> {
  const differences: string[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    if (step.repair) model.repair(step.repair);
    if (step.repair6) model.repair(step.repair6, 'ipv6');
    if (step.after) await model.advance(1000 * step.after);
    const { finished, differences: more } = await carryOut(step.check);
    const found = [...compare(step.expect, finished.report, 'model'), ...more];
    differences.push(...found.map((line) => (scenario.steps.length > 1 ? `check ${index + 1}: ${line}` : line)));
  }
  return [...differences, ...stop()];
}

/** The report of one check in memory; the same each time. */
export async function reportInModel(network: NetworkSpec, check: Check): Promise<Report> {
  const { model, stop } = await open(network, { seed: 1, loss: null });
  const { report } = await model.run(startCheck(model.pbx, requestOf(check), 'lab').finished);
  stop();
  return report;
}

/** The longest that `nat` waits for a mapping to be forgotten, and more. */
const LONGEST = 3 * 3_600_000;

/** The same for `fullcone nat`. */
export async function runNatInModel({ network, asks, expect }: NatScenario, run: ModelRun): Promise<string[]> {
  const { model, stop } = await open(network, run);
  const servers = serversOf(undefined).map((name) => ({ name, host: hostOf(name), port: 3478 }));
  const options = {
    hairpin: asks.hairpin ?? false,
    fragments: asks.fragments ?? false,
    lifetime: asks.lifetime ?? null,
  };
  const nat = startNat(model.pbx, { servers, family: null, bindAddress: '0.0.0.0', options }, 'lab');
  const report = await model.run(nat.finished, LONGEST);
  return [...compareNat(expect, report, (run.loss ?? 0) > 0), ...stop()];
}

/** `stop` ends the servers, and tells what is left open then. */
async function open(
  network: NetworkSpec,
  { seed, loss }: Pick<ModelRun, 'seed' | 'loss'>,
  options: Partial<ModelOptions> = {},
): Promise<{ model: Model; stop: () => string[] }> {
  const model = createModel(network, { seed, ...(loss === null ? {} : { loss: { out: loss, in: loss } }), ...options });
  const close = await serve(model, network);
  const stop = () => {
    close();
    const left = model.openSockets();
    return left === 0 ? [] : [`${left} sockets are left open`];
  };
  return { model, stop };
}

async function serve(model: Model, { server, second, ipv6 }: NetworkSpec): Promise<() => void> {
  const isDead = server.kind === 'down' || server.kind === 'silent';
  const first = [IPV4, ...(ipv6 === undefined ? [] : [IPV6])].map((pair) => reflectorOptions(server, pair));
  const all = [...(isDead ? [] : first), ...(second ? [SECOND] : [])];
  const closers = await Promise.all(
    all.map((options) => start(model, options, options === SECOND ? undefined : server.lie)),
  );
  return () => {
    for (const close of closers) close();
  };
}

async function start(model: Model, options: ReflectorOptions, lie: ServerSpec['lie']): Promise<() => void> {
  const started = await model.run(startReflector(telling(lie, model.reflector), options));
  if (started.kind === 'error') throw new Error(`the reflector did not start: ${started.error.kind}`);
  return () => started.value.close();
}

const IPV4 = { primary: '198.51.100.10', alternate: '198.51.100.20' };
const IPV6 = { primary: '2001:db8:100::10', alternate: '2001:db8:100::20' };

const FAULTS = ['ignores-change-request', 'no-response-port', 'no-calls', 'throttles'] as const;

const reflectorOptions = ({ kind }: ServerSpec, { primary, alternate }: typeof IPV4): ReflectorOptions => ({
  primary,
  alternate: kind === 'one-address' ? null : alternate,
  port: 3478,
  alternatePort: 3479,
  rfc3489: false,
  lab: false,
  fault: FAULTS.find((fault) => fault === kind) ?? null,
});

const SECOND = reflectorOptions({ kind: 'full' }, { primary: '198.51.100.30', alternate: '198.51.100.40' });

export function requestOf({
  udp,
  tcp,
  family,
  servers = serversOf(family),
  sample,
  rate,
  noWait = false,
  publicAddress,
  mode = 'bind',
}: Check): CheckRequest {
  return {
    servers: servers.map((name) => ({ name, host: hostOf(name), port: 3478, mayBeDomain: true as const })),
    udp: rangesOf(udp),
    tcp: tcp === undefined ? [] : rangesOf(tcp),
    tcpIfPossible: false,
    family: family ?? null,
    hostName: null,
    ...(publicAddress === undefined ? {} : { publicAddresses: [publicAddress] }),
    bindAddress: family === 'ipv6' ? '::' : '0.0.0.0',
    rate: rate === 'max' ? { kind: 'max' } : null,
    sample: sample ?? 'all',
    order: 'random',
    mode,
    serverList: null,
    noWait,
    noRouter: false,
  };
}

/** A literal without its brackets. */
const hostOf = (name: string): string => canonicalIp(name.replace(/^\[(.*)\]$/, '$1')) ?? name;

function rangesOf(text: string): readonly PortRange[] {
  const ports = parsePorts(text);
  if (ports.kind === 'error') throw new Error(`a scenario names the ports "${text}"`);
  return ports.value;
}
