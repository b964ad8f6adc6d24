import { isIpv4, type Milliseconds, prefixOf, wrappedIpv4 } from '../../base/index.ts';

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
/** From one address: passwords are looked at one after the other, and nobody may take all the places of those that wait. */
const MOST_AT_ONCE = 5;

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
  readonly #atOnce = new Map<string, number>();

  /** false: too many from there are being looked at. Whoever has entered leaves. */
  enters(address: string): boolean {
    const key = networkOf(address);
    const count = this.#atOnce.get(key) ?? 0;
    if (count >= MOST_AT_ONCE) return false;
    this.#atOnce.set(key, count + 1);
    return true;
  }

  leaves(address: string): void {
    const key = networkOf(address);
    const count = this.#atOnce.get(key) ?? 0;
    if (count > 1) this.#atOnce.set(key, count - 1);
    else this.#atOnce.delete(key);
  }

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

  /** What it began was not looked at; another one may have begun since. `before`: as `of` gave it. */
  withdrawn(name: string, address: string, before: Failures | undefined): void {
    const key = keyOf(name, address);
    const { count = 0, last = 0 } = this.#failures.get(key) ?? {};
    if (count > 1) this.#failures.set(key, { count: count - 1, last: before?.last ?? last });
    else this.#failures.delete(key);
  }

  of(name: string, address: string): Failures | undefined {
    return this.#failures.get(keyOf(name, address));
  }

  succeeded(name: string, address: string): void {
    this.#failures.delete(keyOf(name, address));
  }
}

const keyOf = (name: string, address: string): string => `${name.trim().toLowerCase()}\n${networkOf(address)}`;

/** Whoever has one address of IPv6 has 2^64 of them. */
function networkOf(address: string): string {
  const own = wrappedIpv4(address) ?? address;
  return isIpv4(own) ? own : prefixOf(own, 64);
}
