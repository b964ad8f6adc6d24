import { err, type Family, familyOf, formatIp, ok, parseIp, type Result } from '../../base/index.ts';
import type { WireFailure } from '../contract.ts';
import { errnoOf, failureOf, type Libc, raiseBuffer, SOCK_CLOEXEC, SOCK_NONBLOCK } from './libc.ts';
import { BATCH, MessageBatch } from './message-batch.ts';
import { DEAF } from './raw-filter.ts';
import { mayBeRight, wordAt } from './udp-header.ts';

const [AF_INET, AF_INET6, SOCK_RAW] = [2, 10, 3];
const PROTOCOL = { tcp: 6, udp: 17 } as const;
const [IPPROTO_IPV6, IPV6_CHECKSUM] = [41, 7];
/** In the header. */
const CHECKSUM_AT = { tcp: 16, udp: 6 } as const;

type Transport = keyof typeof PROTOCOL;

const RECEIVE_BUFFER = 4 * 1024 * 1024;
/** So many packets are read before anything else has its turn. */
const MOST_AT_ONCE = 2048;

/** struct sockaddr_in or sockaddr_in6; its port must be zero (raw(7), ipv6(7)). */
function sockaddr(address: string): Buffer {
  const bytes = parseIp(address) ?? new Uint8Array();
  const isIpv4 = bytes.length === 4;
  const name = Buffer.alloc(isIpv4 ? 16 : 28);
  name.writeUInt16LE(isIpv4 ? AF_INET : AF_INET6, 0);
  name.set(bytes, isIpv4 ? 4 : 8);
  return name;
}

interface RawOptions {
  readonly transport: Transport;
  /** Where it hears, or from where it sends: one address, or any. */
  readonly address: string;
  readonly filter: Uint8Array;
}

function openRaw(libc: Libc, { transport, address, filter }: RawOptions): Result<number, WireFailure> {
  const isIpv6 = familyOf(address) === 'ipv6';
  const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const fd = libc.socket(isIpv6 ? AF_INET6 : AF_INET, type, PROTOCOL[transport]);
  if (fd < 0) return err(failureOf(libc));
  // It fills them in, and looks at those of what comes.
  const isSummed = !isIpv6 || libc.setNumber(fd, IPPROTO_IPV6, IPV6_CHECKSUM, CHECKSUM_AT[transport]) >= 0;
  if (isSummed && libc.setFilter(fd, filter) >= 0 && libc.bind(fd, sockaddr(address)) >= 0) return ok(fd);
  const why = failureOf(libc);
  libc.close(fd);
  return err(why);
}

/**
 * What is in a packet as it comes to a raw socket; null: it is damaged. Of IPv4 it comes with its header, which tells
 * its length (RFC 791), and before anybody has looked at the checksum inside; of IPv6 the system has, as it was told to.
 */
export function contentOf(packet: Uint8Array, isIpv4: boolean, transport: Transport): Uint8Array | null {
  if (!isIpv4) return packet;
  const length = wordAt(packet, 2);
  // Longer than what is read of a packet: none of ours is.
  if (packet.length < length) return null;
  const content = packet.subarray(4 * ((packet[0] ?? 0) & 0xf), length);
  const inside = transport === 'udp' ? content.subarray(0, wordAt(content, 4)) : content;
  return mayBeRight(inside, packet.subarray(12, 20), transport) ? inside : null;
}

/** From struct sockaddr_in or sockaddr_in6. */
export const addressIn = (name: Uint8Array, isIpv4: boolean): string =>
  formatIp(isIpv4 ? name.subarray(4, 8) : name.subarray(8, 24), 0);

export interface RawListener {
  /** Another one, in the place of the one before; false: the system refuses it. */
  filter(program: Uint8Array): boolean;
  close(): void;
}

/**
 * Hears copies of what comes for any port of this machine, behind its own firewall: of IPv4 with the IP header, of IPv6
 * without. `heard` may not keep the bytes. It does not keep the process alive.
 */
