import { type PortRange, portLabel, portsOf, rangeLabel, toRanges } from '../../base/index.ts';
import type { PortsReport } from '../../report/index.ts';
import type { System } from '../../system/index.ts';
import type { Dashboard } from '../api/index.ts';

/** A shorter range is no media range: there is no room for calls. */
const SHORTEST_MEDIA_RANGE = 10;

const isMedia = ({ from, to }: PortRange): boolean => to - from + 1 >= SHORTEST_MEDIA_RANGE;

/** What busy media ports tell of calls. */
export interface CallsAtWork {
  /** null: it cannot be told. */
  readonly inProgress: number | null;
  /** `udp/9000-9003`. */
  readonly busy: readonly string[];
}

/** A call between two people has two legs, and each of them a port for voice (even) and one that reports on it (odd). */
const callsOf = (busy: readonly number[]): number => Math.ceil(busy.filter((port) => port % 2 === 0).length / 2);

/** Of ranges that are for calls; one that is held as a whole is so for good, and tells nothing. */
export async function callsAtWork(udp: readonly PortRange[], { host }: Pick<System, 'host'>): Promise<CallsAtWork> {
  const ranges = udp.filter(isMedia);
  const ports = portsOf(ranges);
  if (ports.length === 0) return { inProgress: null, busy: [] };
  const [ipv4, ipv6] = [await host.holders('udp', ports, 'ipv4'), await host.holders('udp', ports, 'ipv6')];
  const held = new Set([...ipv4.keys(), ...ipv6.keys()]);
  if (ranges.some((range) => portsOf([range]).every((port) => held.has(port)))) return { inProgress: null, busy: [] };
  if (held.size === 0 && !(await host.seesAllHolders())) return { inProgress: null, busy: [] };
  const busy = toRanges([...held]).map((range) => rangeLabel('udp', range));
  return { inProgress: callsOf([...held]), busy };
}

type Service = Dashboard['pbx']['services'][number];
type Listed = PortsReport['products'][number]['ports'];

/** Ports that serve the same purpose are one service. */
export function servicesOf(ports: Listed, isAllKnown: boolean): Service[] {
  const needed = ports.filter(({ optional }) => !optional);
  const purposes = [...new Set(needed.map(({ purpose }) => purpose))];
  return purposes.map((purpose) =>
    serviceOf(
      purpose,
      needed.filter((port) => port.purpose === purpose),
      isAllKnown,
    ),
  );
}

function serviceOf(purpose: string, ports: Listed, isAllKnown: boolean): Service {
  const holders = new Map<string, Service['heldBy'][number]>();
  const held = new Set<string>();
  for (const port of ports)
    for (const { name, pid, unit, ports: labels } of port.holders) {
      const of = labels.flatMap(portsIn);
      for (const label of of) held.add(label);
      const key = JSON.stringify([name, pid, unit]);
      holders.set(key, { name, pid, unit, count: (holders.get(key)?.count ?? 0) + of.length });
    }
  const all = ports.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return {
    purpose,
    ports: ports.map(({ protocol, from, to }) =>
      from === to ? portLabel(protocol, from) : rangeLabel(protocol, { from, to }),
    ),
    heldBy: [...holders.values()],
    state: stateOf(held.size, all, { isMedia: ports.some(isMedia), isAllKnown }),
  };
}

/** Media ports come and go with calls: that nobody holds them means nothing. */
function stateOf(
  held: number,
  all: number,
  { isMedia: comesAndGoes, isAllKnown }: { readonly isMedia: boolean; readonly isAllKnown: boolean },
): Service['state'] {
  if (held === all || (comesAndGoes && held > 0)) return 'running';
  if (held > 0) return 'partly';
  return isAllKnown && !comesAndGoes ? 'nobody' : 'unknown';
}

function portsIn(label: string): string[] {
  const [protocol = '', range = ''] = label.split('/');
  const [from = 0, to = from] = range.split('-').map(Number);
  return portsOf([{ from, to }]).map((port) => `${protocol}/${port}`);
}
