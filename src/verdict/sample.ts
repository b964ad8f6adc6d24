import { neighboursIn, type PortRange, portsOf, toRanges } from '../base/index.ts';
import { isOpen } from './results.ts';
import type { Inferred, PortVerdict, SampleVerdict } from './types.ts';

const CONFIDENCE = 0.95;

export interface JudgedSample {
  /** What was to be checked. */
  readonly ranges: readonly PortRange[];
  /** UDP ports that were asked, those of later rounds too. */
  readonly ports: readonly PortVerdict[];
  /** The ports of the first round: the edges of the ranges, and a random fill. */
  readonly first: readonly number[];
}

/** What a sample says of the ports that were not asked. */
export function judgeSample({ ranges, ports, first }: JudgedSample): SampleVerdict {
  const asked = new Map(ports.map((verdict) => [verdict.port, verdict]));
  const inferred = infer(ranges, asked);
  const edges = new Set(ranges.flatMap(({ from, to }) => [from, to]));
  const { seen, surprises } = surprisesIn(ranges, first, edges, asked);
  const drawnFrom = portsOf(ranges).filter((port) => !edges.has(port)).length;
  // As many stretches of equal size as ports were drawn: the last ones may be smaller by one.
  const places = seen * Math.ceil(drawnFrom / Math.max(1, seen));
  const count = inferred.reduce((sum, { count: of }) => sum + of, 0);
  const differing = seen > 0 ? Math.floor(largestShare(surprises, seen) * places) : count;
  return { inferred, confidence: CONFIDENCE, mostDiffering: Math.min(count, differing) };
}

/** Where two neighbours have the same result for the same cause, so have the ports between them. */
function infer(ranges: readonly PortRange[], asked: ReadonlyMap<number, PortVerdict>): Inferred[] {
  const groups = new Map<string, { like: PortVerdict; ports: number[] }>();
  for (const [before, after] of decidedNeighbours(ranges, [...asked.keys()], asked)) {
    if (!agree(before, after)) continue;
    const key = JSON.stringify([before.result, before.cause]);
    const group = groups.get(key) ?? { like: before, ports: [] };
    groups.set(key, group);
    for (let port = before.port + 1; port < after.port; port++) if (!asked.has(port)) group.ports.push(port);
  }
  return [...groups.values()]
    .filter(({ ports }) => ports.length > 0)
    .map(({ like: { result, cause }, ports }) => ({ result, cause, ports: toRanges(ports), count: ports.length }));
}

/**
 * How many of the ports that were drawn at random are not what their neighbours, which agree, would have let one
 * expect: as often as that, ports that were not drawn are not what they are held to be.
 */
function surprisesIn(
  ranges: readonly PortRange[],
  first: readonly number[],
  edges: ReadonlySet<number>,
  asked: ReadonlyMap<number, PortVerdict>,
): { seen: number; surprises: number } {
  const pairs = decidedNeighbours(ranges, first, asked);
  const drawn = pairs.flatMap(([before, port], index) => {
    const [next, after] = pairs[index + 1] ?? [];
    return next === port && after && !edges.has(port.port) ? [[before, port, after] as const] : [];
  });
  const surprises = drawn.filter(([before, port, after]) => agree(before, after) && !agree(before, port));
  return { seen: drawn.length, surprises: surprises.length };
}

function decidedNeighbours(
  ranges: readonly PortRange[],
  ports: readonly number[],
  asked: ReadonlyMap<number, PortVerdict>,
): (readonly [PortVerdict, PortVerdict])[] {
  const decided = ports.filter((port) => isOpen(asked.get(port)?.result ?? 'untested') !== null);
  return neighboursIn(ranges, decided).flatMap(([a, b]) => {
    const [before, after] = [asked.get(a), asked.get(b)];
    return before && after ? [[before, after] as const] : [];
  });
}

const agree = (a: PortVerdict, b: PortVerdict): boolean => a.result === b.result && a.cause === b.cause;

/**
 * The one-sided limit of Clopper and Pearson (1934): the largest share at which `hits` or fewer of `draws` would still
 * come up with a chance of 5 %. Without a hit it is 1 - 0.05^(1/draws), about 3/draws ("the rule of three"). Drawing
 * one port of each of many stretches misses a given number of ports no more often than drawing them from all at once:
 * the product of the chances is largest where they are equal.
 */
export function largestShare(hits: number, draws: number): number {
  let [low, high] = [hits / draws, 1];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (chanceOfAtMost(hits, draws, middle) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** Binomial. */
function chanceOfAtMost(hits: number, draws: number, share: number): number {
  let chance = (1 - share) ** draws;
  let sum = chance;
  for (let hit = 1; hit <= hits; hit++) {
    chance *= ((draws - hit + 1) / hit) * (share / (1 - share));
    sum += chance;
  }
  return sum;
}
