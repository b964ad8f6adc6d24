import { type Enclosure, type Endpoint, enclosure, type Milliseconds, type Probe, withoutLone } from '../base/index.ts';
import type { ProbePlan, Question } from '../plan/index.ts';
import { bindingRequest } from './answer.ts';
import type { Bulk } from './bulk.ts';
import type { Controls } from './controls.ts';
import { never, type Outbox } from './outbox.ts';
import type { Pacer } from './pacer.ts';
import type { Path } from './path.ts';
import type { Pending, Transactions } from './transactions.ts';
import type { Observation, SocketKey } from './types.ts';

export interface NewcomerSubject {
  readonly kind: 'newcomer';
  readonly newcomer: Newcomer;
}

interface Newcomer {
  readonly socket: SocketKey;
  local: number;
  probe: { readonly sentAt: Milliseconds; answered: boolean | null } | null;
}

export interface NewcomerTools {
  readonly plan: ProbePlan;
  readonly outbox: Outbox<Observation>;
  readonly transactions: Transactions<NewcomerSubject>;
  readonly path: Path;
  readonly pacer: Pacer;
  readonly bulk: Bulk;
  readonly controls: Pick<Controls, 'around'>;
}

/** Keys of their sockets count down from here: far from those of the helpers. */
const FIRST_KEY: SocketKey = -1_000_000;
/** Questions whose silence may be the router's having no room for one more flow, of whichever direction. */
const NEED_ROOM: ReadonlySet<Question> = new Set<Question>([
  ...['outbound', 'relay', 'warm', 'change-port'],
  ...['cold', 'cold-near'],
] as const);
/** Those that say "nothing gets out": they count only where others are seen to get out. */
const FROM_THE_PORT: ReadonlySet<Question> = new Set<Question>(['outbound', 'relay']);
const SHORT_PAUSE: Milliseconds = 300;
/** After the first few. */
const LONG_PAUSE: Milliseconds = 1000;
const FEW = 10;
/** How near to a packet those that vouch for it must be. */
const FARTHEST: Milliseconds = 5000;
/** As many in a row by chance, at 10 % loss each way: seven in a thousand, and two in a million. */
const DOUBT_AFTER = 3;
const REFUSED_AFTER = 8;
/** As far as is known, before the first one. */
const ROOM: Probe = { sentAt: Number.NEGATIVE_INFINITY, answered: true };
/** So many in a row that got no socket, or none of their own: there will be none, and nobody waits for them. */
const UNSENT = 5;

/**
 * Sockets that ask the primary once, each a flow that the router has not seen, while ports are silent: so it shows that
 * it still has room for new flows. Many allow a host, or all of them, only so many at a time, and let known ones go on
 * (docs/decisions/0001).
 */
export class Newcomers {
  readonly #tools: NewcomerTools;
  readonly #isChecked: (port: number) => boolean;
  readonly #open = new Map<SocketKey, Newcomer>();
  readonly #probes: { readonly sentAt: Milliseconds; answered: boolean | null }[] = [];
  /** Without those that may have been lost by chance, and as if one had been answered before. */
  #room: readonly Probe[] = [ROOM];
  #lastKey = FIRST_KEY;
  #silences = 0;
  #lostInARow = 0;
  #unsentInARow = 0;
  #beganAt: Milliseconds = 0;
  #nextAt: Milliseconds = 0;

  constructor(tools: NewcomerTools, isChecked: (port: number) => boolean) {
    this.#tools = tools;
    this.#isChecked = isChecked;
  }

  owns(socket: SocketKey): boolean {
    return this.#open.has(socket);
  }

  get inDoubt(): boolean {
    return this.#lostInARow >= DOUBT_AFTER && this.#silences > 0 && this.#unsentInARow < UNSENT;
  }

