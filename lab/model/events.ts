import type { Milliseconds } from '../../src/base/index.ts';
import type { Timer } from '../../src/system/index.ts';
import { pop, push, type Timed } from './heap.ts';

/** What is going to happen, in virtual time. Time stands still between events. */
export interface Events {
  now(): Milliseconds;
  at(when: Milliseconds, action: () => void): Timer;
  after(delay: Milliseconds, action: () => void): Timer;
  /** When the next event is due; undefined: there is none. */
  next(): Milliseconds | undefined;
  /** Goes to the next event and runs it. */
  step(): void;
  /** Lets time pass without an event. */
  skipTo(when: Milliseconds): void;
}

interface Event extends Timed {
  /** null: cancelled, or over. */
  action: (() => void) | null;
}

export function createEvents(): Events {
  const heap: Event[] = [];
  let now: Milliseconds = 0;
  let order = 0;

  function at(when: Milliseconds, action: () => void): Timer {
    // NaN would break the heap's order without a sound.
    if (Number.isNaN(when)) throw new Error('model: a timer needs a time, not NaN');
    const event: Event = { when: Math.max(when, now), order: order++, action };
    push(heap, event);
    return {
      cancel() {
        event.action = null;
      },
    };
  }

  function next(): Milliseconds | undefined {
    while (heap[0]?.action === null) pop(heap);
    return heap[0]?.when;
  }

  function step(): void {
    const when = next();
    const event = pop(heap);
    if (when === undefined || !event?.action) throw new Error('model: no event to go to');
    now = when;
    const { action } = event;
    event.action = null;
    action();
  }

  return {
    now: () => now,
    at,
    after: (delay, action) => at(now + delay, action),
    next,
    step,
    skipTo(when) {
      now = Math.max(now, when);
    },
  };
}
