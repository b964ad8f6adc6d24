import type { ServerSpec } from '../scenarios/index.ts';
import { ALTERNATE } from './addresses.ts';
import type { Packet } from './packet.ts';

/** What a server does not hear, and what its own firewall does not let out. */
export interface ServerTroubles {
  takes(packet: Packet): boolean;
  lets(packet: Packet): boolean;
}

export function createServerTroubles({
  diesAfter = Number.POSITIVE_INFINITY,
  alternateFilters,
}: ServerSpec): ServerTroubles {
  let taken = 0;
  const known = new Set<string>();
  return {
    takes({ from, to }) {
      if (to.address === ALTERNATE) known.add(`${from.address}:${from.port}`);
      return ++taken <= diesAfter;
    },
    lets: ({ from, to }) => !alternateFilters || from.address !== ALTERNATE || known.has(`${to.address}:${to.port}`),
  };
}
