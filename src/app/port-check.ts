import { type Milliseconds, type PortRange, portsOf, scopeOf } from '../base/index.ts';
import { RangeCheck } from '../engine/index.ts';
import {
  type DrawNumbers,
  fewestSockets,
  type Judged,
  MOST_REFINING,
  nextSample,
  type ProbePlan,
  planProbes,
  planSlices,
  samplePorts,
  shuffle,
} from '../plan/index.ts';
import type { System, Timer } from '../system/index.ts';
import { isOpen, judgeLegs, type PortVerdict } from '../verdict/index.ts';
import { askOthers } from './again.ts';
import { evidenceOf, legsOf } from './conclude.ts';
import { drawing } from './draw.ts';
import type { CheckRequest, Mode, Round, RunEvent } from './events.ts';
import { addressesFor } from './family.ts';
import { judgedBy, worksNow } from './judged.ts';
import type { Memory } from './memory.ts';
import { placeFor } from './places.ts';
import type { PumpUntilCancelled } from './pumps.ts';
import { type Candidate, isStranger, othersThan, waysOf } from './servers.ts';

/** To a server that allows only what strangers may ask, a large range is sampled. */
const STRANGERS_SAMPLE = 100;
/** So many strangers may share the load: each gets its ten packets per second (RFC 5780 section 5). */
const MOST_SHARING = 3;
/** Fewer ports than these are not worth a second server. */
const FEWEST_SHARED = 10;

export interface PortCheckTools {
  readonly system: System;
  readonly request: CheckRequest;
  readonly pumps: PumpUntilCancelled;
  readonly memory: Memory;
  readonly mode: Mode;
  readonly tell: (event: RunEvent) => void;
  /** What was told so far. */
  readonly events: readonly RunEvent[];
  /** Sockets that are left to UDP ports. */
  readonly freeSockets: () => number;
  /** Of all legs of the run so far; it grows. */
  readonly plans: ProbePlan[];
  /** Only these of the run's ports are asked; null: all. */
  readonly portion: Portion | null;
}

/** Ports that are asked by themselves. */
export interface Portion {
  readonly udp: readonly PortRange[];
  /** Called when there is nothing left to wait for; false: they cannot be asked after all. */
  readonly free: () => Promise<boolean>;
}

/** One server, and what it is to be asked. */
interface Asking {
  readonly candidate: Candidate;
  readonly ports: readonly number[];
  readonly round: Round;
  /** Another server could take over. */
  readonly hasOthers: boolean;
  readonly refinement?: () => readonly (readonly number[])[];
}

/** An asking, made ready. */
interface Prepared extends Asking {
  readonly plan: ProbePlan;
  readonly localAddress: string;
  /** Until the router has forgotten an earlier check. */
  readonly wait: Milliseconds;
}

/** Asks the UDP ports of a run: the first server, or several that share the load; then others, where one is not enough. */
export class PortCheck {
  readonly #tools: PortCheckTools;
  readonly #ranges: readonly PortRange[];
  readonly #all: readonly number[];
  /** Those of other portions are not to be disturbed, either. */
  readonly #planned: ReadonlySet<number>;
  readonly #firstLeg: number;
  readonly #draw: DrawNumbers;

  constructor(tools: PortCheckTools) {
    this.#tools = tools;
    this.#ranges = tools.portion?.udp ?? tools.request.udp;
    this.#all = portsOf(this.#ranges);
    this.#planned = new Set(portsOf(tools.request.udp));
    this.#firstLeg = tools.plans.length;
    this.#draw = (count, below) => drawing(tools.system.random)(count, below);
  }

  /** `beside`: what runs at the same time as the first round, once that is planned. */
  async run(
    leader: Candidate,
    candidates: readonly Candidate[],
    beside: (plan: ProbePlan) => Promise<void>,
  ): Promise<void> {
    const others = othersThan(leader, candidates);
    const ports = this.#inOrder(this.#select(leader));
    const sharing = this.#sharing(leader, others, ports.length);
    const isSample = ports.length < this.#all.length;
    const refinement = () => this.#nextSample(ports.length);
    const first = sharing.map(
      (candidate, index): Asking => ({
        candidate,
        ports: ports.filter((_, at) => at % sharing.length === index),
        round: 'first',
        hasOthers: others.length > 0,
        ...(isSample && sharing.length === 1 ? { refinement } : {}),
      }),
    );
    await this.#ask(first, beside);
    if (isSample && sharing.length > 1) await this.#refine(leader, refinement);
    for (const [index, candidate] of sharing.entries())
      await this.#askOthers(this.#firstLeg + index, othersThan(candidate, candidates));
  }

