import { scopeOf } from '../../base/index.ts';
import type { Knock, Watch, Watched, Wire, WireFailure, WireHandlers } from '../contract.ts';
import { callFilter } from './call-filter.ts';
import { type IpPacket, readIpPacket } from './ip-packet.ts';
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
    const watched = this.#watched;
    const filter = watched.what === 'calls' ? callFilter(watched.family) : packetFilter(watched.family, watched.peers);
    const opened = await openPacketSocket(filter, this.#heard);
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
    if (!this.#closed) deliver(packets, peersOf(this.#watched), this.#isOwn, this.#handlers);
  };

  #isOwn = (address: string): boolean => this.#own.has(address) || scopeOf(address) === 'loopback';
}

/** Of calls nobody is left out. */
const peersOf = (watched: Watched): readonly string[] => (watched.what === 'calls' ? [] : watched.peers);

/** A machine that forwards for others hears their packets, too: whoever gets them knows those that are about us. */
export function deliver(
  packets: readonly Uint8Array[],
  peers: readonly string[],
  isOwn: (address: string) => boolean,
  { arrived, passedOn, turnedBack, knocked }: Pick<WireHandlers, 'arrived' | 'passedOn' | 'turnedBack' | 'knocked'>,
): void {
  const read = packets.flatMap((bytes) => readIpPacket(bytes) ?? []);
  const ofPeers = read.filter((packet) => packet.kind === 'udp').filter(({ from }) => peers.includes(from.address));
  const ours = ofPeers.filter(({ to }) => isOwn(to.address));
  if (ours.length > 0) arrived(ours);
  if (ours.length < ofPeers.length) passedOn(ofPeers.filter(({ to }) => !isOwn(to.address)));
  const knocks = read.flatMap((packet) => knockOf(packet, isOwn) ?? []);
  if (knocks.length > 0) knocked(knocks);
  for (const packet of read)
    if (packet.kind === 'icmp' && isOwn(packet.to) && isOwn(packet.error.from.address)) turnedBack(packet.error);
}

/** null: it is none of others at this machine. */
function knockOf(packet: IpPacket, isOwn: (address: string) => boolean): Knock | null {
  if (packet.kind !== 'first') return null;
  const { from, to, isAnswer } = packet;
  if (isAnswer) return isOwn(from.address) ? { kind: 'answered', peer: to, own: from } : null;
  if (isOwn(to.address)) return { kind: 'asked', peer: from, own: to };
  return isOwn(from.address) ? null : { kind: 'passed-on', peer: from, to };
}

/** `addresses`: those of this machine. */
export const nodeWire = (addresses: () => readonly string[]): Wire => ({
  watch(watched, handlers) {
    const watch = new NodeWatch(watched, addresses(), handlers);
    void watch.open();
    return watch;
  },
});
