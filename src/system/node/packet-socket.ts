import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../base/index.ts';
import type { WireFailure } from '../contract.ts';

/** A socket that hears whole packets, as IPv4 has them. */
export interface PacketSocket {
  close(): void;
}

const [AF_PACKET, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC] = [17, 2, 0o4000, 0o2000000];
const [SOL_SOCKET, SO_RCVBUF, SO_ATTACH_FILTER, SO_RCVBUFFORCE] = [1, 8, 26, 33];
const ETH_P_IP = 0x0800;

/** A packet is cut at this: more than any answer has. */
const BUFFER = 2048;
/** The system's own is enough for 277 small packets. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;
/** At once; then others have their turn. */
const MOST_AT_ONCE = 256;

type Koffi = typeof import('koffi').default;

/** Opens one at all interfaces. `heard` gets copies of what there is at one time. Linux only. */
export async function openPacketSocket(
  filter: Uint8Array,
  heard: (packets: readonly Uint8Array[]) => void,
): Promise<Result<PacketSocket, WireFailure>> {
  if (process.platform !== 'linux') return err({ kind: 'not-this-system', code: process.platform });
  // Loading it takes as long as a thousand packets; who has not the right need not wait for that.
  if (!mayOpen()) return err({ kind: 'permission', code: 'EPERM' });
  const koffi = await loadKoffi();
  if (!koffi) return err({ kind: 'no-library', code: 'koffi' });
  const libc = functionsOf(koffi);
  // Protocol 0 hears nothing: not before the filter is in its place.
  const fd = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return err(failure(koffi));
  const program = { len: filter.length / 8, filter: Buffer.from(filter) };
  const attached = libc.setFilter(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, koffi.sizeof(libc.program));
  if (attached < 0 || libc.bind(fd, allInterfaces(), ADDRESS_LENGTH) < 0) {
    const why = failure(koffi);
    libc.close(fd);
    return err(why);
  }
  raiseBuffer(libc, fd);
  const buffer = Buffer.alloc(BUFFER);
  const handle = koffi.node.poll(fd, { readable: true }, () => {
    const packets: Uint8Array[] = [];
    while (packets.length < MOST_AT_ONCE) {
      const length = libc.recv(fd, buffer, BUFFER, 0);
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

/** capabilities(7): bit 13 is CAP_NET_RAW. Without /proc the system will tell. */
function mayOpen(): boolean {
  const effective = /^CapEff:\s*([\da-f]+)/m.exec(statusOf())?.[1];
  return effective === undefined || (BigInt(`0x${effective}`) & (1n << 13n)) !== 0n;
}

function statusOf(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}

/** null: it is not installed, or not for this machine. */
async function loadKoffi(): Promise<Koffi | null> {
  try {
    return (await import('koffi')).default;
  } catch {
    return null;
  }
}

const ADDRESS_LENGTH = 20;

/** struct sockaddr_ll: no interface is all of them. */
function allInterfaces(): Buffer {
  const address = Buffer.alloc(ADDRESS_LENGTH);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_IP, 2);
  return address;
}

/** Those of the C library that Node itself has loaded, whatever its name is. */
function functionsOf(koffi: Koffi) {
  const libc = koffi.load(null);
  // struct sock_fprog
  const program = koffi.struct({ len: 'uint16_t', filter: 'void *' });
  return {
    program,
    socket: libc.func('socket', 'int', ['int', 'int', 'int']),
    setFilter: libc.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(program), 'uint32_t']),
    setNumber: libc.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32_t']),
    bind: libc.func('bind', 'int', ['int', 'void *', 'uint32_t']),
    recv: libc.func('recv', 'long', ['int', 'void *', 'size_t', 'int']),
    close: libc.func('close', 'int', ['int']),
  };
}

/** Beyond the system's limit with CAP_NET_ADMIN only; else as far as that goes. */
function raiseBuffer(libc: ReturnType<typeof functionsOf>, fd: number): void {
  const size = Buffer.alloc(4);
  size.writeInt32LE(RECEIVE_BUFFER);
  if (libc.setNumber(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) < 0) libc.setNumber(fd, SOL_SOCKET, SO_RCVBUF, size, 4);
}

function failure(koffi: Koffi): WireFailure {
  const errno = koffi.errno();
  const { EPERM, EACCES } = koffi.os.errno;
  const code = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? String(errno);
  return { kind: errno === EPERM || errno === EACCES ? 'permission' : 'other', code };
}
