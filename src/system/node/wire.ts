import type { Watch, Wire, WireHandlers } from '../contract.ts';
import { type IpPacket, readIpPacket } from './ip-packet.ts';
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
    const opened = await openPacketSocket(packetFilter(peers), this.#heard);
    if (opened.kind === 'ok') this.#socket = opened.value;
    if (this.#closed) this.#socket?.close();
    else if (opened.kind === 'ok') this.#handlers.watching();
    else this.#handlers.failed(opened.error);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket?.close();
  }

  #heard = (bytes: Uint8Array): void => {
    const packet = readIpPacket(bytes);
    if (!this.#closed && packet) deliver(packet, this.#isOwn, this.#handlers);
  };

  #isOwn = (address: string): boolean => this.#own.has(address) || address.startsWith('127.');
}

/** A machine that forwards for others hears their packets, too: those are none of ours. What is told is a copy. */
export function deliver(packet: IpPacket, isOwn: (address: string) => boolean, handlers: WireHandlers): void {
  if (packet.kind === 'udp') {
    if (isOwn(packet.to.address)) handlers.arrived(packet.bytes.slice(), packet.from, packet.to);
    return;
  }
  const { to, error } = packet;
  if (isOwn(to) && isOwn(error.from.address)) handlers.turnedBack({ ...error, quoted: error.quoted.slice() });
}

/** `addresses`: those of this machine. */
export const nodeWire = (addresses: () => readonly string[]): Wire => ({
  watch(peers, handlers) {
    const watch = new NodeWatch(addresses(), handlers);
    void watch.open(peers);
    return watch;
  },
});
