import type { Milliseconds } from '../../src/base/index.ts';
import type { NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import type { Host } from './addresses.ts';
import { type Cell, type Exit, type How, openCell, type Process } from './exec.ts';
import { nftHostFirewall } from './nft-host.ts';
import { nftDirect, nftInternet, nftInternet6 } from './nft-internet.ts';
import { nftOuter, nftRouter } from './nft-router.ts';
import { nftRouter6 } from './nft-router6.ts';
import {
  coturns,
  holder,
  neighbour,
  type Program,
  reflector,
  resolver,
  type Servers,
  secondReflector,
  speaker,
} from './programs.ts';
import { refuseImpossible, router6Problems, routerProblems } from './refuse.ts';
import { createRouterService, type RouterService } from './router-service.ts';
import { startProgram } from './start.ts';
import { netnsPath, SCRATCH, topologyScript } from './topology.ts';

/** `fullcone`: such as `[process.execPath, 'dist/fullcone.js']`. */
export interface LabOptions extends Servers {
  readonly server: 'fullcone' | 'coturn';
  readonly name?: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Then it is killed. */
  readonly timeout?: Milliseconds;
  readonly signalAfter?: { readonly ms: Milliseconds; readonly signal: NodeJS.Signals };
}

export interface KernelLab {
  readonly name: string;
  /** Runs a command in a host's namespace. */
  run(host: Host, command: readonly string[], options?: RunOptions): Promise<Exit>;
  /** New rules in the router; connection states and mappings stay. */
  repair(change: Partial<RouterSpec>): Promise<void>;
  /** The same of IPv6. */
  repair6(change: Partial<RouterSpec>): Promise<void>;
  /** UDP packets that were put on the link between router and internet; what the link lost is among them. */
  counters(): Promise<{ readonly out: number; readonly in: number }>;
  /** Ends all that runs in the lab, and the lab. More than once does no harm. */
  close(): Promise<void>;
}

let labs = 0;

/** Builds the network, loads the rules, starts server, resolver, the router's own service, holder of ports and neighbour. */
export async function openLabAs(how: How, spec: NetworkSpec, options: LabOptions): Promise<KernelLab> {
  refuseImpossible(spec, options.server);
  const name = `${options.name ?? 'lab'}-${process.pid}-${++labs}`;
  const cell = await openCell(how, topologyScript(name, spec), environment(name));
  const service = createRouterService((program) => startProgram(cell, netnsPath(name, 'router'), program));
  try {
    await loadRules(name, cell, spec);
    if (spec.router) await service.become(spec.router);
    await setTimeouts(name, cell, spec.router);
    await startPrograms(name, cell, spec, options);
  } catch (error) {
    await cell.end();
    throw error;
  }
  return kernelLab(name, cell, spec, service);
}

/**
 * The variables of the machine, but scratch and state on the lab's own file system, and English everywhere.
 * A user's path may lack sbin.
 */
const environment = (name: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
  TMPDIR: SCRATCH.tmp,
  XDG_STATE_HOME: SCRATCH.state,
  XDG_CACHE_HOME: SCRATCH.cache,
  XDG_CONFIG_HOME: SCRATCH.config,
  LC_ALL: 'C.UTF-8',
  FULLCONE_LAB: name,
});

function kernelLab(name: string, cell: Cell, spec: NetworkSpec, service: RouterService): KernelLab {
  let { router, ipv6 } = spec;
  let closing: Promise<void> | null = null;
  return {
    name,
    run(host, command, options = {}) {
      const words = host === 'pbx' && spec.withoutRights ? [...WITHOUT_RIGHTS, ...command] : command;
      return run(cell.start(netnsPath(name, host), words, options), options);
    },
    async repair(change) {
      if (router === null) throw new Error('there is no router to repair');
      router = { ...router, ...change };
      const problems = routerProblems(router);
      if (problems.length > 0) throw new Error(`the router cannot be repaired like this: ${problems.join('; ')}`);
      await service.become(router);
      await load(name, cell, 'router', nftRouter(router, spec.loss, spec.outer?.inside));
    },
    async repair6(change) {
      if (!ipv6) throw new Error('there is no IPv6 in a router to repair');
      ipv6 = { ...ipv6, ...change };
      const problems = router6Problems(ipv6);
      if (problems.length > 0) throw new Error(`its IPv6 cannot be repaired like this: ${problems.join('; ')}`);
      await load(name, cell, 'router', nftRouter6(ipv6, spec.loss));
    },
    counters: async () => readCounters(await nft(name, cell, 'inet', ['-j', 'list', 'counters'])),
    close: () => {
      closing ??= cell.end();
      return closing;
    },
  };
}

