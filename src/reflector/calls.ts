import { isIpv4, prefixOf } from '../base/index.ts';
import type { Call, Called, CallState } from '../stun/index.ts';
import { Budgets, perPeriod } from './budgets.ts';

/** Seconds from the end of the last port of a call. */
const REMEMBERED = 60;

/** Seconds. */
const HOUR = 3_600;

/** Connections that may be ordered by one address, of IPv6 by one /64, within an hour of the first of them. */
export const MOST_PER_HOUR = 1_024;

/** Ports of all calls that are remembered; each that is under way holds a socket. */
export const MOST_REMEMBERED = 4_096;

/** How a call ended. `not-called`: it could not be made here. */
export type CallEnd = Exclude<CallState, 'under-way'>;

interface Entry {
  readonly states: Map<number, CallState>;
  /** Seconds; null: some port is still under way. */
  ended: number | null;
}

/**
 * The calls that were ordered, so that an order which is repeated, because the answer was lost or for news, calls
 * nobody again. It never grows beyond a fixed size. `now`: seconds, of a clock that does not go back.
 */
export class CallTable {
  readonly #underWay = new Map<string, Entry>();
  /** In the order of their ends. */
  readonly #finished = new Map<string, Entry>();
  /** Of addresses that have shown a token: a forged source takes no place. */
  readonly #budgets = new Budgets(perPeriod(MOST_PER_HOUR, HOUR));
  #ports = 0;

  /** The ports that are to be called now, each of which `ended` is to be told of; none if this call is known. */
  place(address: string, { id, ports }: Call, now: number): readonly number[] {
    this.#forget(now);
    const key = keyOf(address, id);
    if (this.#find(key)) return [];
    const wanted = [...new Set(ports)];
    const room = this.#makeRoom(wanted.length);
    const called = wanted.slice(0, this.#budgets.take(accountOf(address), room, now));
    if (called.length === 0) return [];
    this.#ports += called.length;
    this.#underWay.set(key, { states: new Map(called.map((port) => [port, 'under-way'])), ended: null });
    return called;
  }

  ended(address: string, id: Uint8Array, port: number, end: CallEnd, now: number): void {
    const key = keyOf(address, id);
    const entry = this.#underWay.get(key);
    if (!entry?.states.has(port)) return;
    entry.states.set(port, end);
    if ([...entry.states.values()].includes('under-way')) return;
    entry.ended = now;
    this.#underWay.delete(key);
    this.#finished.set(key, entry);
  }

  /** What became of these ports; one that is not remembered was not called. */
  states(address: string, { id, ports }: Call): Called {
    const entry = this.#find(keyOf(address, id));
    return { id, ports: ports.map((port) => ({ port, state: entry?.states.get(port) ?? 'not-called' })) };
  }

  #find(key: string): Entry | undefined {
    return this.#underWay.get(key) ?? this.#finished.get(key);
  }

  #forget(now: number): void {
    for (const [key, { ended }] of this.#finished) {
      if (ended !== null && now < ended + REMEMBERED) return;
      this.#drop(key);
    }
  }

  /** How many of so many ports find room; finished calls make place, the oldest first. */
  #makeRoom(wanted: number): number {
    for (const key of this.#finished.keys()) {
      if (this.#ports + wanted <= MOST_REMEMBERED) break;
      this.#drop(key);
    }
    return Math.min(wanted, MOST_REMEMBERED - this.#ports);
  }

  #drop(key: string): void {
    this.#ports -= this.#finished.get(key)?.states.size ?? 0;
    this.#finished.delete(key);
  }
}

/** Whoever has one address of an IPv6 /64 has all of them. */
const accountOf = (address: string): string => (isIpv4(address) ? address : prefixOf(address, 64));

const keyOf = (address: string, id: Uint8Array): string => `${address} ${id.join('.')}`;
