import type { Milliseconds } from '../base/index.ts';

/** A request on its way. */
export interface Pending<T> {
  readonly subject: T;
  readonly sentAt: Milliseconds;
  answered: boolean;
}

interface Known<T> extends Pending<T> {
  /** The second half of the id; the first one is the key. */
  readonly low: number;
}

const ID_LENGTH = 12;
const HALF = 6;
const IDS_AT_ONCE = 128;

/**
 * Requests by their transaction id. Each try is a transaction of its own, so that an answer tells exactly which
 * packet it answers, and so how long the way was and which packets were lost. Nothing is forgotten before the
 * end: an answer that comes late is still recognised as late. An id is kept as two numbers of 48 bits, since there
 * may be a hundred thousand.
 */
export class Transactions<T> {
  readonly #random: (count: number) => Uint8Array;
  readonly #pending = new Map<number, Known<T>>();
  #pool: Uint8Array = new Uint8Array(0);

  constructor(random: (count: number) => Uint8Array) {
    this.#random = random;
  }

  /** The id is for the request to be sent at once. */
  open(subject: T, now: Milliseconds): { readonly id: Uint8Array; readonly pending: Pending<T> } {
    const id = this.#newId();
    if (this.#pending.has(number48(id, 0))) return this.open(subject, now);
    return { id, pending: this.#add(id, subject, now) };
  }

  #add<S extends T>(id: Uint8Array, subject: S, now: Milliseconds): Pending<S> {
    const pending = { low: number48(id, HALF), subject, sentAt: now, answered: false };
    this.#pending.set(number48(id, 0), pending);
    return pending;
  }

  /**
   * Several requests in one packet; `idOf` tells the id by which each is answered. By its own id the packet is refused:
   * that finds the first of them.
   */
  openAll<S extends T>(
    subjects: readonly S[],
    idOf: (id: Uint8Array, subject: S) => Uint8Array,
    now: Milliseconds,
  ): { readonly id: Uint8Array; readonly pending: readonly Pending<S>[] } {
    const id = this.#newId();
    const entries = subjects.map((subject) => ({ subject, id: idOf(id, subject) }));
    const isTaken = (one: Uint8Array): boolean => this.#pending.has(number48(one, 0));
    if (isTaken(id) || entries.some((entry) => isTaken(entry.id))) return this.openAll(subjects, idOf, now);
    const [first] = subjects;
    if (first !== undefined) this.#add(id, first, now);
    return { id, pending: entries.map((entry) => this.#add(entry.id, entry.subject, now)) };
  }

  find(id: Uint8Array): Pending<T> | undefined {
    if (id.length !== ID_LENGTH) return undefined;
    const pending = this.#pending.get(number48(id, 0));
    return pending?.low === number48(id, HALF) ? pending : undefined;
  }

  #newId(): Uint8Array {
    if (this.#pool.length < ID_LENGTH) this.#pool = this.#random(ID_LENGTH * IDS_AT_ONCE);
    const id = this.#pool.subarray(0, ID_LENGTH);
    this.#pool = this.#pool.subarray(ID_LENGTH);
    return id;
  }
}

function number48(bytes: Uint8Array, from: number): number {
  let number = 0;
  for (let index = from; index < from + HALF; index++) number = number * 256 + (bytes[index] ?? 0);
  return number;
}
