import type { PortVerdict } from '../verdict/index.ts';

/** Random samples have gaps; one this many times the mean gap is the end of a stretch. */
const GAPS = 16;

/**
 * The stretches of ports that were asked, ascending: neighbours, or, where only one port in `ratio` was
 * asked, ports that lie about that far apart.
 */
export function segmentsOf(ports: readonly PortVerdict[], ratio: number): PortVerdict[][] {
  const widest = ratio > 1 ? ratio * GAPS : 1;
  const segments: PortVerdict[][] = [];
  for (const port of ports) {
    const segment = segments.at(-1);
    const previous = segment?.at(-1);
    if (segment && previous && port.port - previous.port <= widest) segment.push(port);
    else segments.push([port]);
  }
  return segments;
}
