import type { Milliseconds } from '../base/index.ts';
import type { SocketKey } from './types.ts';

/** One wait, and the socket whose mapping sleeps for so long. */
export interface Rung {
  readonly wait: Milliseconds;
  readonly key: SocketKey;
  /**
   * `binding`: it speaks to the server itself. `fresh`: an answer is ordered to its mapping at once, to see that one
   * finds the way. `waiting`, then `asking`: the same when its time has come. `silent`: all tries were made.
   */
  readonly state: 'opening' | 'idle' | 'binding' | 'fresh' | 'waiting' | 'asking' | 'silent' | 'alive' | 'given-up';
  readonly tries: number;
  readonly dueAt: Milliseconds;
  /** Public port of its mapping. */
  readonly port: number;
  /** The last packet through the mapping, and the last that left. */
  readonly touchedAt: Milliseconds;
  readonly leftAt: Milliseconds;
  /** When it was asked after its wait. */
  readonly asked: readonly Milliseconds[];
}

type Writable = { -readonly [K in keyof Rung]: Rung[K] };

/** Not all mappings in one moment. */
const STAGGER: Milliseconds = 100;
const GAP: Milliseconds = 250;
/** Seven must fail (docs/decisions/0001). */
const TRIES = 7;
/** After the last of them. */
const LAST_CHANCE: Milliseconds = 500;
/** When the time has come; seven of them must count. */
const ASKED = 10;
/** Beyond those of the helper sockets. */
const FIRST_KEY = -1_000;

/** The waits of one check: which of them is due for what. */
export class Rungs {
  readonly #rungs: readonly Writable[];
  /** Between two tries when the time has come. */
  readonly #gap: Milliseconds;

  constructor(waits: readonly Milliseconds[], gap: Milliseconds) {
    this.#gap = gap;
    this.#rungs = waits.map((wait, index) => ({
      wait,
      key: FIRST_KEY - index,
      state: 'opening',
      tries: 0,
      dueAt: Number.POSITIVE_INFINITY,
      port: 0,
      touchedAt: 0,
      leftAt: 0,
      asked: [],
    }));
  }

  get all(): readonly Rung[] {
    return this.#rungs;
  }

  /** With the last of them it begins. */
  opened(socket: SocketKey, now: Milliseconds): void {
    const rung = this.#rungs.find(({ key }) => key === socket);
    if (!rung) return;
    rung.state = 'idle';
    if (!this.#rungs.every(({ state }) => state === 'idle')) return;
    for (const [index, each] of this.#rungs.entries()) this.#enter(each, 'binding', now + index * STAGGER);
  }

  /** Those that ask now. */
  due(now: Milliseconds): readonly Rung[] {
    for (const rung of this.#rungs) if (rung.state === 'waiting' && rung.dueAt <= now) this.#enter(rung, 'asking', now);
    return this.#rungs.filter((rung) => rung.dueAt <= now && rung.tries < mostOf(rung));
  }

  tried(rung: Rung, now: Milliseconds): void {
    const own = this.#own(rung);
    own.tries++;
    if (own.state === 'asking') {
      own.asked = [...own.asked, now];
      own.dueAt = now + this.#gap;
      return;
    }
    own.dueAt = now + GAP;
    if (own.state === 'binding') own.touchedAt = own.leftAt = now;
  }

  /** Those that have just been asked in vain for a mapping, or for an answer to it while it was fresh. */
  giveUp(now: Milliseconds): readonly Rung[] {
    const vain = this.#rungs.filter((rung) => isTrying(rung) && rung.tries >= TRIES && endOfTries(rung) <= now);
    for (const rung of vain) this.#enter(rung, 'given-up', Number.POSITIVE_INFINITY);
    return vain;
  }

  /** Something came in by the mapping: it lives longer. */
  touched(socket: SocketKey, now: Milliseconds): void {
    const rung = this.#rungs.find(({ key }) => key === socket);
    if (!rung) return;
    rung.touchedAt = now;
    if (rung.state === 'waiting') rung.dueAt = now + rung.wait;
  }

  /** true: it has lived so long. `via`: who asked. */
  answered(rung: Rung, via: 'own' | 'control', port: number, now: Milliseconds): boolean {
    const own = this.#own(rung);
    if (own.state === 'binding' && via === 'own') {
      own.port = port;
      this.#enter(own, 'fresh', now);
    } else if (own.state === 'fresh' && via === 'control') this.#enter(own, 'waiting', now + own.wait);
    else if ((own.state === 'asking' || own.state === 'silent') && via === 'control') {
      this.#enter(own, 'alive', Number.POSITIVE_INFINITY);
      return true;
    }
    return false;
  }

  /** Since when we are about the questions of a wait, which is from `before` its first one on; null: we are not. */
  activeSince(now: Milliseconds, before: Milliseconds): Milliseconds | null {
    for (const { state, dueAt, asked } of this.#rungs) {
      if (state === 'waiting' && dueAt - before <= now) return dueAt - before;
      const isAsked = state === 'asking' || (state === 'silent' && now <= (asked.at(-1) ?? 0) + 3 * this.#gap);
      if (isAsked) return (asked[0] ?? now) - before;
    }
    return null;
  }

  /** Whether nothing is left to be learnt: `isGone` says so of a wait, or all of them are over. */
  endOf(now: Milliseconds, patience: Milliseconds, isGone: (rung: Rung) => boolean): boolean {
    for (const rung of this.#rungs)
      if (rung.state === 'asking' && rung.tries >= ASKED) this.#enter(rung, 'silent', Number.POSITIVE_INFINITY);
    const heard = this.#rungs.filter(({ state, asked }) => state === 'silent' && this.#over(asked, patience) <= now);
    if (heard.some(isGone)) return true;
    return this.#rungs.every((rung) => rung.state === 'alive' || rung.state === 'given-up' || heard.includes(rung));
  }

  nextAt(now: Milliseconds, before: Milliseconds, patience: Milliseconds): Milliseconds {
    const times = this.#rungs.map((rung) => {
      if (rung.state === 'silent') return this.#over(rung.asked, patience);
      if (isTrying(rung) && rung.tries >= TRIES) return endOfTries(rung);
      if (rung.state === 'waiting' && rung.dueAt - before > now) return rung.dueAt - before;
      return rung.dueAt;
    });
    return Math.min(...times.filter((time) => time > now));
  }

  /** How long the last of them still takes, when all mappings are there. */
  longest(now: Milliseconds): Milliseconds | null {
    if (this.#rungs.some((rung) => rung.state === 'opening' || isTrying(rung))) return null;
    const last = this.#rungs.filter(({ state }) => state === 'waiting').at(-1);
    return last ? last.dueAt - now + ASKED * this.#gap : null;
  }

  /** When nothing more is awaited, not even a probe's answer. */
  #over = (asked: readonly Milliseconds[], patience: Milliseconds): Milliseconds =>
    (asked.at(-1) ?? 0) + 3 * this.#gap + patience;

  #own(rung: Rung): Writable {
    const own = this.#rungs.find((other) => other === rung);
    if (!own) throw new Error('this wait belongs to another check');
    return own;
  }

  #enter(rung: Writable, state: Rung['state'], dueAt: Milliseconds): void {
    rung.state = state;
    rung.tries = 0;
    rung.dueAt = dueAt;
  }
}

const isTrying = ({ state }: Rung): boolean => state === 'binding' || state === 'fresh';

const endOfTries = ({ dueAt }: Rung): Milliseconds => dueAt + LAST_CHANCE;

const mostOf = (rung: Rung): number => {
  if (rung.state === 'asking') return ASKED;
  return isTrying(rung) ? TRIES : 0;
};