  #select({ seen }: Candidate): readonly number[] {
    const { sample, rate } = this.#tools.request;
    const count = sample ?? (isStranger(seen) && rate === null ? STRANGERS_SAMPLE : 'all');
    if (count === 'all') return this.#all;
    const share = Math.ceil((count * this.#all.length) / this.#planned.size);
    return samplePorts(this.#ranges, this.#all, share, this.#draw);
  }

  #inOrder(ports: readonly number[]): readonly number[] {
    return this.#tools.request.order === 'random' ? shuffle(ports, this.#draw) : ports;
  }

  /** Strangers' servers are slow, each on its own. */
  #sharing(leader: Candidate, others: readonly Candidate[], count: number): readonly Candidate[] {
    const { rate } = this.#tools.request;
    if (rate !== null || !isStranger(leader.seen)) return [leader];
    const strangers = [leader, ...others.filter(({ seen }) => isStranger(seen))];
    // Their ports listen at the same time.
    const room = Math.floor(this.#tools.freeSockets() / (fewestSockets + FEWEST_SHARED));
    return strangers.slice(0, Math.max(1, Math.min(MOST_SHARING, room, Math.floor(count / FEWEST_SHARED))));
  }

  /** Where neighbours of a sample differ, those between them are asked: the boundary is mostly what is wrong. */
  #nextSample(asked: number): readonly (readonly number[])[] {
    const shown = this.#verdicts().map(({ port, result }) => ({ port, open: isOpen(result) }));
    const more = nextSample(shown, this.#ranges, asked + MOST_REFINING - shown.length);
    return planSlices(this.#inOrder(more), this.#tools.freeSockets());
  }

  /** What several have shown together is refined by one. */
  async #refine(candidate: Candidate, next: () => readonly (readonly number[])[]): Promise<void> {
    const ports = next().flat();
    if (ports.length > 0) await this.#ask([{ candidate, ports, round: 'refine', hasOthers: false, refinement: next }]);
  }

  /** What the server of this leg could not judge, or found wrong, in the order in which others are there. */
  async #askOthers(leg: number, others: readonly Candidate[]): Promise<void> {
    await askOthers({
      others,
      isCancelled: () => this.#tools.pumps.cancelled,
      known: () => this.#known(leg),
      works: () => worksNow(this.#verdicts()),
      ask: (candidate, ports, hasOthers) => this.#ask([{ candidate, ports, round: 'again', hasOthers }]),
    });
  }

  /** Of the ports of that leg, by all that was asked. */
  #known(leg: number): { readonly before: readonly Judged[]; readonly filterOpen: boolean } {
    const legs = legsOf(this.#tools.events);
    const shown = evidenceOf(legs);
    return {
      before: judgedBy(legs, shown, leg),
      filterOpen: shown.some(({ evidence }) => evidence.filter === 'open'),
    };
  }

  #verdicts(): readonly PortVerdict[] {
    const own = new Set(this.#all);
    return judgeLegs(evidenceOf(legsOf(this.#tools.events))).ports.filter(({ port }) => own.has(port));
  }

  /** Side by side. */
  async #ask(askings: readonly Asking[], beside: (plan: ProbePlan) => Promise<void> = async () => undefined) {
    const { pumps, memory, tell, request, plans, portion } = this.#tools;
    const freeSockets = Math.floor(this.#tools.freeSockets() / askings.length);
    const prepared = await Promise.all(askings.map((asking) => this.#prepare(asking, freeSockets)));
    const wait = Math.max(...prepared.map((one) => one.wait));
    const [first] = prepared;
    // A second server is not waited for.
    if (!first || (wait > 0 && first.round === 'again' && !request.noWait)) return;
    if (wait > 0) await this.#waitUnlessTold(wait, first.candidate);
    if (pumps.cancelled || (portion && !(await portion.free()))) return;
    const leg = plans.length;
    // Which of them are asked, a sample finds out by asking.
    plans.push(...prepared.map(({ plan, refinement }) => (refinement ? { ...plan, slices: [this.#all] } : plan)));
    await memory.intend(plans);
    for (const [index, { plan, round, localAddress }] of prepared.entries())
      tell({ kind: 'planned', leg: leg + index, round, plan, localAddress, plannedPorts: this.#planned.size });
    const checks = prepared.map((one, index) => this.#check(one, leg + index));
    await Promise.all([...checks, beside(first.plan)]);
  }

  async #prepare(asking: Asking, freeSockets: number): Promise<Prepared> {
    const { system, request, memory } = this.#tools;
    const { rate } = request;
    const { candidate, ports, round, hasOthers, refinement } = asking;
    const { bindAddress, localAddress } = await addressesFor(candidate.address, request, system);
    const isTranslated = candidate.seen.mapped?.address !== localAddress;
    const concerned = refinement ? this.#all : ports;
    const { server, wait, stalePorts } = memory.advise(waysOf(candidate), concerned, isTranslated);
    const plan = planProbes({
      ...{ server, ports, bindAddress, rate, stalePorts, hasOthers },
      needsFilter: round === 'again' ? 'always' : hasOthers ? 'if-ports-fail' : 'never',
      freeSockets,
    });
    return { ...asking, plan, localAddress, wait };
  }

  async #check({ plan, localAddress, refinement, ports }: Prepared, leg: number): Promise<void> {
    const { pumps, tell, system, mode } = this.#tools;
    if (ports.length === 0) return;
    const next = () => {
      const slices = refinement?.() ?? [];
      if (slices.length > 0) tell({ kind: 'extended', leg, slices });
      return slices;
    };
    const check = new RangeCheck(plan, system.random, { mayAsk: (port) => this.#planned.has(port), next });
    const { bindAddress, server } = plan;
    const place = await placeFor({ mode, localAddress, bindAddress, server }, system, tell);
    try {
      await pumps.run(check, (observation) => tell({ kind: 'observed', leg, observation }), { ports: place });
    } finally {
      place.close();
    }
  }

  /** A server inside says nothing about the router, whatever that remembers. */
  async #waitUnlessTold(time: Milliseconds, { seen }: Candidate): Promise<void> {
    const { request, tell } = this.#tools;
    const scope = scopeOf(seen.mapped?.address ?? '');
    if (scope === 'private' || scope === 'link-local') return;
    if (!request.noWait) await this.#wait(time);
    else if (scope !== 'loopback') tell({ kind: 'not-waited', for: time });
  }

  async #wait(time: Milliseconds): Promise<void> {
    const { system, pumps, tell } = this.#tools;
    tell({ kind: 'waiting', for: time });
    let timer: Timer | undefined;
    const passed = new Promise<void>((resolve) => {
      timer = system.clock.at(system.clock.now() + time, resolve);
    });
    await Promise.race([passed, pumps.cancellation]);
    timer?.cancel();
  }
}
