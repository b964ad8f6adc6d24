import { type Endpoint, isAnyAddress } from '../base/index.ts';
import type { System } from '../system/index.ts';
import type { CheckRequest, Mode } from './events.ts';
import type { CheckedPorts } from './pump.ts';

/** `auto`: beside them where this machine allows it; else with ordinary sockets, which find busy ports in use. */
export async function chooseMode(wanted: CheckRequest['mode'], { live }: System): Promise<Mode> {
  if (wanted !== 'auto') return wanted;
  return (await live.hindrance()) === null ? 'live' : 'bind';
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

/** Where the ports are opened that one server is to be asked about. To be closed when that is over. */
export async function placeFor({ mode, localAddress, bindAddress, server }: Where, system: System): Promise<Place> {
  const bind: Place = { udp: system.udp, tcp: system.tcp, close: () => undefined };
  // Without an address of its own, there is no route to that server either.
  if (mode !== 'live' || isAnyAddress(localAddress)) return bind;
  const { primary, alternate } = server;
  const peers = [...new Set([primary.address, alternate?.address ?? primary.address])];
  const opened = await system.live.open({ local: localAddress, hearsAt: bindAddress, peers });
  // It was allowed a moment ago: whatever has changed, ordinary sockets show at worst that a port is in use.
  return opened.kind === 'ok' ? opened.value : bind;
}
