import { type Endpoint, type Milliseconds, type PortRange, sameEndpoint } from '../../../src/base/index.ts';
import type { Forward, Protocol, RouterSpec } from '../../scenarios/index.ts';
import { LAN } from '../addresses.ts';
import type { Tuple } from '../packet.ts';
import type { Filtering } from './behaviour.ts';
import type { Entry, Table } from './table.ts';

/** Who is meant by a forward's target. */
export type Targets = Readonly<Record<Forward['to'], string>>;

export const LAN_HOSTS: Targets = LAN.ipv4;

export const includes = (ranges: readonly PortRange[], port: number): boolean =>
  ranges.some(({ from, to }) => from <= port && port <= to);

/** Who gets a packet to the public address that belongs to no flow: a static forward's host, or who owns a mapping. */
export const insideFor = (
  spec: RouterSpec,
  targets: Targets,
  table: Table,
  packet: Tuple,
  now: Milliseconds,
): Endpoint | null => forwarded(spec.forwards, targets, packet) ?? admitted(spec.filtering, table, packet, now);

const BOTH: readonly Protocol[] = ['udp', 'tcp'];

function forwarded(forwards: readonly Forward[], targets: Targets, { protocol, to: { port } }: Tuple): Endpoint | null {
  const forward = forwards.find(({ ports, protocols = BOTH }) => protocols.includes(protocol) && includes(ports, port));
  return forward ? { address: targets[forward.to], port: port + (forward.shift ?? 0) } : null;
}

/** UDP alone: no router of ours lets a TCP connection in because another one went out. */
function admitted(filtering: Filtering, table: Table, packet: Tuple, now: Milliseconds): Endpoint | null {
  const { protocol, from, to } = packet;
  if (protocol === 'tcp') return null;
  const mapping = table.behind(protocol, to.port, now).find((entry) => letsIn(filtering, entry, from));
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
