import {
  type Family,
  familyOf,
  isAnyAddress,
  type Milliseconds,
  type Protocol,
  portsOf,
  scopeOf,
} from '../base/index.ts';
import { isTlsPort } from '../pbx/index.ts';
import { CALLED_AT_ONCE, fewestSockets, type ProbePlan, type ServerFacts } from '../plan/index.ts';
import type { Report } from '../report/index.ts';
import type { System } from '../system/index.ts';
import { conclude, legsOf } from './conclude.ts';
import type { CheckRequest, Mode, RunEvent } from './events.ts';
import type { ExclusivePlan } from './exclusive-plan.ts';
import { chooseFamily, hasFamily, makeResolve, type Resolve } from './family.ts';
import { type AskPortion, checkGroups } from './groups.ts';
import { heldBy, holdersOf } from './in-use.ts';
import { type Bystanders, type Memory, memoryOf } from './memory.ts';
import { chooseMode } from './places.ts';
import { PortCalls } from './port-calls.ts';
import { PortCheck, type Portion } from './port-check.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { askRouter, ROUTER_SOCKETS } from './router.ts';
import { type Candidate, callersOf, checkServer, lead, type ServerTools, turnsFor, waysOf } from './servers.ts';
import { withServices } from './services.ts';

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

/** `control` and `listener`. */
const HELPERS = 2;

/** Listeners, connections that come in, and two helpers. */
function socketsForCalls({ tcp }: CheckRequest): number {
  const ports = Math.min(CALLED_AT_ONCE, portsOf(tcp).length);
  return ports === 0 ? 0 : 2 * ports + HELPERS;
}

/**
 * So long, since it was asked, a run waits for the router where all ports are well: it has been asked by all protocols by
 * then, and most that speak have answered.
 */
const ROUTER_GRACE: Milliseconds = 150;

/** At a time, beside a phone system that is at work: it finds most of its ports free. */
const FEW_SOCKETS = 256;

/** Of so many sockets, the ports do not miss the few that the router takes. */
const PLENTY = 256;

/** How many sockets a check opens at the same time, at least. Servers that find none wait for their turn. */
export const socketsNeeded = (request: CheckRequest): number => fewestSockets + socketsForCalls(request);

/** Checks, and tells what happens as it happens. */
export function startCheck(
  system: System,
  request: CheckRequest,
  version: string,
  listen: (event: RunEvent) => void = () => undefined,
  exclusive: ExclusivePlan | null = null,
): RunningCheck {
  const run = new Run(system, request, version, listen, exclusive);
  return { finished: run.all(), cancel: () => run.cancel() };
}

/** TCP ports, and who else may be asked to call them. */
interface ToCall {
  readonly tcp: readonly number[];
  readonly others: readonly Candidate[];
  readonly mode: Mode;
}

class Run {
  readonly #system: System;
  readonly #request: CheckRequest;
  readonly #version: string;
  readonly #listen: (event: RunEvent) => void;
  readonly #events: RunEvent[] = [];
  readonly #pumps: PumpUntilCancelled;
  /** Asked once, beside all else; where sockets are scarce, not at all. */
  #router: Promise<void> | null = null;
  /** Nobody waits for it much longer. */
  #dropRouterSoon: () => void = () => undefined;
  readonly #mayAskRouter: boolean;
  #began: Milliseconds = 0;
  readonly #exclusive: ExclusivePlan | null;

