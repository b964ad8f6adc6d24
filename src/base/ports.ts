/** From `from` to `to`, both included; 1 <= from <= to <= 65535. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export const countPorts = (ranges: readonly PortRange[]): number =>
  toRanges(portsOf(ranges)).reduce((sum, { from, to }) => sum + to - from + 1, 0);

/** Every port once, ascending. */
export function portsOf(ranges: readonly PortRange[]): number[] {
  const ports = new Set<number>();
  for (const { from, to } of ranges) for (let port = from; port <= to; port++) ports.add(port);
  return [...ports].sort((a, b) => a - b);
}

/** The fewest ranges that hold just these ports, ascending. */
export function toRanges(ports: readonly number[]): PortRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const port of [...ports].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && port <= last.to + 1) last.to = Math.max(last.to, port);
    else ranges.push({ from: port, to: port });
  }
  return ranges;
}

/** `5060, 9000-10999`. */
export const formatRanges = (ranges: readonly PortRange[]): string =>
  ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
