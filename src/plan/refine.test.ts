import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PortRange, portsOf } from '../base/index.ts';
import { type DrawNumbers, MOST_REFINING, nextSample, type Shown, samplePorts } from './index.ts';

const RANGES: readonly PortRange[] = [
  { from: 5060, to: 5060 },
  { from: 9000, to: 18_999 },
];
const PORTS = portsOf(RANGES);

/** Numbers that only look random. */
const drawWith =
  (seed: number): DrawNumbers =>
  (count, below) => {
    let state = seed;
    return Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    });
  };

/** A sample of 100 and all its rounds, of a router that is open where it is said to be. */
function ask(isOpen: (port: number) => boolean | null, seed: number): Shown[] {
  const show = (port: number): Shown => ({ port, open: isOpen(port) });
  const asked = samplePorts(RANGES, PORTS, 100, drawWith(seed)).map(show);
  const sample = asked.length;
  for (;;) {
    const more = nextSample(asked, RANGES, sample + MOST_REFINING - asked.length);
    if (more.length === 0) return asked;
    asked.push(...more.map(show));
  }
}

const anyPort = fc.integer({ min: 9000, max: 18_998 });

describe('a sample of 10,000 ports', () => {
  it('finds the exact last open port with under 120 ports asked', () => {
    let most = 0;
    fc.assert(
      fc.property(anyPort, fc.integer(), (last, seed) => {
        const asked = ask((port) => port <= last, seed);
        const range = asked.filter(({ port }) => port >= 9000);
        expect(Math.max(...range.filter(({ open }) => open).map(({ port }) => port))).toBe(last);
        expect(Math.min(...range.filter(({ open }) => !open).map(({ port }) => port))).toBe(last + 1);
        most = Math.max(most, asked.length);
      }),
      { numRuns: 1_000 },
    );
    expect(most).toBeLessThan(120);
  });

  it('finds both ends of a forward, unless it falls between two ports', () => {
    fc.assert(
      fc.property(anyPort, anyPort, fc.integer(), (a, b, seed) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const asked = ask((port) => port >= from && port <= to, seed);
        const open = asked.flatMap((shown) => (shown.open ? [shown.port] : []));
        const missed = open.length === 0 && to - from < 210;
        expect(missed ? [from, to] : [Math.min(...open), Math.max(...open)]).toEqual([from, to]);
      }),
      { numRuns: 300 },
    );
  });

  it('never asks more than 119 ports, none twice, and none that was not asked for, whatever they show', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom(true, false, null)), fc.integer(), (shown, seed) => {
        const asked = ask(() => shown.next().value ?? null, seed).map(({ port }) => port);
        expect(asked.length).toBeLessThan(120);
        expect(new Set(asked).size).toBe(asked.length);
        expect(asked.filter((port) => !PORTS.includes(port))).toEqual([]);
      }),
    );
  });
});

describe('the next round', () => {
  const shown = (open: readonly number[], closed: readonly number[], unknown: readonly number[] = []): Shown[] => [
    ...open.map((port) => ({ port, open: true })),
    ...closed.map((port) => ({ port, open: false })),
    ...unknown.map((port) => ({ port, open: null })),
  ];
  const range = [{ from: 9000, to: 9100 }];

  it.each<[what: string, asked: Shown[], budget: number, expected: readonly number[]]>([
    ['nothing where all agree', shown([9000, 9050, 9100], []), 19, []],
    ['the middle where two differ', shown([9000], [9100]), 19, [9050]],
    ['nothing where the boundary is exact', shown([9000, 9049], [9050, 9100]), 19, []],
    ['the middle of both boundaries', shown([9000, 9100], [9050]), 19, [9025, 9075]],
    ['the narrower one where not both can be followed', shown([9000, 9100], [9030]), 6, [9015]],
    ['the narrowest as far as it goes', shown([9000], [9100]), 1, [9050]],
    ['nothing where no more may be asked', shown([9000], [9100]), 0, []],
    ['another one where the middle told nothing', shown([9000], [9100], [9050]), 19, [9051]],
    ['nothing between ports that told nothing', shown([], [9000], [9100]), 19, []],
    ['nothing across ports that nobody asked for', shown([5060], [9000, 9100]), 19, []],
  ])('%s', (_, asked, budget, expected) => {
    expect(nextSample(asked, [{ from: 5060, to: 5060 }, ...range], budget)).toEqual(expected);
  });
});
