import type { Endpoint, Milliseconds, Probe } from '../base/index.ts';
import type { ProbePlan } from '../plan/index.ts';
import { bindingRequest } from './answer.ts';
import type { Bulk } from './bulk.ts';
import type { Controls } from './controls.ts';
import type { HelperSockets } from './helpers.ts';
import { never, type Outbox } from './outbox.ts';
import type { Pacer } from './pacer.ts';
import type { Path } from './path.ts';
import type { PortState } from './port-state.ts';
import type { Pending, Transactions } from './transactions.ts';
import type { Observation, SocketKey } from './types.ts';

export interface SentinelSubject {
  readonly kind: 'sentinel';
  readonly state: PortState<unknown>;
  readonly probe: { readonly sentAt: Milliseconds; answered: boolean | null };
  readonly attempt: number;
}

export interface SentinelTools {
  readonly plan: ProbePlan;
  readonly outbox: Outbox<Observation>;
  readonly transactions: Transactions<SentinelSubject>;
  readonly helpers: HelperSockets<Observation>;
  readonly pacer: Pacer;
  readonly path: Path;
  readonly controls: Pick<Controls, 'around'>;
  readonly bulk: Bulk;
}

/** Kept for the moment when nothing else is left to send: what was silent until then needs one that comes after it. */
const RESERVE = 2;
/** As many in a row by chance, at 10 % loss each way: seven in a thousand. */
const DOUBT_AFTER = 3;
/** As many in a row by chance, at 10 % loss each way: two in a million. */
const REFUSED_AFTER = 8;
const SHORTEST_PAUSE: Milliseconds = 200;
const LONGEST_PAUSE: Milliseconds = 1000;
/** Shares of a pause, in turn: a router that lets in one more flow each second must not keep step with them. */
const OUT_OF_STEP = [1, 0.63, 0.85, 0.55] as const;
/** What the supply should last for. */
const TO_LAST: Milliseconds = 10_000;

/**
 * Ports that let a cold packet in (or a warm one, where the server cannot ask the cold question), each asked once more by
 * a flow that the router has not seen, while other ports are silent: so it shows that it still lets new flows in
 * (docs/decisions/0001).
 */
export class Sentinels {
  readonly #tools: SentinelTools;
  readonly #probes: SentinelSubject['probe'][] = [];
  #out: SentinelSubject[] = [];
  #supply: PortState<unknown>[] = [];
  #silences = 0;
  #pause: Milliseconds = SHORTEST_PAUSE;
  #nextAt: Milliseconds = 0;
  #lostInARow = 0;
  #attempts = 0;

  constructor(tools: SentinelTools) {
    this.#tools = tools;
  }

  /** In the order of their sending. */
  get probes(): readonly Probe[] {
    return this.#probes;
  }

  /** Whether a probe will come that a silence may wait for. */
  get coming(): boolean {
    return this.#supply.length > 0 || this.#out.length > 0;
  }

