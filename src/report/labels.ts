import type { PortRange } from '../base/index.ts';
import type { Phrases } from './phrases.ts';

/** `udp/9000-10999` as numbers. */
function rangeOf(label: string): PortRange {
  const [from = 0, to = from] = label
    .replace(/^\w+\//, '')
    .split('-')
    .map(Number);
  return { from, to };
}

export const sizeOf = (labels: readonly string[]): number =>
  labels.map(rangeOf).reduce((sum, { from, to }) => sum + to - from + 1, 0);

/** As many ranges as fit into `room` columns, at least one, and how many more there are. None is shorter than three. */
export function fitRanges(ranges: readonly string[], room: number, phrases: Phrases): string {
  for (let shown = Math.min(ranges.length, Math.ceil(room / 3)); shown > 1; shown--) {
    const text = someRanges(ranges, shown, phrases);
    if (text.length <= room) return text;
  }
  return someRanges(ranges, 1, phrases);
}

function someRanges(all: readonly string[], shown: number, phrases: Phrases): string {
  const ranges = all.slice(0, shown).join(', ');
  return shown < all.length ? phrases.count('results.ranges', all.length - shown, { ranges }) : ranges;
}
