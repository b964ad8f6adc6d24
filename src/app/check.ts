import { ipv4Scope, isIpv4, type Milliseconds, type Protocol, portLabel, portsOf } from '../base/index.ts';
import { CallCheck, RangeCheck, type Refinement } from '../engine/index.ts';
import { collectEvidence } from '../evidence/index.ts';
import {
  CALLED_AT_ONCE,
  type DrawNumbers,
  fewestSockets,
  MOST_REFINING,
  nextSample,
  type ProbePlan,
  planCalls,
  planProbes,
  planSlices,
  type Rate,
  type ServerFacts,
  type Shown,
  samplePorts,
  shuffle,
} from '../plan/index.ts';
import type { Report } from '../report/index.ts';
import type { Holder, System, Timer } from '../system/index.ts';
import { isOpen, judgePorts } from '../verdict/index.ts';
import { conclude, observationsOf, planOf } from './conclude.ts';
import { drawing } from './draw.ts';
import type { CheckRequest, RunEvent } from './events.ts';
import { type Bystanders, type Memory, memoryOf } from './memory.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { type Candidate, checkServer, lead, MOST_ADDRESSES, type ServerTools, waysOf } from './servers.ts';

export interface FinishedCheck {
  readonly events: readonly RunEvent[];
  readonly report: Report;
  /** Whether the next check will know of this one; otherwise old states of the router may deceive it. */
  readonly remembered: boolean;
}

export interface RunningCheck {
  /** Settles when the run is over; nothing of it is left open. */
  readonly finished: Promise<FinishedCheck>;
  /** Ends the run early; what is known by then is still reported. */
  cancel(): void;
}

/** To a server that allows only what strangers may ask, a large range is sampled. */
const STRANGERS_SAMPLE = 100;

/** `control` and `listener`. */
const SOCKETS_PER_ADDRESS = 2;

/** Listeners, connections that come in, and two helpers. */
function socketsForCalls({ tcp }: CheckRequest): number {
  const ports = Math.min(CALLED_AT_ONCE, portsOf(tcp).length);
  return ports === 0 ? 0 : 2 * ports + SOCKETS_PER_ADDRESS;
}

/** How many sockets a check opens at the same time, at least: all servers are asked at once. */
export function socketsNeeded(request: CheckRequest): number {
  const most = request.servers.map(({ host }) => SOCKETS_PER_ADDRESS * (isIpv4(host) ? 1 : MOST_ADDRESSES));
  return Math.max(
    fewestSockets + socketsForCalls(request),
    most.reduce((sum, count) => sum + count, 0),
  );
}

/** Checks, and tells what happens as it happens. */
export function startCheck(
  system: System,
  request: CheckRequest,
  version: string,
  listen: (event: RunEvent) => void = () => undefined,
): RunningCheck {
  const run = new Run(system, request, version, listen);
  return { finished: run.all(), cancel: () => run.cancel() };
}

class Run {
  readonly #system: System;
  readonly #request: CheckRequest;
  readonly #version: string;
  readonly #listen: (event: RunEvent) => void;
  readonly #events: RunEvent[] = [];
  readonly #pumps: PumpUntilCancelled;
  readonly #draw: DrawNumbers = (count, below) => drawing(this.#system.random)(count, below);

  constructor(system: System, request: CheckRequest, version: string, listen: (event: RunEvent) => void) {
    this.#system = system;
    this.#request = request;
    this.#version = version;
    this.#listen = listen;
    this.#pumps = new PumpUntilCancelled(system);
  }

  cancel(): void {
    this.#pumps.cancel();
  }

