import type { Milliseconds } from '../../src/base/index.ts';
import type { Events } from './events.ts';

const HALF_AN_HOUR: Milliseconds = 30 * 60_000;
/** A loop that asks for "at once" again and again never lets time pass; this ends it. */
const MANY_EVENTS = 5_000_000;
/** Turns of Node's own loop in which work may wait for something outside of the model, such as an import. */
const PATIENCE = 50;

// Taken before a test can replace them by fakes.
const { nextTick } = process;
const { setImmediate } = globalThis;

/** Node runs a tick only when no promise has anything left to do: until then, whoever awaited the last event proceeds. */
const settled = (): Promise<void> => new Promise((resolve) => nextTick(resolve));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs events until the promise settles, and gives its outcome. A hang is an error that says so. */
export async function runUntilSettled<T>(
  events: Events,
  work: Promise<T>,
  limit = HALF_AN_HOUR,
  most = MANY_EVENTS,
): Promise<T> {
  const start = events.now();
  let over = false;
  const finish = (): void => {
    over = true;
  };
  work.then(finish, finish);
  await settled();
  for (let count = 0; !over; count++) {
    const next = events.next();
    if (next === undefined) {
      await lastChance(events, () => over);
      continue;
    }
    if (next - start > limit) throw new Error(`model: not settled after ${limit} ms of virtual time`);
    if (count >= most) throw new Error(`model: not settled after ${count} events, at ${events.now()} ms`);
    events.step();
    await settled();
  }
  return work;
}

/** With no event left, only something outside of the model could settle the work. */
async function lastChance(events: Events, over: () => boolean): Promise<void> {
  for (let turns = 0; turns < PATIENCE; turns++) {
    await turn();
    if (over() || events.next() !== undefined) return;
  }
  throw new Error(`model: no events are left at ${events.now()} ms, and the work is still not settled`);
}

/** Runs what is due within the next `duration`, and leaves the clock just there. */
export async function advanceBy(events: Events, duration: Milliseconds): Promise<void> {
  const end = events.now() + duration;
  await settled();
  for (let next = events.next(); next !== undefined && next <= end; next = events.next()) {
    events.step();
    await settled();
  }
  events.skipTo(end);
}
