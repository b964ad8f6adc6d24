import type { Report } from '../../../src/report/index.ts';
import type { Tone } from '../frame/index.ts';

export type Protocol = 'udp' | 'tcp';

export interface Stretch {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
}

export const sizeOf = ({ from, to }: Stretch): number => to - from + 1;

/** `UDP 5060`, `UDP 9000–10999`. */
export const nameOf = ({ protocol, from, to }: Stretch): string =>
  `${protocol.toUpperCase()} ${from === to ? from : `${from}–${to}`}`;

/** `udp/9000-10999`. */
export function stretchOf(label: string): Stretch {
  const [protocol, range = ''] = label.split('/');
  const [from = 0, to = from] = range.split('-').map(Number);
  return { protocol: protocol === 'tcp' ? 'tcp' : 'udp', from, to };
}

type Port = Report['ports'][number];

/** Ports that follow each other and came out alike. */
export interface PortGroup extends Stretch {
  readonly result: Port['result'];
  readonly cause: Port['cause'];
  readonly ports: readonly Port[];
}

/** In the order of the ports. */
export function groupPorts(ports: readonly Port[]): PortGroup[] {
  const groups: (Omit<PortGroup, 'to' | 'ports'> & { to: number; ports: Port[] })[] = [];
  for (const port of ports) {
    const last = groups.at(-1);
    if (last && port.port === last.to + 1 && isAlike(last, port)) {
      last.to = port.port;
      last.ports.push(port);
    } else {
      const { protocol, result, cause } = port;
      groups.push({ protocol, from: port.port, to: port.port, result, cause, ports: [port] });
    }
  }
  return groups;
}

export interface Sorting {
  readonly by: 'result' | 'ports' | 'count';
  readonly isDown: boolean;
}

export const toneOf = (result: string): Tone =>
  result === 'open' ? 'ok' : result === 'closed' ? 'bad' : result === 'untested' ? 'idle' : 'warn';

/** By result: what is not open comes first, the most ports before the fewer. */
export function sorted(groups: PortGroup[], { by, isDown }: Sorting): PortGroup[] {
  const way = isDown ? -1 : 1;
  // They come in the order of the ports.
  if (by === 'ports') return isDown ? groups.reverse() : groups;
  if (by === 'count') return groups.sort((a, b) => way * (sizeOf(a) - sizeOf(b)));
  const rank = ({ result }: PortGroup): number => (result === 'open' ? 1 : 0);
  return groups.sort((a, b) => way * (rank(a) - rank(b) || sizeOf(b) - sizeOf(a)));
}

const isAlike = (group: PortGroup, port: Port): boolean =>
  group.protocol === port.protocol && group.result === port.result && group.cause === port.cause;

/** `95*`, `9000-9100`, `udp`, or a part of a result or a cause, as `words` says it; all that are named must fit. */
export function matches(wanted: string, port: Port, words: readonly string[]): boolean {
  const parts = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return parts.every((part) => matchesOne(part, port, words));
}

function matchesOne(part: string, { protocol, port }: Port, words: readonly string[]): boolean {
  const [, from, to] = /^(\d{1,5})[-–](\d{1,5})$/.exec(part) ?? [];
  if (from !== undefined && to !== undefined) return port >= Number(from) && port <= Number(to);
  if (/^\d+\*$/.test(part)) return String(port).startsWith(part.slice(0, -1));
  if (/^\d+$/.test(part)) return String(port) === part;
  return protocol === part || words.some((word) => word.toLowerCase().includes(part));
}
