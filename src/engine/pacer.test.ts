import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Milliseconds } from '../base/index.ts';
import { makePacer, type Token } from './pacer.ts';
import { planOf } from './test-plan.ts';

const SECOND: Milliseconds = 1000;

/** The most packets in any stretch of one second. */
function densest(times: readonly Milliseconds[]): number {
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? 0) < time - SECOND) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

describe('a rate', () => {
  interface Course {
    readonly rate: number;
    /** How late each timer is, in turns. */
    readonly delays: readonly Milliseconds[];
    /** Packets that leave unasked, and how often. */
    readonly controls: { readonly count: number; readonly every: Milliseconds };
    readonly for: Milliseconds;
  }

  /** As the engine does it: everything that may leave leaves, then it sleeps until it may ask again. */
  function timesOf({ rate, delays, controls, for: duration }: Course): Milliseconds[] {
    const pacer = makePacer({ kind: 'paced', packetsPerSecond: rate });
    const times: Milliseconds[] = [];
    let nextControl = 0;
    for (let now = 0, turn = 0; now < duration; turn++) {
      while (now >= nextControl) {
        for (let count = 0; count < controls.count; count++) {
          pacer.spend(now);
          times.push(now);
        }
        nextControl += controls.every;
      }
      while (pacer.take(now)) times.push(now);
      if (pacer.again <= now) throw new Error('asked to come again at once');
      now = Math.min(pacer.again, nextControl) + (delays[turn % delays.length] ?? 0);
    }
    return times;
  }

  const delays = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 80, noNaN: true })), { minLength: 1 });

  it('stays below 1000 packets in every second, controls included, at the rate that is planned', () => {
    const { rate, controls, controlEvery } = planOf([9000]);
    const packetsPerSecond = rate.kind === 'paced' ? rate.packetsPerSecond : 0;
    expect(packetsPerSecond).toBe(920);
    // Each role's probe, and a look at the listener's mapping for all but the primary.
    const round = { count: 2 * controls.length - 1, every: controlEvery };
    fc.assert(
      fc.property(delays, (late) => {
        const times = timesOf({ rate: packetsPerSecond, delays: late, controls: round, for: 4 * SECOND });
        expect(densest(times)).toBeLessThan(1000);
      }),
    );
  });

  it('lets no more out in any second than itself and 50 ms of catching up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), delays, (rate, late) => {
        const times = timesOf({ rate, delays: late, controls: { count: 0, every: SECOND }, for: 3 * SECOND });
        expect(densest(times)).toBeLessThanOrEqual(rate + Math.max(1, rate / 20));
      }),
    );
  });

  it.each([1, 10, 100, 940, 5000])('of %d is kept up', (rate) => {
    const times = timesOf({ rate, delays: [1], controls: { count: 0, every: SECOND }, for: 20 * SECOND });
    expect(times.length).toBeGreaterThan(0.97 * 20 * rate);
  });

  it('makes up for what left unasked', () => {
    const course = { rate: 100, delays: [0], controls: { count: 50, every: SECOND }, for: 10 * SECOND };
    expect(timesOf(course).length).toBeLessThanOrEqual(10 * 100 + 50 + 5);
  });

  it('needs no probes', () => {
    const pacer = makePacer({ kind: 'paced', packetsPerSecond: 10_000 });
    for (let now = 0; now < 100; now++) pacer.take(now);
    expect(pacer.probeDue()).toBe(false);
  });
});

describe('max', () => {
  const WINDOW = 224;

  const fill = (pacer: ReturnType<typeof makePacer>, now: Milliseconds): number => {
    let count = 0;
    while (count < 10_000 && pacer.take(now)) count++;
    return count;
  };

  it('lets one window out at once, then no more', () => {
    const pacer = makePacer({ kind: 'max' });
    expect(fill(pacer, 0)).toBe(WINDOW);
    expect(fill(pacer, 50)).toBe(0);
  });

  it('goes on by as many packets as a probe has accounted for', () => {
    const pacer = makePacer({ kind: 'max' });
    for (let count = 0; count < 100; count++) pacer.take(0);
    const token = pacer.probeSent(0);
    expect(fill(pacer, 1)).toBe(WINDOW - 100);
    pacer.probeAnswered(token);
    expect(fill(pacer, 20)).toBe(100);
  });

  it('does not count a probe twice, nor an older one after a newer', () => {
    const pacer = makePacer({ kind: 'max' });
    for (let count = 0; count < 50; count++) pacer.take(0);
    const older = pacer.probeSent(0);
    for (let count = 0; count < 50; count++) pacer.take(0);
    const newer = pacer.probeSent(0);
    fill(pacer, 0);
    for (const token of [newer, newer, older]) pacer.probeAnswered(token);
    expect(fill(pacer, 10)).toBe(100);
  });

  it('wants a probe for every 32 packets', () => {
    const pacer = makePacer({ kind: 'max' });
    const due: number[] = [];
    for (let count = 1; count <= 100; count++) {
      pacer.take(0);
      if (!pacer.probeDue()) continue;
      due.push(count);
      pacer.probeSent(0);
    }
    expect(due).toEqual([32, 64, 96]);
  });

  it('is held up by a lost probe for 100 ms only', () => {
    const pacer = makePacer({ kind: 'max' });
    for (let count = 0; count < 32; count++) pacer.take(0);
    pacer.probeSent(5);
    fill(pacer, 5);
    expect([fill(pacer, 104), pacer.again]).toEqual([0, 105]);
    expect(fill(pacer, 105)).toBe(32);
  });

  it('never has more than the window under way, and never stands still, whatever is lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0.5, max: 300, noNaN: true }),
        (lost, roundTrip) => {
          const { sent, mostUnderWay } = runAtMax(lost, roundTrip);
          expect(mostUnderWay).toBeLessThanOrEqual(WINDOW);
          expect(sent).toBe(3000);
        },
      ),
    );
  });

  /** Sends 3000 packets; the probes are lost as the list says, in turns. An answer, or 100 ms, ends the way of what is before it. */
  function runAtMax(lost: readonly boolean[], roundTrip: Milliseconds) {
    const pacer = makePacer({ kind: 'max' });
    const answers: { at: Milliseconds; token: Token }[] = [];
    let [now, sent, over, probes, mostUnderWay] = [0, 0, 0, 0, 0];
    const arrivedBy = (time: Milliseconds) => {
      for (let next = answers[0]; next && next.at <= time; next = answers[0]) {
        answers.shift();
        over = Math.max(over, next.token.upTo);
        pacer.probeAnswered(next.token);
      }
    };
    for (let turns = 0; sent < 3000 && turns < 100_000; turns++) {
      arrivedBy(now);
      while (sent < 3000 && pacer.take(now)) {
        sent++;
        if (pacer.probeDue()) {
          const token = pacer.probeSent(now);
          const isLost = lost[probes++ % lost.length] ?? false;
          answers.push({ at: isLost ? now + 100 : now + Math.min(100, roundTrip), token });
        }
        mostUnderWay = Math.max(mostUnderWay, sent - over);
      }
      answers.sort((a, b) => a.at - b.at);
      now = Math.min(pacer.again > now ? pacer.again : Number.POSITIVE_INFINITY, answers[0]?.at ?? now + 100);
    }
    return { sent, mostUnderWay };
  }
});
