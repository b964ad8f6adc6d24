import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueQueue } from './heap.ts';

it('gives out, at any moment, what is due first', () => {
  const item = fc.record({ dueAt: fc.integer({ min: 0, max: 50 }) });
  const pop = fc.constant('pop' as const);
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: item }, { weight: 2, arbitrary: pop })), (steps) => {
      const queue = new DueQueue<{ dueAt: number }>();
      const inside: number[] = [];
      const push = (item: { dueAt: number }) => {
        queue.push(item);
        inside.push(item.dueAt);
        inside.sort((a, b) => a - b);
      };
      for (const step of steps) {
        const popped = step === 'pop' ? [queue.pop()?.dueAt, inside.shift()] : [push(step)];
        expect(popped[0]).toBe(popped.at(-1));
        expect(queue.earliest?.dueAt).toBe(inside[0]);
      }
    }),
    { numRuns: 500 },
  );
});

it('gives out everything that went in, once, sorted', () => {
  fc.assert(
    fc.property(fc.array(fc.integer().map((time) => time / 8)), (times) => {
      const queue = new DueQueue<{ dueAt: number }>();
      const items = times.map((dueAt) => ({ dueAt }));
      for (const item of items) queue.push(item);
      const out = items.map(() => queue.pop());
      expect(new Set(out)).toEqual(new Set(items));
      expect(out.map((item) => item?.dueAt)).toEqual(times.toSorted((a, b) => a - b));
      expect(queue.pop()).toBeUndefined();
    }),
  );
});
