import type { Milliseconds } from '../../base/index.ts';

/** Wrong passwords for one name from one address. */
export interface Failures {
  readonly count: number;
  readonly last: Milliseconds;
}

/** People mistype; who guesses does so more often. */
const FREE = 3;
/** Never longer: whoever hammers at the admin's name must not keep the admin out. */
export const LONGEST_MS: Milliseconds = 30_000;
/** After so long without another, all is forgotten. */
const FORGOTTEN_MS: Milliseconds = 15 * 60_000;
const MOST_KEPT = 10_000;

/** How long the next try has to wait; 0: not at all. What comes earlier is not looked at, and does not count. */
export function waitOf(failures: Failures | undefined, now: Milliseconds): Milliseconds {
  if (!failures || failures.count < FREE) return 0;
  return Math.max(0, failures.last + delayAfter(failures.count) - now);
}

/** 1 s, 2 s, 4 s, ... */
export const delayAfter = (count: number): Milliseconds =>
  Math.min(LONGEST_MS, 1_000 * 2 ** Math.min(count - FREE, 10));

/** All of these, of the last minutes. Names are told apart, and addresses, so that nobody delays somebody else. */
export class Tries {
  readonly #failures = new Map<string, Failures>();

  wait(name: string, address: string, now: Milliseconds): Milliseconds {
    return waitOf(this.#failures.get(keyOf(name, address)), now);
  }

  /** A try begins as a failure, so that many at once are not let through. */
  begins(name: string, address: string, now: Milliseconds): void {
    const key = keyOf(name, address);
    const before = this.#failures.get(key);
    const count = before && now - before.last < FORGOTTEN_MS ? before.count + 1 : 1;
    this.#failures.delete(key);
    this.#failures.set(key, { count, last: now });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MOST_KEPT && oldest !== undefined) this.#failures.delete(oldest);
  }

  /** What it began was not looked at. `before`: as `of` gave it. */
  withdrawn(name: string, address: string, before: Failures | undefined): void {
    if (before) this.#failures.set(keyOf(name, address), before);
    else this.#failures.delete(keyOf(name, address));
  }

  of(name: string, address: string): Failures | undefined {
    return this.#failures.get(keyOf(name, address));
  }

  succeeded(name: string, address: string): void {
    this.#failures.delete(keyOf(name, address));
  }
}

const keyOf = (name: string, address: string): string => `${name.trim().toLowerCase()}\n${address}`;