export function listenRaw(
  libc: Libc,
  options: RawOptions,
  heard: (packet: Uint8Array, from: Uint8Array) => void,
): Result<RawListener, WireFailure> {
  const opened = openRaw(libc, options);
  if (opened.kind === 'error') return opened;
  const fd = opened.value;
  const batch = new MessageBatch(libc, familyOf(options.address) === 'ipv6' ? 28 : 16);
  // What came before the filter was in its place.
  while (libc.recvmmsg(fd, batch.from(0), BATCH) > 0);
  raiseBuffer(libc, fd, RECEIVE_BUFFER);
  let isOpen = true;
  const handle = libc.koffi.node.poll(fd, { readable: true }, () => {
    // All of it: what is left in the buffer when a timer fires would be declared missing.
    let count = BATCH;
    for (let read = 0; isOpen && count === BATCH && read < MOST_AT_ONCE; read += count) {
      count = libc.recvmmsg(fd, batch.from(0), BATCH);
      // Whoever hears one may close it.
      for (let index = 0; isOpen && index < count; index++) heard(batch.received(index), batch.name(index));
    }
  });
  handle.unref();
  return ok({
    filter: (program) => isOpen && libc.setFilter(fd, program) >= 0,
    // The handle goes deaf if it is collected: this reference keeps it.
    close() {
      if (!isOpen) return;
      isOpen = false;
      handle.close();
      libc.close(fd);
    },
  });
}

/** One packet to be sent. */
export interface Outgoing {
  readonly to: string;
  /** Writes it, and says how long it is. */
  readonly write: (into: Uint8Array) => number;
  /** Called with the system's code if it was not sent. */
  readonly failed: (code: string) => void;
}

/** Full: as long as others empty it. */
const BUSY = ['EAGAIN', 'ENOBUFS', 'EINTR'];
const AGAIN_AFTER = 1;

/** Sends from one address, and any port; what is sent at one time leaves together. */
export class RawSender {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #batch: MessageBatch;
  readonly #names = new Map<string, Buffer>();
  #waiting: Outgoing[] = [];
  #isScheduled = false;
  #isOpen = true;

  private constructor(libc: Libc, fd: number, family: Family) {
    this.#libc = libc;
    this.#fd = fd;
    this.#batch = new MessageBatch(libc, family === 'ipv6' ? 28 : 16);
  }

  static open(libc: Libc, address: string): Result<RawSender, WireFailure> {
    const opened = openRaw(libc, { transport: 'udp', address, filter: DEAF });
    if (opened.kind === 'error') return opened;
    return ok(new RawSender(libc, opened.value, familyOf(address) ?? 'ipv4'));
  }

  send(packet: Outgoing): void {
    if (!this.#isOpen) return;
    this.#waiting.push(packet);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#flush());
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#flush();
    this.#isOpen = false;
    this.#libc.close(this.#fd);
  }

  #flush(): void {
    this.#isScheduled = false;
    if (!this.#isOpen) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < waiting.length; at += BATCH) {
      const left = this.#sendSome(waiting.slice(at, at + BATCH));
      if (left.length === 0) continue;
      this.#waiting = [...left, ...waiting.slice(at + BATCH)];
      this.#isScheduled = true;
      setTimeout(() => this.#flush(), AGAIN_AFTER);
      return;
    }
  }

  /** Returns those for which there was no room. */
  #sendSome(packets: readonly Outgoing[]): readonly Outgoing[] {
    for (const [index, { to, write }] of packets.entries()) {
      this.#batch.name(index).set(this.#nameOf(to));
      this.#batch.setLength(index, write(this.#batch.room(index)));
    }
    let sent = 0;
    while (sent < packets.length) {
      const count = this.#libc.sendmmsg(this.#fd, this.#batch.from(sent), packets.length - sent);
      if (count > 0) {
        sent += count;
        continue;
      }
      const code = errnoOf(this.#libc);
      if (BUSY.includes(code)) return packets.slice(sent);
      // It is about the first of them.
      packets[sent]?.failed(code);
      sent++;
    }
    return [];
  }

  #nameOf(address: string): Buffer {
    const name = this.#names.get(address) ?? sockaddr(address);
    this.#names.set(address, name);
    return name;
  }
}
