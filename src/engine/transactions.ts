import type { Milliseconds } from '../base/index.ts';

/** A request on its way. */
export interface Pending<T> {
  readonly id: Uint8Array;
  readonly subject: T;
  readonly sentAt: Milliseconds;
  answered: boolean;
}

const ID_LENGTH = 12;
const IDS_AT_ONCE = 128;

/**
 * Requests by their transaction id. Each try is a transaction of its own, so that an answer tells exactly which
 * packet it answers, and so how long the way was and which packets were lost. Nothing is forgotten before the
 * end: an answer that comes late is still recognised as late.
 */
export class Transactions<T> {
  readonly #random: (count: number) => Uint8Array;
  readonly #pending = new Map<number, Pending<T>>();
  #pool: Uint8Array = new Uint8Array(0);

  constructor(random: (count: number) => Uint8Array) {
    this.#random = random;
  }

  open(subject: T, now: Milliseconds): Pending<T> {
    const id = this.#newId();
    const key = keyOf(id);
    if (this.#pending.has(key)) return this.open(subject, now);
    const pending = { id, subject, sentAt: now, answered: false };
    this.#pending.set(key, pending);
    return pending;
  }

  find(id: Uint8Array): Pending<T> | undefined {
    if (id.length !== ID_LENGTH) return undefined;
    const pending = this.#pending.get(keyOf(id));
    return pending?.id.every((byte, index) => byte === id[index]) ? pending : undefined;
  }

  #newId(): Uint8Array {
    if (this.#pool.length < ID_LENGTH) this.#pool = this.#random(ID_LENGTH * IDS_AT_ONCE);
    const id = this.#pool.subarray(0, ID_LENGTH);
    this.#pool = this.#pool.subarray(ID_LENGTH);
    return id;
  }
}

/** The first 48 bits as a number: Map keys of numbers are cheap. The whole id is compared afterwards. */
function keyOf(id: Uint8Array): number {
  let key = 0;
  for (let index = 0; index < 6; index++) key = key * 256 + (id[index] ?? 0);
  return key;
}
