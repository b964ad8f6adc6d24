import { isIpv4 } from '../../base/index.ts';
import type { Watch, Wire, WireFailure, WireHandlers } from '../contract.ts';
import { readIpPacket } from './ip-packet.ts';
import { packetFilter } from './packet-filter.ts';
import { openPacketSocket, type PacketSocket } from './packet-socket.ts';

class NodeWatch implements Watch {
  readonly #handlers: WireHandlers;
  readonly #own: ReadonlySet<string>;
  #socket: PacketSocket | null = null;
  #closed = false;

  constructor(own: readonly string[], handlers: WireHandlers) {
    this.#own = new Set(own);
    this.#handlers = handlers;
  }

  async open(peers: readonly string[]): Promise<void> {
    // Nobody is called before `watch` has returned.
    await Promise.resolve();
    if (!peers.every(isIpv4)) return this.#fail({ kind: 'other', code: 'EAFNOSUPPORT' });
    const opened = await openPacketSocket(packetFilter(peers), this.#heard);
    if (opened.kind === 'ok') this.#socket = opened.value;
    if (this.#closed) this.#socket?.close();
    else if (opened.kind === 'ok') this.#handlers.watching();
    else this.#fail(opened.error);
  }

  #fail(failure: WireFailure): void {
    if (!this.#closed) this.#handlers.failed(failure);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket?.close();
  }

  #heard = (packets: readonly Uint8Array[]): void => {
    if (!this.#closed) deliver(packets, this.#isOwn, this.#handlers);
  };

  #isOwn = (address: string): boolean => this.#own.has(address) || address.startsWith('127.');
}

/** A machine that forwards for others hears their packets, too: those are none of ours. */
export function deliver(
  packets: readonly Uint8Array[],
  isOwn: (address: string) => boolean,
  { arrived, turnedBack }: Pick<WireHandlers, 'arrived' | 'turnedBack'>,
): void {
  const read = packets.flatMap((bytes) => readIpPacket(bytes) ?? []);
  const ours = read.filter((packet) => packet.kind === 'udp').filter(({ to }) => isOwn(to.address));
  if (ours.length > 0) arrived(ours);
  for (const packet of read)
    if (packet.kind === 'icmp' && isOwn(packet.to) && isOwn(packet.error.from.address)) turnedBack(packet.error);
}

/** `addresses`: those of this machine. */
export const nodeWire = (addresses: () => readonly string[]): Wire => ({
  watch(peers, handlers) {
    const watch = new NodeWatch(addresses(), handlers);
    void watch.open(peers);
    return watch;
  },
});
