import { type Milliseconds, sameEndpoint } from '../../../src/base/index.ts';
import type { Chance } from '../chance.ts';
import type { Tuple } from '../packet.ts';
import type { Outward } from './behaviour.ts';
import type { Table } from './table.ts';

/** What the choice of a port hangs on. */
export interface Chooser {
  readonly table: Table;
  readonly chance: Chance;
  readonly publicAddress: string;
}

/**
 * The public port for a new flow from inside, or null: none is left.
 * The order of trying is that of nf_nat_core.c, `get_unique_tuple`.
 */
export function choosePublicPort(
  { table, chance, publicAddress }: Chooser,
  outward: Outward,
  flow: Tuple,
  now: Milliseconds,
): number | null {
  const { protocol, from: inside, to: peer } = flow;
  const isFree = (port: number): boolean =>
    !table.taken({ protocol, from: peer, to: { address: publicAddress, port } }, now) &&
    (outward.mapping === 'address-and-port-dependent' || !isOthers(table, port, flow, now));

  switch (outward.assignment) {
    case 'preservation': {
      // First what this inside endpoint got last, for whatever destination (trap 4 of docs/decisions/0001), then its own port.
      const last = table.openedBy(flow, now)[0]?.reply.to.port;
      if (last !== undefined && isFree(last)) return last;
      return isFree(inside.port) ? inside.port : firstFree(inside.port, chance.integer(0, 0xffff), isFree);
    }
    case 'random':
      // Chance could give the very same port, once in 64512 flows; a table of expected results has no room for that.
      return firstFree(inside.port, chance.integer(0, 0xffff), (port) => port !== inside.port && isFree(port));
    case 'other':
      return firstFree(FIRST, displaced(inside.port), (port) => port !== inside.port && isFree(port));
  }
}

/** The source port that an inside host sees a new flow from outside come from: the peer's own, unless that is taken (trap 3). */
export function choosePeerPort(
  { table, chance }: Chooser,
  { protocol, from: peer, to: inside }: Tuple,
  now: Milliseconds,
): number | null {
  const isFree = (port: number): boolean =>
    !table.taken({ protocol, from: inside, to: { address: peer.address, port } }, now);
  return isFree(peer.port) ? peer.port : firstFree(peer.port, chance.integer(0, 0xffff), isFree);
}

/** With an endpoint-independent mapping a public port belongs to one inside endpoint. */
const isOthers = (table: Table, port: number, { protocol, from }: Tuple, now: Milliseconds): boolean =>
  table.behind(protocol, port, now).some(({ original }) => !sameEndpoint(original.from, from));

/** Linux keeps a port in its class: `nf_nat_l4proto_unique_tuple`. */
function classOf(port: number): readonly [first: number, last: number] {
  if (port < 512) return [1, 511];
  return port < 1024 ? [600, 1023] : [1024, 65535];
}

function firstFree(like: number, start: number, isFree: (port: number) => boolean): number | null {
  const [first, last] = classOf(like);
  const size = last - first + 1;
  for (let step = 0; step < size; step++) {
    const port = first + ((start + step) % size);
    if (isFree(port)) return port;
  }
  return null;
}

const FIRST = 1024;
const SIZE = 65535 - FIRST + 1;

/**
 * Another port for each port, as an offset from 1024: a permutation, since the factor shares no divisor with SIZE
 * (2^10 * 3^2 * 7), and one without a fixed point, since x * (25717 - 1) + 4111 is odd and SIZE is even.
 */
const displaced = (port: number): number => ((port - FIRST + SIZE) * 25717 + 4111) % SIZE;
