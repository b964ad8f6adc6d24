import { endpoint, isIpv4, type Milliseconds, ok, portsOf } from '../base/index.ts';
import { type Observation, RangeCheck, ServerCheck } from '../engine/index.ts';
import { collectServer, type ServerEvidence } from '../evidence/index.ts';
import { fewestSockets, type ProbePlan, planProbes, type Rate, type ServerFacts, samplePorts } from '../plan/index.ts';
import type { Report } from '../report/index.ts';
import type { System, Timer } from '../system/index.ts';
import { canAskInbound, canAskOutbound, judgeServer, type ServerVerdict } from '../verdict/index.ts';
import { conclude } from './conclude.ts';
import type { CheckRequest, RunEvent, ServerName } from './events.ts';
import { type Bystanders, type Memory, memoryOf } from './memory.ts';
import { type Pump, pump } from './pump.ts';

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

/** A name with more addresses than this is not a STUN server's. */
const MOST_ADDRESSES = 4;

/** `control` and `listener`. */
const SOCKETS_PER_ADDRESS = 2;

/** How many sockets a check opens at the same time, at least: all servers are asked at once. */
export function socketsNeeded({ servers }: CheckRequest): number {
  const most = servers.map(({ host }) => SOCKETS_PER_ADDRESS * (isIpv4(host) ? 1 : MOST_ADDRESSES));
  return Math.max(
    fewestSockets,
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

interface Candidate {
  readonly server: ServerName;
  readonly address: string;
  readonly seen: ServerEvidence;
  readonly verdict: ServerVerdict;
}

class Run {
  readonly #system: System;
  readonly #request: CheckRequest;
  readonly #version: string;
  readonly #listen: (event: RunEvent) => void;
  readonly #events: RunEvent[] = [];
  readonly #pumps = new Set<Pump>();
  /** Of the sockets that are not checked. */
  readonly #helperPorts = new Set<number>();
  #cancelled = false;
  #stopWaiting: () => void = () => undefined;
  /** Settles when the run is cancelled: nothing else is worth waiting for then. */
  readonly #cancellation = new Promise<'cancelled'>((resolve) => {
    this.#stopWaiting = () => resolve('cancelled');
  });

  constructor(system: System, request: CheckRequest, version: string, listen: (event: RunEvent) => void) {
    this.#system = system;
    this.#request = request;
    this.#version = version;
    this.#listen = listen;
  }

  cancel(): void {
    this.#cancelled = true;
    for (const running of this.#pumps) running.cancel();
    this.#stopWaiting();
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
      ...this.#request.servers.map((server) => this.#checkServer(server)),
    ]);
    const leader = lead(servers.flat());
    const plan = leader && !this.#cancelled ? await this.#checkPorts(leader, memory) : null;
    this.#tell({ kind: 'ended', duration: clock.now() - began, cancelled: this.#cancelled });
    const report = conclude(this.#events);
    const remembered = !plan || (await memory.remember(plan, this.#observations(), report, this.#bystanders()));
    return { events: this.#events, report, remembered };
  }

  #bystanders(): Bystanders {
    const peers = this.#events.flatMap((event) => {
      if (event.kind !== 'server') return [];
      const other = event.observation.kind === 'server-answered' ? event.observation.other : null;
      return other ? [event.primary.address, other.address] : [event.primary.address];
    });
    return { ports: [...this.#helperPorts], peers: [...new Set(peers)] };
  }

  #observations(): Observation[] {
    return this.#events.flatMap((event) => (event.kind === 'observed' ? [event.observation] : []));
  }

  async #checkServer(server: ServerName): Promise<Candidate[]> {
    const { host } = server;
    const resolution = isIpv4(host) ? ok([host]) : this.#system.names.resolve4(host);
    const resolved = await Promise.race([resolution, this.#cancellation]);
    if (resolved === 'cancelled') return [];
    if (resolved.kind === 'error') {
      this.#tell({ kind: 'unresolved', server, error: resolved.error });
      return [];
    }
    const addresses = resolved.value.slice(0, MOST_ADDRESSES);
    this.#tell({ kind: 'resolved', server, addresses });
    return Promise.all(addresses.map((address) => this.#checkAddress(server, address)));
  }

  async #checkAddress(server: ServerName, address: string): Promise<Candidate> {
    const checked = new Set(portsOf(this.#request.udp));
    const primary = endpoint(address, server.port);
    const { bindAddress } = this.#request;
    const target = { name: server.name, primary };
    const isChecked = (port: number) => checked.has(port);
    const engine = new ServerCheck(target, bindAddress, isChecked, this.#system.random);
    const observations: Parameters<typeof collectServer>[0][number][] = [];
    await this.#pump(engine, (observation) => {
      observations.push(observation);
      this.#tell({ kind: 'server', server, primary, observation });
    });
    if (!this.#cancelled) this.#tell({ kind: 'server-checked', server, primary });
    const seen = collectServer(observations);
    return { server, address, seen, verdict: judgeServer({ name: server.name, address, port: server.port }, seen) };
  }

  async #checkPorts(leader: Candidate, memory: Memory): Promise<ProbePlan | null> {
    const { bindAddress, rate } = this.#request;
    const ways = waysOf(leader);
    const all = portsOf(this.#request.udp);
    const ports = this.#select(all, ways[0], rate);
    const source = bindAddress === '0.0.0.0' ? await this.#system.host.sourceFor(leader.address) : null;
    const localAddress = source ?? bindAddress;
    const isTranslated = leader.seen.mapped?.address !== localAddress;
    const { server, wait, primaryIsFresh } = memory.advise(ways, ports, isTranslated);
    if (wait > 0 && !this.#request.noWait) await this.#wait(wait);
    if (this.#cancelled) return null;
    const freeSockets = this.#system.udp.freeSockets();
    const plan = planProbes({ server, ports, bindAddress, rate, freeSockets, primaryIsFresh });
    await memory.intend(plan);
    this.#tell({ kind: 'planned', plan, localAddress, plannedPorts: all.length });
    await this.#pump(new RangeCheck(plan, this.#system.random), (observation) =>
      this.#tell({ kind: 'observed', observation }),
    );
    await this.#findHolders();
    return plan;
  }

  #select(all: readonly number[], server: ServerFacts, rate: Rate | null): readonly number[] {
    const { sample, udp } = this.#request;
    const stranger = server.allowedRate === null && rate === null;
    const count = sample ?? (stranger ? STRANGERS_SAMPLE : 'all');
    if (count === 'all') return all;
    return samplePorts(udp, all, count, (numbers, below) => draw(this.#system.random, numbers, below));
  }

  async #findHolders(): Promise<void> {
    const held = this.#events.flatMap((event) => {
      if (event.kind !== 'observed' || event.observation.kind !== 'not-listening') return [];
      return event.observation.failure.kind === 'in-use' ? [event.observation.port] : [];
    });
    if (held.length === 0) return;
    this.#tell({ kind: 'holders', holders: [...(await this.#system.host.udpHolders(held))] });
  }

  async #wait(time: Milliseconds): Promise<void> {
    this.#tell({ kind: 'waiting', for: time });
    const { clock } = this.#system;
    let timer: Timer | undefined;
    const passed = new Promise<void>((resolve) => {
      timer = clock.at(clock.now() + time, resolve);
    });
    await Promise.race([passed, this.#cancellation]);
    timer?.cancel();
  }

  async #pump<T>(engine: Parameters<typeof pump<T>>[0], observed: (observation: T) => void): Promise<void> {
    if (this.#cancelled) return;
    const running = pump(engine, this.#system, observed, (port) => this.#helperPorts.add(port));
    this.#pumps.add(running);
    try {
      await running.done;
    } finally {
      this.#pumps.delete(running);
    }
  }

  #tell(event: RunEvent): void {
    this.#events.push(event);
    this.#listen(event);
  }
}

/** The first that can ask everything; else the first that can ask anything. */
const lead = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.find(({ verdict }) => canAskInbound(verdict)) ?? candidates.find(({ verdict }) => canAskOutbound(verdict));

/**
 * The ports ask the primary's *other* port where it lives: a phone of the LAN that uses the same source port as the
 * PBX talks to the usual one, and its entry in the router would make ours look translated (docs/decisions/0003).
 * The usual one is there for when the router still knows the other one from an earlier check.
 */
function waysOf({ server, address, seen, verdict }: Candidate): readonly [ServerFacts, ...ServerFacts[]] {
  const primary = endpoint(address, server.port);
  const alternate = canAskInbound(verdict) ? seen.other : null;
  const usual: ServerFacts = {
    name: server.name,
    primary,
    alternate,
    responsePort: seen.responsePort,
    changeRequest: seen.changeRequest === 'works',
    allowedRate: seen.allowedRate,
    pass: seen.pass,
  };
  // Without RESPONSE-PORT nothing would prove, during the run, that the other port honours CHANGE-REQUEST too.
  if (alternate === null || !seen.otherPortAlive || !seen.responsePort) return [usual];
  const swapped = {
    primary: endpoint(address, alternate.port),
    alternate: endpoint(alternate.address, primary.port),
  };
  return [{ ...usual, ...swapped }, usual];
}

/** Numbers of 32 random bits each; the tiny preference for small ones does no harm in choosing a sample. */
function draw(random: System['random'], count: number, below: number): number[] {
  const bytes = random(4 * count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => view.getUint32(4 * index) % below);
}
