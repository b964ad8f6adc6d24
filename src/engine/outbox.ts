import type { Milliseconds } from '../base/index.ts';
import type { Output } from './types.ts';

/** Outputs in the order in which they came about. */
export class Outbox<T> {
  #items: Output<T>[] = [];
  #next = 0;

  push(output: Output<T>): void {
    this.#items.push(output);
  }

  observed(observation: T): void {
    this.#items.push({ kind: 'observed', observation });
  }

  shift(): Output<T> | undefined {
    const item = this.#items[this.#next];
    if (item) {
      this.#next++;
      return item;
    }
    this.#items = [];
    this.#next = 0;
    return undefined;
  }
}

export const never: Milliseconds = Number.POSITIVE_INFINITY;