/** Root, and all the same no more than anybody. */
const WITHOUT_RIGHTS = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--'];

async function run(started: Process, { timeout, signalAfter }: RunOptions): Promise<Exit> {
  const timers = [
    ...(timeout === undefined ? [] : [setTimeout(() => started.signal('SIGKILL'), timeout)]),
    ...(signalAfter ? [setTimeout(() => started.signal(signalAfter.signal), signalAfter.ms)] : []),
  ];
  try {
    return await started.done;
  } finally {
    timers.forEach(clearTimeout);
  }
}

async function loadRules(name: string, cell: Cell, spec: NetworkSpec): Promise<void> {
  await Promise.all([
    load(name, cell, 'inet', nftInternet(spec)),
    spec.router === null
      ? load(name, cell, 'pbx', nftDirect(spec.loss))
      : load(name, cell, 'router', nftRouter(spec.router, spec.loss, spec.outer?.inside)),
    ...(spec.outer ? [load(name, cell, 'outer', nftOuter(spec.outer))] : []),
    ...(spec.hostFirewall ? [load(name, cell, 'pbx', nftHostFirewall())] : []),
    ...(spec.hostFirewall && spec.ipv6 !== undefined ? [load(name, cell, 'pbx', nftHostFirewall('ip6'))] : []),
  ]);
  if (spec.ipv6 === undefined) return;
  await Promise.all([
    load(name, cell, 'inet', nftInternet6(spec)),
    spec.ipv6 === null
      ? load(name, cell, 'pbx', nftDirect(spec.loss, 'ip6'))
      : load(name, cell, 'router', nftRouter6(spec.ipv6, spec.loss)),
  ]);
}

/** Of the connection tracking; the kernel reads them at each packet. */
async function setTimeouts(name: string, cell: Cell, router: RouterSpec | null): Promise<void> {
  if (!router?.udpTimeouts) return;
  const { unreplied, replied } = router.udpTimeouts;
  const file = '/proc/sys/net/netfilter/nf_conntrack_udp_timeout';
  const script = `echo ${unreplied} >${file} && echo ${replied} >${file}_stream`;
  const exit = await cell.start(netnsPath(name, 'router'), ['sh', '-c', script]).done;
  if (exit.status !== 0) throw new Error(`the router's timeouts could not be set: ${exit.stderr}`);
}

const load = (name: string, cell: Cell, host: Host, rules: string): Promise<string> =>
  nft(name, cell, host, ['-f', '-'], rules);

async function nft(name: string, cell: Cell, host: Host, args: readonly string[], input = ''): Promise<string> {
  const exit = await cell.start(netnsPath(name, host), ['nft', ...args], { input }).done;
  if (exit.status !== 0) throw new Error(`nft refused the rules of ${host}: ${exit.stderr}\n${input}`);
  return exit.stdout;
}

/** The neighbour last: its flows shall be answered. */
async function startPrograms(name: string, cell: Cell, spec: NetworkSpec, options: LabOptions): Promise<void> {
  const start = async (host: Host, program: Program | null): Promise<void> => {
    if (program) await startProgram(cell, netnsPath(name, host), program);
  };
  const servers = options.server === 'coturn' ? coturns(spec) : [reflector(options, spec)];
  await Promise.all([
    ...servers.map((server) => start('inet', server)),
    start('inet', spec.second ? secondReflector(options.fullcone) : null),
    start('inet', resolver(spec)),
    start('pbx', holder(spec)),
    start('router', speaker(spec)),
  ]);
  await start('host2', spec.neighbour?.length ? neighbour(spec.neighbour, spec.neighbourTo) : null);
}

function readCounters(json: string): { out: number; in: number } {
  const { nftables } = JSON.parse(json) as { nftables: { counter?: { name: string; packets: number } }[] };
  const packets = (name: string) => nftables.find(({ counter }) => counter?.name === name)?.counter?.packets;
  const [out, back] = [packets('out'), packets('in')];
  if (out === undefined || back === undefined) throw new Error(`the counters are missing: ${json}`);
  return { out, in: back };
}
