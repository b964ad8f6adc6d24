import type { PortResult } from '../../verdict/index.ts';
import type { ReportPort } from '../contract.ts';

/** Ports near one another, to be drawn as cells. */
export interface Stretch {
  readonly protocol: 'udp' | 'tcp';
  readonly from: number;
  readonly to: number;
  /** Ascending. */
  readonly runs: readonly Run[];
}

/** Ports side by side with one result. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly result: PortResult;
}

export interface PortMap {
  readonly stretches: readonly Stretch[];
  /** Ports that nobody would find among thousands of cells. */
  readonly alone: readonly ReportPort[];
}

/** Farther apart than this they are not drawn together. A sample of ports is still one picture. */
const FARTHEST = 150;

/** Fewer are named instead of drawn. */
const FEWEST = 12;

export function mapOf(ports: readonly ReportPort[]): PortMap {
  const groups: ReportPort[][] = [];
  for (const port of ports) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && last.protocol === port.protocol && port.port - last.port <= FARTHEST) group.push(port);
    else groups.push([port]);
  }
  const drawn = groups.filter(({ length }) => length >= FEWEST);
  return {
    stretches: drawn.map(stretchOf),
    alone: groups.filter(({ length }) => length < FEWEST).flat(),
  };
}

const stretchOf = (ports: readonly ReportPort[]): Stretch => ({
  protocol: ports[0]?.protocol ?? 'udp',
  from: ports[0]?.port ?? 0,
  to: ports.at(-1)?.port ?? 0,
  runs: runsOf(ports),
});

function runsOf(ports: readonly ReportPort[]): Run[] {
  const runs: { from: number; to: number; result: PortResult }[] = [];
  for (const { port, result } of ports) {
    const last = runs.at(-1);
    if (last?.result === result && last.to === port - 1) last.to = port;
    else runs.push({ from: port, to: port, result });
  }
  return runs;
}

export interface Row {
  /** The port of its first place. */
  readonly first: number;
  readonly parts: readonly { readonly at: number; readonly count: number; readonly result: PortResult }[];
}

/** Rows of so many ports; those in which nothing was asked are left out. */
export function rowsOf({ runs }: Stretch, width: number): Row[] {
  const rows = new Map<number, Row['parts'][number][]>();
  for (const { from, to, result } of runs)
    for (let port = from; port <= to; ) {
      const first = port - (port % width);
      const end = Math.min(to, first + width - 1);
      const parts = rows.get(first) ?? [];
      parts.push({ at: port - first, count: end - port + 1, result });
      rows.set(first, parts);
      port = end + 1;
    }
  return [...rows].map(([first, parts]) => ({ first, parts }));
}
