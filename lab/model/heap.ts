/** Items with a time, the earliest first; equal times in the order in which they came. A binary heap. */
export interface Timed {
  readonly when: number;
  readonly order: number;
}

const before = (a: Timed, b: Timed): boolean => a.when < b.when || (a.when === b.when && a.order < b.order);

export function push<T extends Timed>(heap: T[], item: T): void {
  let hole = heap.length;
  heap.push(item);
  while (hole > 0) {
    const up = (hole - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || !before(item, parent)) break;
    heap[hole] = parent;
    hole = up;
  }
  heap[hole] = item;
}

export function pop<T extends Timed>(heap: T[]): T | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) sink(heap, last);
  return first;
}

/** Puts `item` where the heap's root was. */
function sink<T extends Timed>(heap: T[], item: T): void {
  let hole = 0;
  for (;;) {
    const down = earlierChild(heap, hole);
    const child = heap[down];
    if (child === undefined || !before(child, item)) break;
    heap[hole] = child;
    hole = down;
  }
  heap[hole] = item;
}

function earlierChild<T extends Timed>(heap: T[], parent: number): number {
  const left = heap[2 * parent + 1];
  const right = heap[2 * parent + 2];
  return left !== undefined && right !== undefined && before(right, left) ? 2 * parent + 2 : 2 * parent + 1;
}
