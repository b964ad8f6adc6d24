import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { type Endpoint, type Family, familyOf } from '../../base/index.ts';
import type { Udp, UdpHandlers, UdpSocket } from '../contract.ts';
import { freeDescriptors } from './descriptors.ts';
import { socketFailure } from './failures.ts';

/**
 * Linux gives a socket 212,992 bytes, which is about 277 small datagrams; a burst of answers is more. The system
 * cuts this down to what it allows (net.core.rmem_max).
 */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Addresses are never names here, and a synchronous answer spares each packet a turn of the event loop. `ipv6Only`: a
 * socket speaks one family, so that each may hold the port for itself.
 */
const KINDS = {
  ipv4: { type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) },
  ipv6: { type: 'udp6', ipv6Only: true, lookup: (address, _options, done) => done(null, address, 6) },
} as const satisfies Readonly<Record<Family, SocketOptions>>;

const NOT_AN_ADDRESS = Object.assign(new Error('not an IP address'), { code: 'EADDRNOTAVAIL' });
const OTHER_FAMILY = Object.assign(new Error('an address of the other family'), { code: 'EAFNOSUPPORT' });

class NodeUdpSocket implements UdpSocket {
  readonly #socket: Socket;
  readonly #family: Family;
  readonly #handlers: UdpHandlers;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  /** What came of `bind`; it is over when the constructor returns, and the caller is told afterwards. */
  #bindError: unknown = null;

  constructor(local: Endpoint, handlers: UdpHandlers, load?: 'busy') {
    this.#handlers = handlers;
    const family = familyOf(local.address);
    this.#family = family ?? 'ipv4';
    this.#socket = createSocket(KINDS[this.#family]);
    this.#socket.on('message', this.#received);
    this.#socket.on('error', this.#failed);
    // What dgram cannot read as an address would be looked up as a name.
    if (family === null) this.#bindError = NOT_AN_ADDRESS;
    // `exclusive`: in a cluster the parent process would hold the socket.
    else this.#socket.bind({ port: local.port, address: local.address, exclusive: true });
    queueMicrotask(() => this.#bound(local, load));
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#state !== 'open') return;
    // libuv would refuse it, too, but as what the system says of a wrong argument.
    if (to.address.includes(':') !== (this.#family === 'ipv6')) {
      queueMicrotask(() => this.#sent(OTHER_FAMILY));
      return;
    }
    try {
      // A packet that the system does not take at once waits in libuv by reference: hence the copy.
      this.#socket.send(Buffer.from(bytes), to.port, to.address, this.#sent);
    } catch (error) {
      // Port 0, which dgram refuses to send to.
      this.#handlers.notSent(socketFailure(error));
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#socket.close();
  }

  #bound(local: Endpoint, load?: 'busy'): void {
    if (this.#state === 'closed') return;
    if (this.#bindError !== null) {
      this.#end(this.#bindError);
      return;
    }
    this.#state = 'open';
    if (load) raiseReceiveBuffer(this.#socket);
    const port = local.port === 0 ? this.#socket.address().port : local.port;
    this.#handlers.bound({ address: local.address, port });
  }

  #end(error: unknown): void {
    this.close();
    this.#handlers.failed(socketFailure(error));
  }

  /** `bind` failed; or reading brought no datagram, but the ICMP error of an earlier packet, or the end. */
  #failed = (error: unknown): void => {
    const failure = socketFailure(error);
    if (this.#state === 'opening') this.#bindError = error;
    else if (this.#state === 'closed') return;
    else if (failure.kind === 'refused' || failure.kind === 'unreachable') this.#handlers.notSent(failure);
    else this.#end(error);
  };

  #received = (bytes: Buffer, from: RemoteInfo): void => {
    if (this.#state === 'open') this.#handlers.datagram(bytes, { address: from.address, port: from.port });
  };

  /** Without a callback dgram drops the error of a packet that the system refused at once, and emits nothing. */
  #sent = (error: Error | null): void => {
    if (error !== null && this.#state === 'open') this.#handlers.notSent(socketFailure(error));
  };
}

function raiseReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // The system's own size will do.
  }
}

export const nodeUdp: Udp = {
  open: (local, handlers, load) => new NodeUdpSocket(local, handlers, load),
  freeSockets: freeDescriptors,
};