  /** Whatever goes wrong in one part of a run, the other parts do not outlive it. */
  async all(): Promise<FinishedCheck> {
    try {
      return await this.#carryOut();
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  async #carryOut(): Promise<FinishedCheck> {
    const { clock } = this.#system;
    const began = clock.now();
    this.#tell({ kind: 'started', date: clock.date().toISOString(), version: this.#version, request: this.#request });
    const [memory, ...servers] = await Promise.all([
      memoryOf(this.#system),
      ...this.#request.servers.map((server) => checkServer(server, this.#serverTools())),
    ]);
    const leader = lead(servers.flat());
    const plan = leader && !this.#pumps.cancelled ? await this.#checkPorts(leader, memory) : null;
    this.#tell({ kind: 'ended', duration: clock.now() - began, cancelled: this.#pumps.cancelled });
    const report = conclude(this.#events);
    const { publicAddresses: seen } = report;
    // A trial on this machine alone leaves nothing in any router.
    const isLocal =
      this.#request.noWait && seen.length > 0 && seen.every((address) => ipv4Scope(address) === 'loopback');
    const remembered =
      !plan || isLocal || (await memory.remember(plan, observationsOf(this.#events), report, this.#bystanders()));
    return { events: this.#events, report, remembered };
  }

  #serverTools(): ServerTools {
    const checked = new Set(portsOf(this.#request.udp));
    return {
      system: this.#system,
      bindAddress: this.#request.bindAddress,
      isChecked: (port) => checked.has(port),
      pumps: this.#pumps,
      tell: (event) => this.#tell(event),
    };
  }

  #bystanders(): Bystanders {
    const peers = this.#events.flatMap((event) => {
      if (event.kind !== 'server') return [];
      const other = event.observation.kind === 'server-answered' ? event.observation.other : null;
      return other ? [event.primary.address, other.address] : [event.primary.address];
    });
    return { ports: [...this.#pumps.helperPorts], peers: [...new Set(peers)] };
  }

  async #checkPorts(leader: Candidate, memory: Memory): Promise<ProbePlan | null> {
    const { bindAddress, rate } = this.#request;
    const ways = waysOf(leader);
    const all = portsOf(this.#request.udp);
    const ports = this.#select(all, ways[0], rate);
    const source = bindAddress === '0.0.0.0' ? await this.#system.host.sourceFor(leader.address) : null;
    const localAddress = source ?? bindAddress;
    const isTranslated = leader.seen.mapped?.address !== localAddress;
    const { server, wait, stalePorts } = memory.advise(ways, all, isTranslated);
    if (wait > 0) await this.#waitUnlessTold(wait, leader);
    if (this.#pumps.cancelled) return null;
    const freeSockets = this.#system.udp.freeSockets() - socketsForCalls(this.#request);
    const order = this.#inOrder(ports);
    const plan = planProbes({ server, ports: order, bindAddress, rate, freeSockets, stalePorts });
    // Which of them are asked, a sample finds out by asking.
    await memory.intend({ ...plan, slices: [all] });
    this.#tell({ kind: 'planned', plan, localAddress, plannedPorts: all.length });
    const checks = [this.#checkCalls(server)];
    if (ports.length > 0)
      checks.push(
        this.#pumps.run(
          new RangeCheck(plan, this.#system.random, this.#refinement(ports, all, freeSockets)),
          (observation) => this.#tell({ kind: 'observed', observation }),
        ),
      );
    await Promise.all(checks);
    await this.#findHolders();
    return plan;
  }

  /** Beside the UDP ports: calls take seconds, and hardly any packets. */
  async #checkCalls(server: ServerFacts): Promise<void> {
    const { tcp, tcpIfPossible, bindAddress, udp } = this.#request;
    const ports = portsOf(tcp);
    if (ports.length === 0 || (tcpIfPossible && !server.calls)) return;
    const plan = planCalls({ server, ports, bindAddress, now: this.#system.clock.now() });
    this.#tell({ kind: 'calls-planned', plan });
    const checked = new Set(portsOf(udp));
    await this.#pumps.run(new CallCheck(plan, (port) => checked.has(port), this.#system.random), (observation) =>
      this.#tell({ kind: 'call', observation }),
    );
  }

  #select(all: readonly number[], server: ServerFacts, rate: Rate | null): readonly number[] {
    const { sample, udp } = this.#request;
    const stranger = server.allowedRate === null && rate === null;
    const count = sample ?? (stranger ? STRANGERS_SAMPLE : 'all');
    if (count === 'all') return all;
    return samplePorts(udp, all, count, this.#draw);
  }

  /** Where neighbours of a sample differ, those between them are asked: the boundary is mostly what is wrong. */
  #refinement(sample: readonly number[], all: readonly number[], freeSockets: number): Refinement | undefined {
    if (sample.length === all.length) return undefined;
    const planned = new Set(all);
    const next = () => {
      const shown = shownBy(this.#events);
      const more = nextSample(shown, this.#request.udp, sample.length + MOST_REFINING - shown.length);
      const slices = planSlices(this.#inOrder(more), freeSockets);
      if (slices.length > 0) this.#tell({ kind: 'extended', slices });
      return slices;
    };
    return { mayAsk: (port) => planned.has(port), next };
  }

  #inOrder(ports: readonly number[]): readonly number[] {
    return this.#request.order === 'random' ? shuffle(ports, this.#draw) : ports;
  }

  async #findHolders(): Promise<void> {
    const observations = this.#events.flatMap((event) =>
      event.kind === 'observed' || event.kind === 'call' ? [event.observation] : [],
    );
    const inUse = (kind: 'not-listening' | 'call-not-listening') =>
      observations.flatMap((seen) => (seen.kind === kind && seen.failure.kind === 'in-use' ? [seen.port] : []));
    const [udp, tcp] = await Promise.all([
      this.#holders('udp', inUse('not-listening')),
      this.#holders('tcp', inUse('call-not-listening')),
    ]);
    if (udp.length + tcp.length > 0) this.#tell({ kind: 'holders', holders: [...udp, ...tcp] });
  }

  async #holders(protocol: Protocol, ports: readonly number[]): Promise<[string, Holder][]> {
    if (ports.length === 0) return [];
    const holders = await this.#system.host.holders(protocol, ports);
    return [...holders].map(([port, holder]) => [portLabel(protocol, port), holder]);
  }

  /** A server inside says nothing about the router, whatever that remembers. */
  async #waitUnlessTold(time: Milliseconds, { seen }: Candidate): Promise<void> {
    const scope = ipv4Scope(seen.mapped?.address ?? '');
    if (scope === 'private' || scope === 'link-local') return;
    if (!this.#request.noWait) await this.#wait(time);
    else if (scope !== 'loopback') this.#tell({ kind: 'not-waited', for: time });
  }

  async #wait(time: Milliseconds): Promise<void> {
    this.#tell({ kind: 'waiting', for: time });
    const { clock } = this.#system;
    let timer: Timer | undefined;
    const passed = new Promise<void>((resolve) => {
      timer = clock.at(clock.now() + time, resolve);
    });
    await Promise.race([passed, this.#pumps.cancellation]);
    timer?.cancel();
  }

  #tell(event: RunEvent): void {
    this.#events.push(event);
    this.#listen(event);
  }
}

/** What the ports that were asked have shown so far. */
function shownBy(events: readonly RunEvent[]): Shown[] {
  const plan = planOf(events);
  const ports = plan ? judgePorts(collectEvidence(plan, observationsOf(events))) : [];
  return ports.map(({ port, result }) => ({ port, open: isOpen(result) }));
}
