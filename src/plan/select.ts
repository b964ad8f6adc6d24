import type { PortRange } from '../base/index.ts';

/** `count` whole numbers below `below`, each drawn on its own. */
export type DrawNumbers = (count: number, below: number) => number[];

/** So many that the preference for small remainders does no harm. */
const DRAWN_BELOW = 2 ** 32;

/**
 * Which of the ports are asked when not all can be: the edges of each range, since a rule that is wrong is
 * mostly wrong there, and a random fill: one port of each of as many stretches of equal size, so that no gap is
 * wider than two of them. Ascending; all of them when `count` covers them.
 */
export function samplePorts(
  ranges: readonly PortRange[],
  ports: readonly number[],
  count: number,
  draw: DrawNumbers,
): number[] {
  if (count >= ports.length) return [...ports];
  const chosen = new Set<number>();
  for (const port of edgesOf(ranges)) if (chosen.size < count) chosen.add(port);
  const rest = ports.filter((port) => !chosen.has(port));
  const fill = count - chosen.size;
  const begin = (stretch: number) => Math.floor((stretch * rest.length) / fill);
  const picks = fill > 0 ? draw(fill, DRAWN_BELOW) : [];
  for (const [stretch, pick] of picks.entries())
    chosen.add(rest[begin(stretch) + (pick % (begin(stretch + 1) - begin(stretch)))] ?? 0);
  return [...chosen].sort((a, b) => a - b);
}

/** First and last port of each range. */
export const edgesOf = (ranges: readonly PortRange[]): number[] => ranges.flatMap(({ from, to }) => [from, to]);

/** The same in random order: a router sees no scan that climbs, and what befalls the run befalls no range alone. */
export function shuffle(ports: readonly number[], draw: DrawNumbers): number[] {
  const shuffled = [...ports];
  // Fisher-Yates: what is drawn moves to the front and is not drawn again.
  for (const [index, pick] of draw(shuffled.length, DRAWN_BELOW).entries()) {
    const from = index + (pick % (shuffled.length - index));
    [shuffled[index], shuffled[from]] = [shuffled[from] ?? 0, shuffled[index] ?? 0];
  }
  return shuffled;
}