  /** So many were lost that it is no accident, while the control probes were not: the router has begun to refuse us. */
  get refused(): boolean {
    const { plan, controls } = this.#tools;
    const { sentinel } = plan.steps;
    if (this.#lostInARow < REFUSED_AFTER || !sentinel) return false;
    const lost = this.#probes.filter(({ answered }) => answered !== null).slice(-this.#lostInARow);
    return lost.filter(({ sentAt }) => controls.around(sentAt, sentinel) === 'both').length >= REFUSED_AFTER;
  }

  /** A few were lost, and more will tell whether by chance. */
  get inDoubt(): boolean {
    return this.#lostInARow >= DOUBT_AFTER && this.coming && this.#silences > 0;
  }

  /** One that was asked at that time or later was let in. */
  letInSince(time: Milliseconds): boolean {
    return (this.#probes.findLast(({ answered }) => answered)?.sentAt ?? 0) >= time;
  }

  /** A port that let a cold packet in, or a warm one where that is all that can be asked; and it is asked nothing else. */
  offer(state: PortState<unknown>): void {
    if (this.#tools.plan.steps.sentinel) this.#supply.push(state);
  }

  /** Those that can serve in the next slice, too: their sockets stay open. The others are forgotten. */
  keep(count: number): ReadonlySet<number> {
    // What is still out may not find its socket any more: nothing must wait for it.
    for (const { probe, state } of this.#out) if (probe.answered === null) this.#lose(probe, state);
    this.#out = [];
    this.#supply = this.#supply.filter(this.#isNew).slice(0, count);
    return new Set(this.#supply.map(({ port }) => port));
  }

  /** A question to another port stays without an answer, or no longer does. */
  silenceBegins(): void {
    if (this.#silences === 0) this.#pause = Math.min(LONGEST_PAUSE, TO_LAST / Math.max(1, this.#supply.length));
    this.#silences++;
  }

  silenceEnds(): void {
    this.#silences--;
  }

  /** Sends what is due, and tells when to come again. `isIdle`: nothing else is left to send. */
  work(now: Milliseconds, isIdle: () => boolean): Milliseconds {
    if (this.#silences === 0 && this.#out.length === 0) return never;
    this.#countLost(now);
    // While the last one is lost no try counts, so that there is nothing to wait for.
    const needed = this.#lostInARow > 0 || isIdle();
    while (this.#supply[0] && !this.#isNew(this.#supply[0])) this.#supply.shift();
    const spare = this.#supply.length > (needed ? 0 : RESERVE);
    const mayServe = this.#silences > 0 && spare;
    const state = mayServe ? this.#supply[0] : undefined;
    if (state && now >= this.#nextAt) {
      this.#supply.shift();
      this.#nextAt = now + this.#uneven;
      this.#send(state, now);
    }
    const oldest = this.#out[0]?.probe.sentAt;
    const lost = oldest === undefined ? never : oldest + this.#patience;
    return Math.min(lost, mayServe ? this.#nextAt : never);
  }

  /** Asks one, whatever else is going on. */
  knock(now: Milliseconds): void {
    const state = this.#supply.find(this.#isNew);
    if (!state) return;
    this.#supply.splice(this.#supply.indexOf(state), 1);
    this.#send(state, now);
  }

  /** Gives up what has no answer in time, and tells when to come again. */
  watch(now: Milliseconds): Milliseconds {
    this.#countLost(now);
    const oldest = this.#out[0]?.probe.sentAt;
    return oldest === undefined ? never : oldest + this.#patience;
  }

  /** What came in for it, if it came to the right port. */
  answered(
    pending: Pending<SentinelSubject>,
    socket: SocketKey,
    source: Endpoint,
    mapped: Endpoint,
    at: Milliseconds,
  ): void {
    const { state, probe, attempt } = pending.subject;
    const step = this.#tools.plan.steps.sentinel;
    if (source.address !== step?.answerFrom.address || socket !== state.port || pending.answered) return;
    pending.answered = true;
    probe.answered = true;
    state.tried.sentinel = attempt;
    this.#lostInARow = 0;
    const about = { at, port: state.port, question: 'sentinel', attempt, sentAt: pending.sentAt } as const;
    this.#tools.outbox.observed({ kind: 'answered', ...about, arrivedOn: socket, source, mapped });
  }

  /** The router knows no flow between this port, under its own number, and the role that sentinels come from. */
  #isNew = ({ tried, mapped, port }: PortState<unknown>): boolean => {
    const there = this.#tools.plan.steps.cold ? 'fresh-elsewhere' : 'far-elsewhere';
    return tried.sentinel === undefined && (tried[there] === undefined || mapped?.port !== port);
  };

  get #uneven(): Milliseconds {
    const share = OUT_OF_STEP[this.#attempts % OUT_OF_STEP.length] ?? 1;
    return Math.max(this.#shortest, share * this.#pause);
  }

  /** Where few packets may be sent, the control probes need theirs: they tell whether the server is there at all. */
  get #shortest(): Milliseconds {
    return Math.max(SHORTEST_PAUSE, this.#tools.plan.controlEvery / 2);
  }

  /** After so long without an answer, one is lost. */
  get #patience(): Milliseconds {
    const { path, plan } = this.#tools;
    return Math.min(plan.tries.longestGap, 3 * path.gap(plan.tries));
  }

  #send(state: PortState<unknown>, now: Milliseconds): void {
    const { plan, outbox, transactions, helpers, pacer, bulk } = this.#tools;
    const step = plan.steps.sentinel;
    if (!step) return;
    state.isSentinel = true;
    this.#attempts++;
    const probe = { sentAt: now, answered: null };
    const subject: SentinelSubject = { kind: 'sentinel', state, probe, attempt: this.#attempts };
    this.#probes.push(probe);
    this.#out.push(subject);
    pacer.spend(now);
    const { id } = transactions.open(subject, now);
    const responsePort = step.answerTo === 'port' ? state.port : null;
    const bytes = bindingRequest(id, { change: step.change, responsePort, token: bulk.token(now) });
    outbox.observed({ kind: 'sent', at: now, port: state.port, question: 'sentinel', attempt: this.#attempts });
    const socket = step.from === 'port' ? state.port : helpers.key('control');
    outbox.push({ kind: 'send', socket, bytes, to: step.to });
  }

  /** One that was not let in is still new to the router, and can serve again. */
  #lose(probe: SentinelSubject['probe'], state: PortState<unknown>): void {
    probe.answered = false;
    this.#lostInARow++;
    this.#supply.push(state);
  }

  #countLost(now: Milliseconds): void {
    const over = this.#out.filter(({ probe }) => probe.answered !== null || now >= probe.sentAt + this.#patience);
    if (over.length === 0) return;
    this.#out = this.#out.filter((subject) => !over.includes(subject));
    for (const { probe, state } of over) {
      if (probe.answered) continue;
      this.#lose(probe, state);
      // All tries up to the next one are in doubt: it must not be long in coming.
      this.#nextAt = Math.min(this.#nextAt, now);
    }
  }
}
