import { type Endpoint, type Milliseconds, type PortRange, sameEndpoint } from '../../../src/base/index.ts';
import type { Forward, RouterSpec } from '../../scenarios/index.ts';
import { HOST2, NOBODY, PBX } from '../addresses.ts';
import type { Tuple } from '../packet.ts';
import type { Filtering } from './behaviour.ts';
import type { Entry, Table } from './table.ts';

const HOSTS = { pbx: PBX, host2: HOST2, nobody: NOBODY } satisfies Record<Forward['to'], string>;

export const includes = (ranges: readonly PortRange[], port: number): boolean =>
  ranges.some(({ from, to }) => from <= port && port <= to);

/** Who gets a packet to the public address that belongs to no flow: a static forward's host, or who owns a mapping. */
export const insideFor = (spec: RouterSpec, table: Table, packet: Tuple, now: Milliseconds): Endpoint | null =>
  forwarded(spec.forwards, packet.to.port) ?? admitted(spec.filtering, table, packet, now);

function forwarded(forwards: readonly Forward[], port: number): Endpoint | null {
  const forward = forwards.find(({ ports }) => includes(ports, port));
  return forward ? { address: HOSTS[forward.to], port: port + (forward.shift ?? 0) } : null;
}

function admitted(filtering: Filtering, table: Table, { from, to }: Tuple, now: Milliseconds): Endpoint | null {
  const mapping = table.behind(to.port, now).find((entry) => letsIn(filtering, entry, from));
  return mapping?.original.from ?? null;
}

function letsIn(filtering: Filtering, { original }: Entry, peer: Endpoint): boolean {
  switch (filtering) {
    case 'address-and-port':
      return sameEndpoint(original.to, peer);
    case 'address':
      return original.to.address === peer.address;
    case 'endpoint-independent':
      return true;
  }
}