  constructor(
    system: System,
    request: CheckRequest,
    version: string,
    listen: (event: RunEvent) => void,
    exclusive: ExclusivePlan | null,
  ) {
    this.#exclusive = exclusive;
    this.#system = system;
    this.#request = request;
    this.#version = version;
    this.#listen = listen;
    this.#pumps = new PumpUntilCancelled(system);
    const wanted = Math.min(portsOf(request.udp).length, PLENTY) + ROUTER_SOCKETS;
    this.#mayAskRouter = !request.noRouter && system.udp.freeSockets() >= socketsNeeded(request) + wanted;
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
    this.#began = clock.now();
    this.#tell({ kind: 'started', date: clock.date().toISOString(), version: this.#version, request: this.#request });
    // Mostly it is this one, and what it takes is loaded while the servers are asked.
    const likely = this.#request.family ?? 'ipv4';
    const choosing = chooseMode(this.#request, likely, this.#system);
    const [memory, likelyMode, ...servers] = await Promise.all([
      memoryOf(this.#system),
      choosing,
      ...(await this.#checkServers()),
    ]);
    const candidates = servers.flat();
    const leader = lead(candidates);
    if (leader && !this.#pumps.cancelled) {
      const family = familyOf(leader.address) ?? 'ipv4';
      const mode = family === likely ? likelyMode : await chooseMode(this.#request, family, this.#system);
      this.#tell({ kind: 'mode', mode });
      await this.#checkPorts(leader, candidates, { memory, mode });
    }
    if (this.#isAllWell()) this.#dropRouterSoon();
    await Promise.race([this.#router, this.#pumps.cancellation]);
    this.#tell({ kind: 'ended', duration: clock.now() - this.#began, cancelled: this.#pumps.cancelled });
    const report = conclude(this.#events);
    return { events: this.#events, report, remembered: await this.#remember(memory, report) };
  }

  /** Every question to a port was answered: what the router says of itself explains nothing then. */
  #isAllWell(): boolean {
    const isSilence = (event: RunEvent) =>
      (event.kind === 'observed' && event.observation.kind === 'silent') ||
      (event.kind === 'call' && event.observation.kind === 'call-ended');
    return this.#events.some(({ kind }) => kind === 'planned') && !this.#events.some(isSilence);
  }

  #remember(memory: Memory, report: Report): Promise<boolean> | boolean {
    const { publicAddresses: seen } = report;
    const legs = legsOf(this.#events);
    // A trial on this machine alone leaves nothing in any router.
    const isLocal = this.#request.noWait && seen.length > 0 && seen.every((address) => scopeOf(address) === 'loopback');
    return legs.length === 0 || isLocal || memory.remember(legs, report, this.#bystanders());
  }

  async #checkServers(): Promise<Promise<Candidate[]>[]> {
    const { family: wanted, servers: named } = this.#request;
    // Without an address of the family that is wanted not even a name is asked for.
    if (wanted !== null && !this.#hasFamily(wanted)) {
      this.#tell({ kind: 'family', family: wanted, isHere: false });
      return [];
    }
    const resolve = makeResolve(this.#system);
    // Most names are those of hosts: their addresses are on the way meanwhile.
    for (const { host } of named) void resolve(host, wanted ?? 'ipv4');
    const servers = await Promise.race([withServices(named, this.#system.names), this.#pumps.cancellation]);
    if (servers === 'cancelled') return [];
    if (servers.some((server) => !named.includes(server))) this.#tell({ kind: 'services', servers });
    const tools = { system: this.#system, resolve };
    const family = wanted ?? (await Promise.race([chooseFamily(servers, tools), this.#pumps.cancellation]));
    if (family === 'cancelled') return [];
    const isHere = this.#hasFamily(family);
    this.#tell({ kind: 'family', family, isHere });
    const serverTools = this.#serverTools(family, resolve);
    return isHere ? servers.map((server) => checkServer(server, serverTools)) : [];
  }

  /** A server on this very machine needs no address of the world outside. */
  #hasFamily(family: Family): boolean {
    const isLocal = this.#request.servers.every(({ host }) => scopeOf(host) === 'loopback');
    return isLocal || hasFamily(this.#system.host.addresses(), family);
  }

  #serverTools(family: Family, resolve: Resolve): ServerTools {
    const checked = new Set(portsOf(this.#request.udp));
    const tools: ServerTools = {
      system: this.#system,
      family,
      resolve,
      bindAddress: this.#request.bindAddress,
      isChecked: (port) => checked.has(port),
      pumps: this.#pumps,
      turns: turnsFor(this.#system.udp.freeSockets() - (this.#mayAskRouter ? ROUTER_SOCKETS : 0)),
      tell: (event) => {
        this.#tell(event);
        // The first server that has an address shows which way out is meant.
        if (event.kind === 'resolved') this.#askRouter(event.addresses, tools);
      },
    };
    return tools;
  }

  /** Nobody waits for it but the end of the run. */
  #askRouter([server]: readonly string[], tools: ServerTools): void {
    // It speaks of its IPv4 address, which says nothing of IPv6.
    if (this.#router || !this.#mayAskRouter || server === undefined || familyOf(server) !== 'ipv4') return;
    const { clock } = this.#system;
    const since = clock.now();
    const enough = new Promise<void>((resolve) => {
      this.#dropRouterSoon = () => void clock.at(since + ROUTER_GRACE, resolve);
    });
    this.#router = askRouter(server, { ...tools, enough });
    // A bug in it comes to light at the end, and not as a rejection that nobody handles before.
    this.#router.catch(() => undefined);
  }

  #bystanders(): Bystanders {
    const peers = this.#events.flatMap((event) => {
      if (event.kind !== 'server') return [];
      const other = event.observation.kind === 'server-answered' ? event.observation.other : null;
      return other ? [event.primary.address, other.address] : [event.primary.address];
    });
    return { ports: [...this.#pumps.helperPorts], peers: [...new Set(peers)] };
  }

  async #checkPorts(
    leader: Candidate,
    candidates: readonly Candidate[],
    { memory, mode }: { readonly memory: Memory; readonly mode: Mode },
  ): Promise<void> {
    const plans: ProbePlan[] = [];
    const tools = {
      system: this.#system,
      request: this.#request,
      pumps: this.#pumps,
      memory,
      mode,
      tell: (event: RunEvent) => this.#tell(event),
      events: this.#events,
      freeSockets: await this.#freeSockets(mode, familyOf(leader.address) ?? 'ipv4'),
      plans,
    };
    const [caller, ...others] = callersOf(leader, candidates);
    const callServer = (server: ServerFacts) => (caller && caller !== leader ? waysOf(caller)[0] : server);
    const ask = (portion: Portion | null, tcp: readonly number[]) =>
      new PortCheck({ ...tools, portion }).run(leader, candidates, async ({ server }) => {
        if (tcp.length === 0) return;
        // Where services are stopped, they are looked at before.
        if (portion === null) await this.#lookAtCertificates(leader.address);
        await this.#checkCalls(callServer(server), { tcp, others, mode });
      });
    if (this.#exclusive) this.#tell({ kind: 'exclusive', plan: this.#exclusive.plan });
    const work = this.#exclusive
      ? this.#checkGroups(this.#exclusive, leader, ask, caller !== undefined)
      : ask(null, portsOf(this.#request.tcp));
    await memory.renew(work);
    await this.#findHolders(familyOf(leader.address) ?? 'ipv4');
  }

  /** How many sockets UDP ports may have at a time. Beside their holders they need none. */
  async #freeSockets(mode: Mode, family: Family): Promise<() => number> {
    if (mode === 'live') return () => Number.POSITIVE_INFINITY;
    const { mode: wanted } = this.#request;
    const most = wanted === 'auto' && (await this.#isPbxAtWork(family)) ? FEW_SOCKETS : Number.POSITIVE_INFINITY;
    const others = socketsForCalls(this.#request) + (this.#mayAskRouter ? ROUTER_SOCKETS : 0);
    return () => Math.min(most, this.#system.udp.freeSockets() - others);
  }

  /** Somebody holds a port that is asked for: he may want the others of them, too, for a call that comes meanwhile. */
  async #isPbxAtWork(family: Family): Promise<boolean> {
    const held = (protocol: Protocol, ranges: CheckRequest['udp']) =>
      this.#system.host.holders(protocol, portsOf(ranges), family);
    const found = await Promise.all([held('udp', this.#request.udp), held('tcp', this.#request.tcp)]);
    return found.some(({ size }) => size > 0);
  }

  async #checkGroups(exclusive: ExclusivePlan, leader: Candidate, ask: AskPortion, canCall: boolean): Promise<void> {
    const { clock, host } = this.#system;
    const family = familyOf(leader.address) ?? 'ipv4';
    await this.#lookAtCertificates(leader.address);
    await checkGroups(exclusive.plan, {
      system: this.#system,
      services: exclusive.services,
      families: [family],
      ask,
      canCall: canCall || !this.#request.tcpIfPossible,
      foundBusy: (holders) => heldBy(holders, this.#events, { host, family, services: exclusive.services }),
      tell: (step) => this.#tell({ kind: 'service', step: { ...step, at: clock.now() - this.#began } }),
      abort: () => this.cancel(),
      isCancelled: () => this.#pumps.cancelled,
    });
  }

  /** Beside the UDP ports: calls take seconds, and hardly any packets. */
  async #checkCalls(first: ServerFacts, { tcp, others, mode }: ToCall): Promise<void> {
    if (this.#request.tcpIfPossible && !first.calls) return;
    const calls = new PortCalls({
      system: this.#system,
      request: this.#request,
      pumps: this.#pumps,
      mode,
      tell: (event) => this.#tell(event),
      events: this.#events,
    });
    await calls.run(first, tcp, others);
  }

  /** Before the ports are listened at: who listens there now is the PBX. Where nobody does there is nothing to see. */
  async #lookAtCertificates(server: string): Promise<void> {
    const { tcp, hostName, bindAddress } = this.#request;
    const planned = this.#events.find((event) => event.kind === 'planned');
    const source = planned?.localAddress ?? (await this.#system.host.sourceFor(server));
    const address = isAnyAddress(bindAddress) ? (source ?? bindAddress) : bindAddress;
    const looks = portsOf(tcp)
      .filter(isTlsPort)
      .map(async (port) => {
        const look = await this.#system.tls.look({ address, port }, hostName);
        if (look.kind !== 'nobody' && !this.#pumps.cancelled) this.#tell({ kind: 'certificate', port, look });
      });
    await Promise.race([Promise.all(looks), this.#pumps.cancellation]);
  }

  async #findHolders(family: Family): Promise<void> {
    const holders = await holdersOf(this.#events, this.#system.host, family);
    if (holders.length > 0) this.#tell({ kind: 'holders', holders });
  }

  #tell(event: RunEvent): void {
    this.#events.push(event);
    this.#listen(event);
  }
}
