import type { PortRange } from '../base/index.ts';

/** `count` whole numbers below `below`, each drawn on its own. */
export type DrawNumbers = (count: number, below: number) => number[];

/**
 * Which of the ports are asked when not all can be: the edges of each range, since a rule that is wrong is
 * mostly wrong there, and a random fill. Ascending; all of them when `count` covers them.
 */
export function samplePorts(
  ranges: readonly PortRange[],
  ports: readonly number[],
  count: number,
  draw: DrawNumbers,
): number[] {
  if (count >= ports.length) return [...ports];
  const chosen = new Set<number>();
  for (const port of ranges.flatMap(({ from, to }) => [from, to])) if (chosen.size < count) chosen.add(port);
  const rest = ports.filter((port) => !chosen.has(port));
  const picks = draw(count - chosen.size, rest.length);
  picks.forEach((pick, index) => {
    // Fisher-Yates, only as far as needed: what is drawn moves to the front and is not drawn again.
    const from = index + (pick % (rest.length - index));
    const port = rest[from] ?? 0;
    rest[from] = rest[index] ?? 0;
    rest[index] = port;
    chosen.add(port);
  });
  return [...chosen].sort((a, b) => a - b);
}
