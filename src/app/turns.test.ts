import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

/** Begins them all; each ends when it is told to. */
function begin(atOnce: number, count: number) {
  const turns = new Turns(atOnce);
  const running = new Map<number, { readonly end: () => void; readonly fail: () => void }>();
  const done = Array.from({ length: count }, (_, index) =>
    turns.take(
      () =>
        new Promise<number>((resolve, reject) => {
          running.set(index, { end: () => resolve(index), fail: () => reject(new Error(`${index}`)) });
        }),
    ),
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { turns, running, done, settle };
}

test('no more than so many are at work, in the order in which they came', async () => {
  const { turns, running, done, settle } = begin(2, 4);
  await settle();
  expect([...running.keys()]).toEqual([0, 1]);
  running.get(1)?.end();
  await settle();
  expect([...running.keys()]).toEqual([0, 1, 2]);
  const atWork: number[] = [];
  const later = turns.take(() => Promise.resolve(atWork.push(4)));
  await settle();
  expect(atWork).toEqual([]);
  for (const index of [0, 2]) running.get(index)?.end();
  await settle();
  running.get(3)?.end();
  expect(await Promise.all(done)).toEqual([0, 1, 2, 3]);
  await later;
  expect(atWork).toEqual([4]);
});

test('who fails leaves his turn to the next', async () => {
  const { running, done, settle } = begin(1, 2);
  await settle();
  running.get(0)?.fail();
  await expect(done[0]).rejects.toThrow('0');
  running.get(1)?.end();
  expect(await done[1]).toBe(1);
});

test('without a limit nobody waits', async () => {
  const { running, settle } = begin(Number.POSITIVE_INFINITY, 50);
  await settle();
  expect(running.size).toBe(50);
});
