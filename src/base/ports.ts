import { err, ok, type Result } from './result.ts';

/** From `from` to `to`, both included; 1 <= from <= to <= 65535. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Every port once, ascending. */
export function portsOf(ranges: readonly PortRange[]): number[] {
  const ports = new Set<number>();
  for (const { from, to } of ranges) for (let port = from; port <= to; port++) ports.add(port);
  return [...ports].sort((a, b) => a - b);
}

/** The fewest ranges that hold just these ports, ascending. */
export function toRanges(ports: readonly number[]): PortRange[] {
  const ranges: { from: number; to: number }[] = [];
  // Numbers sort by themselves where they are typed: several times as fast, and there may be thousands.
  for (const port of Uint16Array.from(ports).sort()) {
    const last = ranges.at(-1);
    if (last && port <= last.to + 1) last.to = port;
    else ranges.push({ from: port, to: port });
  }
  return ranges;
}

/** Each port of `some` with the next one of the same stretch of `ranges`, ascending. */
export function neighboursIn(ranges: readonly PortRange[], some: readonly number[]): (readonly [number, number])[] {
  const ascending = [...some].sort((a, b) => a - b);
  return joinRanges(ranges).flatMap(({ from, to }) => {
    const inside = ascending.filter((port) => port >= from && port <= to);
    return inside.slice(1).map((port, index) => [inside[index] ?? port, port] as const);
  });
}

/** Those that touch or overlap become one; ascending. */
export function joinRanges(ranges: readonly PortRange[]): PortRange[] {
  const stretches: { from: number; to: number }[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = stretches.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else stretches.push({ from, to });
  }
  return stretches;
}

/** Whether a range has one of these ports, which ascend. Takes no longer for wide ranges. */
export function haveOneOf(ranges: readonly PortRange[], ports: readonly number[]): boolean {
  return ranges.some(({ from, to }) => (ports[firstAtLeast(ports, from)] ?? Number.POSITIVE_INFINITY) <= to);
}

function firstAtLeast(ports: readonly number[], wanted: number): number {
  let [low, high] = [0, ports.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ports[middle] ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `5060, 9000-10999`. */
export const formatRanges = (ranges: readonly PortRange[]): string =>
  ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');

/** What is wrong with a list of ports, and where in it. */
export interface PortListError {
  readonly kind: 'empty' | 'not-a-port' | 'out-of-range' | 'upside-down';
  /** The part that is meant, as it was written. */
  readonly part: string;
}

/** `5060,9000-10999`: numbers and ranges, 1 to 65535, with or without blanks. */
/** Transport protocols of which ports are checked. */
export type Protocol = 'udp' | 'tcp';

/** `udp/5060`, `udp/9000-10999`. */
export const portLabel = (protocol: Protocol, port: number | string): string => `${protocol}/${port}`;

export const rangeLabel = (protocol: Protocol, { from, to }: PortRange): string =>
  portLabel(protocol, from === to ? from : `${from}-${to}`);

export function parsePorts(text: string): Result<readonly PortRange[], PortListError> {
  const ranges: PortRange[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const range = parseRange(part);
    if (range.kind === 'error') return range;
    ranges.push(range.value);
  }
  return ok(ranges);
}

function parseRange(part: string): Result<PortRange, PortListError> {
  const wrong = (kind: PortListError['kind']) => err({ kind, part });
  if (part === '') return wrong('empty');
  const match = /^(\d{1,9})(?:\s*-\s*(\d{1,9}))?$/.exec(part);
  if (!match) return wrong('not-a-port');
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  if ([from, to].some((port) => port < 1 || port > 65_535)) return wrong('out-of-range');
  return from > to ? wrong('upside-down') : ok({ from, to });
}
