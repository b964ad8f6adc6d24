import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Path, triesNeeded } from './path.ts';
import { planOf } from './test-plan.ts';

const POLICY = planOf([9000]).tries;

describe('tries needed', () => {
  it.each([
    [0, 0, 7, 'nothing is known yet'],
    [50, 0, 7, 'too few to say that the path is clean'],
    [51, 0, 6, 'with 99 % confidence below the loss of the design'],
    [82, 0, 5, ''],
    [167, 0, 4, ''],
    [538, 0, 3, 'a clean path, known well'],
    [100_000, 0, 3, 'never under three'],
    [990, 10, 4, '1 %'],
    [9900, 100, 4, ''],
    [950, 50, 6, '5 % of the round trips'],
    [920, 80, 7, 'below the design, but not with confidence'],
    [900, 100, 8, '5 % each way'],
    [81, 19, 10, '10 % each way'],
    [0, 19, 7, 'few packets say nothing, not even when all are lost'],
    [50, 50, 21, 'a bad path: many'],
    [20, 80, 61, 'more than the policy allows: it cannot be told'],
  ])('%d answered and %d lost: %d. %s', (answered, lost, needed) => {
    expect(triesNeeded(answered, lost, POLICY)).toBe(needed);
  });

  const counts = fc.tuple(fc.nat(3000), fc.nat(300));

  it('are never fewer than at least', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 9 }), ([answered, lost], atLeast) => {
        expect(triesNeeded(answered, lost, { ...POLICY, atLeast })).toBeGreaterThanOrEqual(atLeast);
      }),
    );
  });

  it('are not fewer for a packet more that is lost, in place of one that was answered or beside it', () => {
    fc.assert(
      fc.property(counts, ([answered, lost]) => {
        const now = triesNeeded(answered, lost, POLICY);
        expect(triesNeeded(answered, lost + 1, POLICY)).toBeGreaterThanOrEqual(now);
        expect(triesNeeded(Math.max(0, answered - 1), lost + 1, POLICY)).toBeGreaterThanOrEqual(now);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the chance that an answering port is called silent', () => {
  /**
   * Exact: of `seen` packets before it, each lost with chance `loss`, so many were lost with the chance that the
   * binomial distribution gives; then all tries that this asks for have to be lost, too.
   */
  function chanceOfError(loss: number, seen: number): number {
    let sum = 0;
    let logChance = seen * Math.log1p(-loss);
    for (let lost = 0; lost <= seen; lost++) {
      const tries = triesNeeded(seen - lost, lost, POLICY);
      // Beyond `atMost` nothing is called silent.
      if (tries <= POLICY.atMost) sum += Math.exp(logChance) * loss ** tries;
      logChance += Math.log(((seen - lost) / (lost + 1)) * (loss / (1 - loss)));
    }
    return sum;
  }

  const SEEN = [0, 1, 10, 19, 20, 30, 50, 51, 55, 70, 82, 100, 130, 167, 200, 300, 400, 538, 700, 1000, 2000, 5000];
  const bothWays = (each: number) => 1 - (1 - each) ** 2;
  const worst = (from: number, to: number) =>
    Math.max(
      ...Array.from({ length: 51 }, (_, step) => from + ((to - from) * step) / 50)
        .filter((each) => each > 0)
        .flatMap((each) => SEEN.map((seen) => chanceOfError(bothWays(each), seen))),
    );

  it('is below one in a million at up to 5 % loss each way, however much the run has seen', () => {
    expect(worst(0, 0.05)).toBeLessThan(1e-6);
  });

  it('is below one in 10,000 at up to 10 %', () => {
    expect(worst(0.05, 0.1)).toBeLessThan(1e-4);
  });
});

describe('the gap between tries', () => {
  const gapAfter = (...roundTrips: number[]) => {
    const path = new Path();
    for (const time of roundTrips) path.answered(time);
    return path.gap(POLICY);
  };

  it.each([
    [[], 1000, 'the longest one while nothing is known'],
    [[1], 100, 'never shorter than the policy says'],
    [[200], 600, 'the first measurement, and twice as much for variation (RFC 6298 2.2)'],
    [[5000], 1000, 'never longer'],
    [[200, 200], 500, 'variation 3/4 of 100 (RFC 6298 2.3)'],
    [[200, 280], 210 + 4 * 95, 'variation from the old mean, then the mean'],
  ])('after %j is %d: %s', (roundTrips, gap) => {
    expect(gapAfter(...roundTrips)).toBeCloseTo(gap, 6);
  });

  it('stays longer than the round trip when the path does not vary: an answer has to be read, too', () => {
    const steady = Array.from({ length: 1000 }, () => 240);
    expect(gapAfter(...steady)).toBeGreaterThanOrEqual(250);
  });
});

it('counts what it is told: a path on which much is lost needs more tries', () => {
  const path = new Path();
  for (let count = 0; count < 40; count++) path.answered(20);
  path.lost(9);
  path.lost();
  expect(path.triesNeeded(POLICY)).toBe(triesNeeded(40, 10, POLICY));
});
