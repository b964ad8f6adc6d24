import { scopeOf } from '../../base/index.ts';
import type { Knock, Watch, Watched, Wire, WireFailure, WireHandlers } from '../contract.ts';
import { callFilter } from './call-filter.ts';
import { type IpPacket, readIpPacket } from './ip-packet.ts';
import { packetFilter } from './packet-filter.ts';
import { ETHERTYPE, openPacketSocket, type PacketSocket } from './packet-socket.ts';

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
    const { what, family, peers } = this.#watched;
    const opened =
      what === 'calls'
        ? await openPacketSocket(ETHERTYPE.all, callFilter(family, peers), this.#heard)
        : await openPacketSocket(ETHERTYPE[family], packetFilter(family, peers), this.#heard);
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
  { arrived, turnedBack, knocked }: Pick<WireHandlers, 'arrived' | 'turnedBack' | 'knocked'>,
): void {
  const read = packets.flatMap((bytes) => readIpPacket(bytes) ?? []);
  const ours = read
    .filter((packet) => packet.kind === 'udp')
    .filter(({ from, to }) => isOwn(to.address) && peers.includes(from.address));
  if (ours.length > 0) arrived(ours);
  const knocks = read.flatMap((packet) => knockOf(packet, peers, isOwn) ?? []);
  if (knocks.length > 0) knocked(knocks);
  for (const packet of read)
    if (packet.kind === 'icmp' && isOwn(packet.to) && isOwn(packet.error.from.address)) turnedBack(packet.error);
}

/** null: not between one of them and this machine. */
function knockOf(packet: IpPacket, peers: readonly string[], isOwn: (address: string) => boolean): Knock | null {
  if (packet.kind !== 'first') return null;
  const [peer, own] = packet.isAnswer ? [packet.to, packet.from] : [packet.from, packet.to];
  if (!peers.includes(peer.address) || !isOwn(own.address)) return null;
  return { kind: packet.isAnswer ? 'answered' : 'asked', peer, own };
}

/** `addresses`: those of this machine. */
export const nodeWire = (addresses: () => readonly string[]): Wire => ({
  watch(watched, handlers) {
    const watch = new NodeWatch(watched, addresses(), handlers);
    void watch.open();
    return watch;
  },
});
