import { type Endpoint, familyOf, isAnyAddress } from '../../src/base/index.ts';
import type { SocketFailure, Udp, UdpHandlers, UdpSocket } from '../../src/system/index.ts';
import { firstOf, isLoopback } from './addresses.ts';
import { createBindings } from './bindings.ts';
import type { Chance } from './chance.ts';
import { type Descriptors, reserve } from './descriptors.ts';
import type { Events } from './events.ts';
import type { Datagram } from './packet.ts';

export interface SocketsOptions {
  readonly addresses: readonly string[];
  /** Ports that another process has, on all addresses. */
  readonly held: ReadonlySet<number>;
  /** Whether the program may have ports below 1024. */
  readonly isPrivileged: boolean;
  readonly descriptors: Descriptors;
  readonly events: Events;
  readonly chance: Chance;
  /** Takes a packet that leaves this host. */
  readonly transmit: (packet: Datagram) => void;
}

export interface Sockets {
  readonly udp: Udp;
  canBind(address: string): boolean;
  has(port: number): boolean;
  /** A packet for this host; false: no socket wants it. */
  receive(packet: Datagram): boolean;
}

interface Socket {
  readonly local: Endpoint;
  readonly handlers: UdpHandlers;
  state: 'opening' | 'open' | 'closed';
}

/** 65535 less the headers of IPv4 and UDP. */
const LARGEST = 65507;

export function createSockets(options: SocketsOptions): Sockets {
  const { addresses, held, isPrivileged, descriptors, events, chance, transmit } = options;
  const bindings = createBindings<Socket>(addresses, held, chance, isPrivileged);

  function open(wanted: Endpoint, handlers: UdpHandlers): UdpSocket {
    const reserved = reserve(bindings, descriptors, wanted);
    if (reserved.kind === 'error') return fail(handlers, reserved.error);
    const socket: Socket = { local: reserved.value, handlers, state: 'opening' };
    bindings.add(socket);
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
    descriptors.giveBack();
  }

  function send(socket: Socket, bytes: Uint8Array, to: Endpoint): void {
    if (socket.state === 'opening') rejectSend();
    if (socket.state === 'closed') return;
    const packet: Datagram = { protocol: 'udp', from: sourceFor(socket.local, to), to, bytes: bytes.slice() };
    const code = whyNot(packet, socket.local);
    if (code !== null) events.after(0, () => reportNotSent(socket, code));
    // Within the machine no link is crossed; still, nobody receives while somebody is sending.
    else if (bindings.isLocal(to.address)) events.after(0, () => receive(packet));
    else transmit(packet);
  }

  /** A socket on all addresses sends from the one that the route gives: its own to itself, else the host's first. */
  function sourceFor(local: Endpoint, to: Endpoint): Endpoint {
    if (!isAnyAddress(local.address)) return local;
    const own = bindings.isLocal(to.address) ? to.address : firstOf(addresses, to.address);
    return { address: own ?? local.address, port: local.port };
  }

  function receive({ from, to, bytes }: Datagram): boolean {
    const socket = bindings.find(to);
    if (socket?.state !== 'open') return false;
    socket.handlers.datagram(bytes, from);
    return true;
  }

  return { udp: { open, freeSockets: descriptors.free }, canBind: bindings.canBind, has: bindings.has, receive };
}

function becomeOpen(socket: Socket): void {
  if (socket.state !== 'opening') return;
  socket.state = 'open';
  socket.handlers.bound(socket.local);
}

function reportNotSent({ state, handlers }: Socket, code: string): void {
  if (state === 'open') handlers.notSent({ kind: code === NO_ROUTE ? 'unreachable' : 'other', code });
}

function rejectSend(): never {
  throw new Error('model: send before bound; a socket may be used once `bound` has been called');
}

const NO_ROUTE = 'ENETUNREACH';

/** What Linux says to a packet that cannot be sent from here. */
function whyNot({ from, to, bytes }: Datagram, local: Endpoint): string | null {
  if (to.port === 0 || familyOf(to.address) === null) return 'EINVAL';
  if (familyOf(to.address) !== familyOf(local.address)) return 'EAFNOSUPPORT';
  // No address in the place of all: the host has none of this family.
  if (isAnyAddress(from.address)) return NO_ROUTE;
  if (isLoopback(from.address) && !isLoopback(to.address)) return 'EINVAL';
  return bytes.length > LARGEST ? 'EMSGSIZE' : null;
}
