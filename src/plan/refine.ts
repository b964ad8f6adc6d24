import { neighboursIn, type PortRange } from '../base/index.ts';

/** What a port that was asked has shown; null: nothing that says whether it is open. */
export interface Shown {
  readonly port: number;
  readonly open: boolean | null;
}

/** How many ports may be asked beyond a sample: enough for two boundaries in 10,000 ports, of which 100 were asked. */
export const MOST_REFINING = 19;

/**
 * Which ports a sample needs besides: wherever two neighbours differ, the one in the middle, until it is known between
 * which two ports the boundary lies. `budget` is what may still be asked, in this round and in all that follow it.
 */
export function nextSample(asked: readonly Shown[], ranges: readonly PortRange[], budget: number): number[] {
  const gaps = gapsWithBoundaries(asked, ranges);
  return affordable(gaps, budget).map((gap) => gap[Math.floor(gap.length / 2)] ?? 0);
}

/** The ports between neighbours that differ, the fewest first; none is in two gaps. */
function gapsWithBoundaries(asked: readonly Shown[], ranges: readonly PortRange[]): number[][] {
  const open = new Map(asked.map((shown) => [shown.port, shown.open]));
  const decided = asked.flatMap(({ port, open: is }) => (is === null ? [] : [port]));
  return neighboursIn(ranges, decided)
    .filter(([before, after]) => open.get(before) !== open.get(after))
    .map(([before, after]) =>
      Array.from({ length: after - before - 1 }, (_, index) => before + 1 + index).filter((port) => !open.has(port)),
    )
    .filter((gap) => gap.length > 0)
    .sort((a, b) => a.length - b.length);
}

/** Those that the budget can follow to their end; else the first one, as far as it goes. */
function affordable(gaps: readonly (readonly number[])[], budget: number): readonly (readonly number[])[] {
  let left = budget;
  const followed = gaps.filter((gap) => (left -= roundsFor(gap.length)) >= 0);
  return followed.length > 0 ? followed : gaps.slice(0, Math.min(1, budget));
}

/** Bisections until a gap of so many ports is none. */
const roundsFor = (size: number): number => Math.ceil(Math.log2(size + 1));
