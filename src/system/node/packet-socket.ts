import { err, ok, type Result } from '../../base/index.ts';
import type { WireFailure } from '../contract.ts';
import { failureOf, loadLibc, raiseBuffer, SOCK_CLOEXEC, SOCK_NONBLOCK } from './libc.ts';

/** A socket that hears whole packets, from the IP header on. */
export interface PacketSocket {
  close(): void;
}

const [AF_PACKET, SOCK_DGRAM] = [17, 2];
/** What it hears: what comes in, and what goes out. */
const ETH_P_ALL = 0x0003;

/** A packet is cut at this: more than any answer has. */
const BUFFER = 2048;
/** The system's own is enough for 277 small packets. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;
/** At once; then others have their turn. */
const MOST_AT_ONCE = 2048;

/** Opens one at all interfaces. `heard` gets copies of what there is at one time. Linux only. */
export async function openPacketSocket(
  filter: Uint8Array,
  heard: (packets: readonly Uint8Array[]) => void,
): Promise<Result<PacketSocket, WireFailure>> {
  const loaded = await loadLibc();
  if (loaded.kind === 'error') return loaded;
  const libc = loaded.value;
  // Protocol 0 hears nothing: not before the filter is in its place.
  const fd = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return err(failureOf(libc));
  if (libc.setFilter(fd, filter) < 0 || libc.bind(fd, ALL_INTERFACES) < 0) {
    const why = failureOf(libc);
    libc.close(fd);
    return err(why);
  }
  raiseBuffer(libc, fd, RECEIVE_BUFFER);
  const buffer = Buffer.alloc(BUFFER);
  const handle = libc.koffi.node.poll(fd, { readable: true }, () => {
    const packets: Uint8Array[] = [];
    while (packets.length < MOST_AT_ONCE) {
      const length = libc.recv(fd, buffer);
      if (length <= 0) break;
      packets.push(Uint8Array.prototype.slice.call(buffer, 0, length));
    }
    heard(packets);
  });
  // Who watches must not be who keeps the process alive.
  handle.unref();
  return ok({
    // The handle goes deaf if it is collected: this reference keeps it.
    close() {
      handle.close();
      libc.close(fd);
    },
  });
}

const ADDRESS_LENGTH = 20;

/** struct sockaddr_ll: no interface is all of them. */
const ALL_INTERFACES = Buffer.alloc(ADDRESS_LENGTH);
ALL_INTERFACES.writeUInt16LE(AF_PACKET, 0);
ALL_INTERFACES.writeUInt16BE(ETH_P_ALL, 2);
