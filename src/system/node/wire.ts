import { scopeOf } from '../../base/index.ts';
import type { Watch, Watched, Wire, WireFailure, WireHandlers } from '../contract.ts';
import { readIpPacket } from './ip-packet.ts';
import { packetFilter } from './packet-filter.ts';
import { openPacketSocket, type PacketSocket } from './packet-socket.ts';

class NodeWatch implements Watch {
  readonly #handlers: WireHandlers;
  readonly #watched: Watched;
  readonly #own: ReadonlySet<string>;
  #socket: PacketSocket | null = null;
  #closed = false;

  constructor(watched: Watched, own: readonly string[], handlers: WireHandlers) {
    this.#watched = watched;
    this.#own = new Set(own);
    this.#handlers = handlers;
  }

  async open(): Promise<void> {
    // Nobody is called before `watch` has returned.
    await Promise.resolve();
    const { family, peers } = this.#watched;
    const opened = await openPacketSocket(family, packetFilter(family, peers), this.#heard);
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
    if (!this.#closed) deliver(packets, this.#watched.peers, this.#isOwn, this.#handlers);
  };

  #isOwn = (address: string): boolean => this.#own.has(address) || scopeOf(address) === 'loopback';
}

/** A machine that forwards for others hears their packets, too: those are none of ours. */
export function deliver(
  packets: readonly Uint8Array[],
  peers: readonly string[],
  isOwn: (address: string) => boolean,
  { arrived, turnedBack }: Pick<WireHandlers, 'arrived' | 'turnedBack'>,
): void {
  const read = packets.flatMap((bytes) => readIpPacket(bytes) ?? []);
  const ours = read
    .filter((packet) => packet.kind === 'udp')
    .filter(({ from, to }) => isOwn(to.address) && peers.includes(from.address));
  if (ours.length > 0) arrived(ours);
  for (const packet of read)
    if (packet.kind === 'icmp' && isOwn(packet.to) && isOwn(packet.error.from.address)) turnedBack(packet.error);
}

/** `addresses`: those of this machine. */
export const nodeWire = (addresses: () => readonly string[]): Wire => ({
  watch(watched, handlers) {
    const watch = new NodeWatch(watched, addresses(), handlers);
    void watch.open();
    return watch;
  },
});
