import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../base/index.ts';
import type { WireFailure } from '../contract.ts';

type Koffi = typeof import('koffi').default;

/** What dgram cannot do: the C library's own sockets. */
export interface Libc {
  readonly koffi: Koffi;
  socket(family: number, type: number, protocol: number): number;
  /** Below 0: it did not; see `failureOf`. */
  setNumber(fd: number, level: number, option: number, value: number): number;
  setFilter(fd: number, program: Uint8Array): number;
  bind(fd: number, address: Uint8Array): number;
  send(fd: number, bytes: Uint8Array): number;
  recv(fd: number, buffer: Uint8Array): number;
  /** Arrays of struct mmsghdr. */
  recvmmsg(fd: number, messages: Uint8Array, count: number): number;
  sendmmsg(fd: number, messages: Uint8Array, count: number): number;
  close(fd: number): void;
}

export const [SOCK_NONBLOCK, SOCK_CLOEXEC] = [0o4000, 0o2000000];
const [SOL_SOCKET, SO_RCVBUF, SO_ATTACH_FILTER, SO_RCVBUFFORCE] = [1, 8, 26, 33];

/** The numbers and layouts here are those of Linux on these machines, which are little-endian. */
const MACHINES = ['x64', 'arm64', 'riscv64', 'loong64'];

let loaded: Libc | null = null;

/** Loading it takes as long as a thousand packets; who has not the right to use it need not wait for that. */
export async function loadLibc(): Promise<Result<Libc, WireFailure>> {
  const { platform, arch } = process;
  if (platform !== 'linux') return err({ kind: 'not-this-system', code: platform });
  if (!MACHINES.includes(arch)) return err({ kind: 'not-this-system', code: arch });
  if (!hasNetRaw()) return err({ kind: 'permission', code: 'EPERM' });
  const koffi = await loadKoffi();
  if (!koffi) return err({ kind: 'no-library', code: 'koffi' });
  loaded ??= functionsOf(koffi);
  return ok(loaded);
}

/** capabilities(7): bit 13 is CAP_NET_RAW. Without /proc the system will tell. */
function hasNetRaw(): boolean {
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

/** Those of the C library that Node itself has loaded, whatever its name is. */
function functionsOf(koffi: Koffi): Libc {
  const libc = koffi.load(null);
  // struct sock_fprog
  const program = koffi.struct({ len: 'uint16_t', filter: 'void *' });
  const setsockopt = libc.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32_t']);
  const setProgram = libc.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(program), 'uint32_t']);
  const bind = libc.func('bind', 'int', ['int', 'void *', 'uint32_t']);
  const send = libc.func('send', 'long', ['int', 'void *', 'size_t', 'int']);
  const recv = libc.func('recv', 'long', ['int', 'void *', 'size_t', 'int']);
  const recvmmsg = libc.func('recvmmsg', 'int', ['int', 'void *', 'uint32_t', 'int', 'void *']);
  const sendmmsg = libc.func('sendmmsg', 'int', ['int', 'void *', 'uint32_t', 'int']);
  return {
    koffi,
    socket: libc.func('socket', 'int', ['int', 'int', 'int']),
    setNumber(fd, level, option, value) {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(value);
      return setsockopt(fd, level, option, bytes, bytes.length);
    },
    setFilter: (fd, filter) =>
      setProgram(
        fd,
        SOL_SOCKET,
        SO_ATTACH_FILTER,
        { len: filter.length / 8, filter: Buffer.from(filter) },
        koffi.sizeof(program),
      ),
    bind: (fd, address) => bind(fd, address, address.length),
    send: (fd, bytes) => send(fd, bytes, bytes.length, 0),
    recv: (fd, buffer) => recv(fd, buffer, buffer.length, 0),
    recvmmsg: (fd, messages, count) => recvmmsg(fd, messages, count, 0, null),
    sendmmsg: (fd, messages, count) => sendmmsg(fd, messages, count, 0),
    close: libc.func('close', 'int', ['int']),
  };
}

/** Beyond the system's limit with CAP_NET_ADMIN only; else as far as that goes. */
export function raiseBuffer(libc: Libc, fd: number, size: number): void {
  if (libc.setNumber(fd, SOL_SOCKET, SO_RCVBUFFORCE, size) < 0) libc.setNumber(fd, SOL_SOCKET, SO_RCVBUF, size);
}

/** The system's word for what went wrong last, such as `EPERM`. */
export function errnoOf({ koffi }: Libc): string {
  const errno = koffi.errno();
  return Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? String(errno);
}

export function failureOf(libc: Libc): WireFailure {
  const code = errnoOf(libc);
  return { kind: code === 'EPERM' || code === 'EACCES' ? 'permission' : 'other', code };
}
