import type { ServerSpec } from '../scenarios/index.ts';
import { ALTERNATE, PRIMARY } from './addresses.ts';
import type { Packet } from './packet.ts';

/** What a server does not hear, and what its own firewall does not let out. */
export interface ServerTroubles {
  takes(packet: Packet): boolean;
  lets(packet: Packet): boolean;
}

export function createServerTroubles({
  diesAfter = Number.POSITIVE_INFINITY,
  alternateFilters,
  callsLost,
}: ServerSpec): ServerTroubles {
  let taken = 0;
  const known = new Set<string>();
  return {
    takes({ from, to }) {
      if (to.address === ALTERNATE) known.add(`${from.address}:${from.port}`);
      return ++taken <= diesAfter;
    },
    lets(packet) {
      const { from, to } = packet;
      if (callsLost && isCall(packet)) return false;
      return !alternateFilters || from.address !== ALTERNATE || known.has(`${to.address}:${to.port}`);
    },
  };
}

const isCall = (packet: Packet): boolean =>
  packet.protocol === 'tcp' && packet.kind === 'syn' && [PRIMARY, ALTERNATE].includes(packet.from.address);