  /** So many were lost that it is no accident, while the control probes were not. */
  get refused(): boolean {
    const { plan, controls } = this.#tools;
    if (this.#lostInARow < REFUSED_AFTER) return false;
    const lost = this.#probes.filter(({ answered }) => answered !== null).slice(-this.#lostInARow);
    const primary = { answerFrom: plan.server.primary };
    return lost.filter(({ sentAt }) => controls.around(sentAt, primary) === 'both').length >= REFUSED_AFTER;
  }

  /** One that was sent at that time or later was answered. */
  letOutSince(time: Milliseconds): boolean {
    return (this.#probes.findLast(({ answered }) => answered)?.sentAt ?? 0) >= time;
  }

  /**
   * Whether new flows got out when a packet of this question was sent. What is to come in needs room for a flow, too:
   * of that nobody is asked before, and where none can be had it is not waited for.
   */
  around(time: Milliseconds, question: Question): Enclosure {
    if (!NEED_ROOM.has(question)) return 'both';
    const reach = Math.max(FARTHEST, 3 * this.#tools.plan.controlEvery);
    if (FROM_THE_PORT.has(question)) return enclosure(this.#probes, time, reach);
    const state = enclosure(this.#room, time, Number.POSITIVE_INFINITY);
    return state === 'open' && !this.#coming ? 'both' : state;
  }

  /** One will come, or is on its way. */
  get #coming(): boolean {
    const isOut = this.#probes.some(({ answered }) => answered === null);
    return isOut || (this.#silences > 0 && this.#unsentInARow < UNSENT);
  }

  silenceBegins(question: Question): void {
    if (NEED_ROOM.has(question)) this.#silences++;
  }

  silenceEnds(question: Question): void {
    if (NEED_ROOM.has(question)) this.#silences--;
  }

  /** Opens one if it is time, and tells when to come again. `isIdle`: all that is left waits for one. */
  work(now: Milliseconds, isIdle: () => boolean): Milliseconds {
    if (this.#silences === 0 && this.#open.size === 0) return never;
    const expires = this.watch(now);
    if (this.#silences === 0) return expires;
    const isOut = [...this.#open.values()].some(({ probe }) => probe?.answered !== true);
    const { pacer } = this.#tools;
    if (!isOut && isIdle()) this.#soon();
    if (!isOut && now >= this.#nextAt) {
      if (!pacer.take(now)) return Math.min(expires, pacer.again);
      this.#begin(now);
    }
    return Math.min(expires, isOut ? never : this.#nextAt);
  }

  /** Opens one, whatever else is going on. */
  knock(now: Milliseconds): void {
    this.#tools.pacer.spend(now);
    this.#begin(now);
  }

  #begin(now: Milliseconds): void {
    const { outbox, plan } = this.#tools;
    this.#beganAt = now;
    this.#nextAt = now + this.#pause;
    this.#lastKey--;
    this.#open.set(this.#lastKey, { socket: this.#lastKey, local: 0, probe: null });
    outbox.push({ kind: 'open', socket: this.#lastKey, local: { address: plan.bindAddress, port: 0 } });
  }

  /** Gives up what has no answer in time, and tells when to come again. */
  watch(now: Milliseconds): Milliseconds {
    let next = never;
    for (const newcomer of this.#open.values()) {
      const { probe } = newcomer;
      if (!probe) continue;
      const expires = probe.sentAt + this.#patience;
      if (now < expires) next = Math.min(next, expires);
      else this.#lost(newcomer, now);
    }
    return next;
  }

  bound(socket: SocketKey, local: Endpoint, now: Milliseconds): void {
    const newcomer = this.#open.get(socket);
    if (!newcomer) return;
    // The system may hand out a port that is to be checked: the next one may have another.
    if (this.#isChecked(local.port)) {
      this.#unsentInARow++;
      return this.#close(newcomer);
    }
    this.#unsentInARow = 0;
    const { plan, outbox, transactions, bulk } = this.#tools;
    newcomer.local = local.port;
    newcomer.probe = { sentAt: now, answered: null };
    this.#probes.push(newcomer.probe);
    this.#room = [ROOM, ...withoutLone(this.#probes)];
    const { id } = transactions.open({ kind: 'newcomer', newcomer }, now);
    const bytes = bindingRequest(id, { token: bulk.token(now) });
    outbox.push({ kind: 'send', socket, bytes, to: plan.server.primary });
  }

  /** No socket was left, or none was allowed: then nothing vouches for the silence. */
  failed(socket: SocketKey): void {
    this.#unsentInARow++;
    this.#open.delete(socket);
  }

  answered(
    { subject, sentAt }: Pending<NewcomerSubject>,
    socket: SocketKey,
    source: Endpoint,
    mapped: Endpoint,
    at: Milliseconds,
  ): void {
    const { newcomer } = subject;
    const { probe, local } = newcomer;
    const isRight = source.address === this.#tools.plan.server.primary.address && socket === newcomer.socket;
    if (!probe || probe.answered !== null || !isRight) return;
    probe.answered = true;
    this.#room = [ROOM, ...withoutLone(this.#probes)];
    this.#lostInARow = 0;
    this.#tools.outbox.observed({ kind: 'control-answered', at, role: 'newcomer', sentAt, local, mapped });
    this.#close(newcomer);
  }

  close(): void {
    for (const newcomer of [...this.#open.values()]) this.#close(newcomer);
  }

  get #pause(): Milliseconds {
    return Math.max(this.#probes.length < FEW ? SHORT_PAUSE : LONG_PAUSE, this.#shortest);
  }

  /** Where few packets may be sent, the control probes need theirs: they tell whether the server is there at all. */
  get #shortest(): Milliseconds {
    return Math.max(SHORT_PAUSE, this.#tools.plan.controlEvery / 2);
  }

  #soon(): void {
    this.#nextAt = Math.min(this.#nextAt, this.#beganAt + this.#shortest);
  }

  get #patience(): Milliseconds {
    const { path, plan } = this.#tools;
    return Math.min(plan.tries.longestGap, 3 * path.gap(plan.tries));
  }

  #lost(newcomer: Newcomer, at: Milliseconds): void {
    const { probe } = newcomer;
    if (probe && probe.answered === null) {
      probe.answered = false;
      this.#room = [ROOM, ...withoutLone(this.#probes)];
      this.#lostInARow++;
      // All tries up to the next one are in doubt: it must not be long in coming.
      this.#soon();
      this.#tools.outbox.observed({ kind: 'control-lost', at, role: 'newcomer', sentAt: probe.sentAt });
    }
    this.#close(newcomer);
  }

  #close({ socket }: Newcomer): void {
    this.#open.delete(socket);
    this.#tools.outbox.push({ kind: 'close', socket });
  }
}
