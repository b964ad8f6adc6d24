import type { Milliseconds } from '../base/index.ts';

export interface Due {
  dueAt: Milliseconds;
}

/** Things by the time at which they are due: a binary heap. */
export class DueQueue<T extends Due> {
  readonly #items: T[] = [];

  get earliest(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent];
      if (!above || above.dueAt <= item.dueAt) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last && items.length > 0) this.#sink(last);
    return top;
  }

  /** Lets `item` take the top's place and brings it to where it belongs. */
  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = items[child];
      if (!left) break;
      const right = items[child + 1];
      if (right && right.dueAt < left.dueAt) child++;
      const smaller = items[child];
      if (!smaller || smaller.dueAt >= item.dueAt) break;
      items[at] = smaller;
      at = child;
    }
    items[at] = item;
  }
}
