import { type Endpoint, isIpv4 } from '../../src/base/index.ts';
import type { SocketFailure, Udp, UdpHandlers, UdpSocket } from '../../src/system/index.ts';
import { isLoopback } from './addresses.ts';
import { ANY, createBindings } from './bindings.ts';
import type { Chance } from './chance.ts';
import type { Events } from './events.ts';
import type { Packet } from './packet.ts';

export interface SocketsOptions {
  readonly addresses: readonly [string, ...string[]];
  /** Ports that another process has, on all addresses. */
  readonly held: ReadonlySet<number>;
  readonly limit: number;
  readonly events: Events;
  readonly chance: Chance;
  /** Takes a packet that leaves this host. */
  readonly transmit: (packet: Packet) => void;
}

export interface Sockets {
  readonly udp: Udp;
  canBind(address: string): boolean;
  /** A packet for this host; false: no socket wants it. */
  receive(packet: Packet): boolean;
  open(): number;
}

interface Socket {
  readonly local: Endpoint;
  readonly handlers: UdpHandlers;
  state: 'opening' | 'open' | 'closed';
}

/** 65535 less the headers of IPv4 and UDP. */
const LARGEST = 65507;

export function createSockets({ addresses, held, limit, events, chance, transmit }: SocketsOptions): Sockets {
  const bindings = createBindings<Socket>(addresses, held, chance);
  let count = 0;

  function open(wanted: Endpoint, handlers: UdpHandlers): UdpSocket {
    if (!bindings.canBind(wanted.address)) return fail(handlers, { kind: 'no-such-address', code: 'EADDRNOTAVAIL' });
    if (count >= limit) return fail(handlers, { kind: 'no-more-sockets', code: 'EMFILE' });
    const local = bindings.choose(wanted);
    if (local === null) return fail(handlers, { kind: 'in-use', code: 'EADDRINUSE' });
    const socket: Socket = { local, handlers, state: 'opening' };
    bindings.add(socket);
    count++;
    events.after(0, () => becomeOpen(socket));
    return { send: (bytes, to) => send(socket, bytes, to), close: () => close(socket) };
  }

  function fail(handlers: UdpHandlers, failure: SocketFailure): UdpSocket {
    const timer = events.after(0, () => handlers.failed(failure));
    return { send: rejectSend, close: () => timer.cancel() };
  }

  function close(socket: Socket): void {
    if (socket.state === 'closed') return;
    socket.state = 'closed';
    bindings.remove(socket);
    count--;
  }

  function send(socket: Socket, bytes: Uint8Array, to: Endpoint): void {
    if (socket.state === 'opening') rejectSend();
    if (socket.state === 'closed') return;
    const packet: Packet = { from: sourceFor(socket.local, to), to, bytes: bytes.slice() };
    const code = whyNot(packet);
    if (code !== null) events.after(0, () => reportNotSent(socket, code));
    // Within the machine no link is crossed; still, nobody receives while somebody is sending.
    else if (bindings.isLocal(to.address)) events.after(0, () => receive(packet));
    else transmit(packet);
  }

  /** A socket on all addresses sends from the one that the route gives: its own to itself, else the host's first. */
  function sourceFor(local: Endpoint, to: Endpoint): Endpoint {
    if (local.address !== ANY) return local;
    return { address: bindings.isLocal(to.address) ? to.address : addresses[0], port: local.port };
  }

  function receive({ from, to, bytes }: Packet): boolean {
    const socket = bindings.find(to);
    if (socket?.state !== 'open') return false;
    socket.handlers.datagram(bytes, from);
    return true;
  }

  return { udp: { open, freeSockets: () => limit - count }, canBind: bindings.canBind, receive, open: () => count };
}

function becomeOpen(socket: Socket): void {
  if (socket.state !== 'opening') return;
  socket.state = 'open';
  socket.handlers.bound(socket.local);
}

function reportNotSent({ state, handlers }: Socket, code: string): void {
  if (state === 'open') handlers.notSent({ kind: 'other', code });
}

function rejectSend(): never {
  throw new Error('model: send before bound; a socket may be used once `bound` has been called');
}

/** What Linux says to a packet that cannot be sent from here. */
function whyNot({ from, to, bytes }: Packet): string | null {
  if (to.port === 0 || !isIpv4(to.address)) return 'EINVAL';
  if (isLoopback(from.address) && !isLoopback(to.address)) return 'EINVAL';
  return bytes.length > LARGEST ? 'EMSGSIZE' : null;
}
