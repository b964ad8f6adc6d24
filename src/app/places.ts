import { type Endpoint, type Family, isAnyAddress } from '../base/index.ts';
import type { System } from '../system/index.ts';
import type { CheckRequest, Mode, RunEvent } from './events.ts';
import type { CheckedPorts } from './pump.ts';

/** `auto`: beside them where this machine allows it; else with ordinary sockets, which find busy ports in use. */
export async function chooseMode(
  { mode: wanted, udp }: Pick<CheckRequest, 'mode' | 'udp'>,
  family: Family,
  { live }: System,
): Promise<Mode> {
  if (wanted !== 'auto') return wanted;
  return (await live.hindrance({ family, udp })) === null ? 'live' : 'bind';
}

interface Place extends CheckedPorts {
  close(): void;
}

export interface Where {
  readonly mode: Mode;
  readonly localAddress: string;
  readonly bindAddress: string;
  readonly server: { readonly primary: Endpoint; readonly alternate: Endpoint | null };
}

/**
 * Where the ports are opened that one server is to be asked about. To be closed when that is over. What was allowed a
 * moment ago may be so no longer: then ordinary sockets do, which show at worst that a port is in use; and it is told.
 */
export async function placeFor(where: Where, system: System, tell: (event: RunEvent) => void): Promise<Place> {
  const bind: Place = { udp: system.udp, tcp: system.tcp, close: () => undefined };
  if (where.mode !== 'live') return bind;
  const live = await openLive(where, system);
  if (!live) tell({ kind: 'mode', mode: 'bind' });
  return live ?? bind;
}

async function openLive({ localAddress, bindAddress, server }: Where, { live }: System): Promise<Place | null> {
  // Without an address of its own, there is no route to that server either.
  if (isAnyAddress(localAddress)) return null;
  const { primary, alternate } = server;
  const peers = [...new Set([primary.address, alternate?.address ?? primary.address])];
  const opened = await live.open({ local: localAddress, hearsAt: bindAddress, peers });
  return opened.kind === 'ok' ? opened.value : null;
}
