import type { Milliseconds } from '../base/index.ts';
import type { CallPlan } from '../plan/index.ts';
import type { Called, CallState } from '../stun/index.ts';

/** docs/protocol.md: SYN after 1 and 3 s, and the end after 5. */
const SHORTEST_CALL: Milliseconds = 4500;

/** With more polls lost than this, a lost call is no rare accident: at 5 % each way a tenth of them is. */
const LEAST_ANSWERED = 0.7;

/** Both addresses of the reflector: the one answers for the orders, the other one for the way that the calls take. */
export type Watched = 'primary' | 'caller';

/** A port that had been reached before, and is called along. */
export interface Sentinel {
  readonly port: number;
  /**
   * This check listens there, and sees the call come. Where somebody else does, such as the service that holds the port, the
   * reflector's word counts that it was connected: that the port is forwarded to this machine is known.
   */
  readonly isOurs: boolean;
}

/**
 * What became of the call of a port that had been reached before, which the reflector makes along with the others and
 * after them. `lost`: the router may have refused the others, too; `not-called`: no router was asked.
 */
export type SentinelState = 'arrived' | 'lost' | 'not-called';

/** One call of some ports, and what is known of it. */
export class CallRound {
  readonly number: number;
  readonly id: Uint8Array;
  readonly ports: readonly number[];
  /** Called along with them; null: no port is known that can be reached. */
  readonly sentinel: Sentinel | null;
  readonly startedAt: Milliseconds;
  over = false;
  sentinelCame = false;
  readonly #plan: CallPlan;
  readonly #states = new Map<number, CallState>();
  /** When ports were first said to be connected. */
  readonly #connectedAt = new Map<number, Milliseconds>();
  /** When the polls were sent that were answered, ascending: by whom is asked to call, and from where the calls come. */
  readonly #alive: Readonly<Record<Watched, Milliseconds[]>> = { primary: [], caller: [] };
  #polls = 0;
  #polledAt: Milliseconds = Number.NEGATIVE_INFINITY;

  constructor(plan: CallPlan, call: Pick<CallRound, 'number' | 'id' | 'ports' | 'sentinel'>, now: Milliseconds) {
    this.#plan = plan;
    this.number = call.number;
    this.id = call.id;
    this.ports = call.ports;
    this.sentinel = call.sentinel;
    this.startedAt = now;
  }

  get pollAt(): Milliseconds {
    return this.#polledAt + this.#plan.pollEvery;
  }

  /** In this order: a router that lets in just so many has let in the sentinel only if it had room for all. */
  get called(): readonly number[] {
    const { ports, sentinel } = this;
    return sentinel === null ? ports : [...ports.filter((port) => port !== sentinel.port), sentinel.port];
  }

  /** null: there is none. */
  get stateOfSentinel(): SentinelState | null {
    if (this.sentinel === null) return null;
    const { port, isOurs } = this.sentinel;
    if (this.sentinelCame || (!isOurs && this.stateOf(port) === 'connected')) return 'arrived';
    return this.stateOf(port) === 'not-called' ? 'not-called' : 'lost';
  }

  get wasPolled(): boolean {
    return this.#polls > 0;
  }

  polled(now: Milliseconds): void {
    this.#polledAt = now;
    this.#polls++;
  }

  /** A poll of that time came back. */
  alive(who: Watched, sentAt: Milliseconds): void {
    this.#alive[who].push(sentAt);
    this.#alive[who].sort((a, b) => a - b);
  }

  /** What the reflector says of it. */
  learn({ ports }: Called, now: Milliseconds): void {
    for (const { port, state } of ports) {
      // An answer that was overtaken by a later one must not take back what that said.
      const known = this.#states.get(port);
      if (known !== undefined && known !== 'under-way') continue;
      // A reflector that has not waited for three SYNs has not called.
      if (state === 'timed-out' && now < this.startedAt + SHORTEST_CALL) continue;
      this.#states.set(port, state);
      if (state === 'connected') this.#connectedAt.set(port, now);
    }
  }

  /** null: the reflector has not said a word about it. */
  stateOf(port: number): CallState | null {
    return this.#states.get(port) ?? null;
  }

  /** Nothing more will come: every port has arrived, or is said to have ended some time ago. */
  isOver(now: Milliseconds, isSettled: (port: number) => boolean): boolean {
    if (now >= this.#latest || this.ports.every(isSettled)) return true;
    const isSentinelOver =
      this.sentinel === null || this.stateOfSentinel === 'arrived' || this.#hasEnded(this.sentinel.port, now);
    return isSentinelOver && this.ports.every((port) => isSettled(port) || this.#hasEnded(port, now));
  }

  /** When to look again, if nothing comes. */
  endsAt(now: Milliseconds): Milliseconds {
    const graces = [...this.#connectedAt.values()].map((at) => at + this.#plan.grace).filter((at) => at > now);
    return Math.min(this.#latest, ...graces);
  }

  /** Polls were answered all the time: no interruption can have swallowed all three SYNs. */
  wasWatched(now: Milliseconds): boolean {
    return this.#answeredAllTheTime('primary', now) && this.#answeredAllTheTime('caller', now);
  }

  #answeredAllTheTime(who: Watched, now: Milliseconds): boolean {
    const alive = this.#alive[who];
    const times = [this.startedAt, ...alive, now];
    // What is on its way does not count yet.
    if (alive.length < LEAST_ANSWERED * (this.#polls - 2)) return false;
    return times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) <= this.#plan.longestPause);
  }

  get #latest(): Milliseconds {
    return this.startedAt + this.#plan.patience;
  }

  #hasEnded(port: number, now: Milliseconds): boolean {
    const state = this.#states.get(port);
    if (state === undefined || state === 'under-way') return false;
    const since = this.#connectedAt.get(port);
    return since === undefined || now >= since + this.#plan.grace;
  }
}
