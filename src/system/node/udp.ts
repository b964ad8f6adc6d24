import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { type Endpoint, isIpv4 } from '../../base/index.ts';
import type { Udp, UdpHandlers, UdpSocket } from '../contract.ts';
import { freeDescriptors } from './descriptors.ts';
import { socketFailure } from './failures.ts';

/**
 * Linux gives a socket 212,992 bytes, which is about 277 small datagrams; a burst of answers is more. The system
 * cuts this down to what it allows (net.core.rmem_max).
 */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Addresses are never names here, and a synchronous answer spares each packet a turn of the event loop. */
const noLookup: NonNullable<SocketOptions['lookup']> = (address, _options, done) => done(null, address, 4);

class NodeUdpSocket implements UdpSocket {
  readonly #socket: Socket;
  readonly #handlers: UdpHandlers;
  #open = true;

  constructor(local: Endpoint, handlers: UdpHandlers) {
    this.#handlers = handlers;
    this.#socket = createSocket({ type: 'udp4', lookup: noLookup });
    this.#socket.on('message', this.#received);
    this.#bind(local);
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (!this.#open) return;
    try {
      // A packet that the system does not take at once waits in libuv by reference: hence the copy.
      this.#socket.send(Buffer.from(bytes), to.port, to.address, this.#sent);
    } catch (error) {
      // Port 0, which dgram refuses to send to.
      this.#handlers.notSent(socketFailure(error));
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.close();
  }

  /** With the synchronous lookup, `bind` has succeeded or failed when it returns; the caller is told afterwards. */
  #bind(local: Endpoint): void {
    let failure: unknown = null;
    const failed = (error: unknown): void => {
      failure = error;
    };
    this.#socket.on('error', failed);
    // An address that dgram cannot read would be looked up as a name.
    if (!isIpv4(local.address)) failed(Object.assign(new Error(), { code: 'EADDRNOTAVAIL' }));
    // `exclusive`: in a cluster the parent process would hold the socket.
    else this.#socket.bind({ port: local.port, address: local.address, exclusive: true });
    this.#socket.off('error', failed).on('error', this.#broken);
    queueMicrotask(() => (failure === null ? this.#bound(local) : this.#fail(failure)));
  }

  #bound(local: Endpoint): void {
    if (!this.#open) return;
    try {
      this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // The system's own size will do.
    }
    const port = local.port === 0 ? this.#socket.address().port : local.port;
    this.#handlers.bound({ address: local.address, port });
  }

  #fail(error: unknown): void {
    if (!this.#open) return;
    this.close();
    this.#handlers.failed(socketFailure(error));
  }

  /** What reading the socket brought instead of a datagram: an ICMP error of an earlier packet, or the end. */
  #broken = (error: unknown): void => {
    const failure = socketFailure(error);
    if (failure.kind !== 'refused' && failure.kind !== 'unreachable') this.#fail(error);
    else if (this.#open) this.#handlers.notSent(failure);
  };

  #received = (bytes: Buffer, from: RemoteInfo): void => {
    if (this.#open) this.#handlers.datagram(bytes, { address: from.address, port: from.port });
  };

  /** Without a callback dgram drops the error of a packet that the system refused at once, and emits nothing. */
  #sent = (error: Error | null): void => {
    if (error !== null && this.#open) this.#handlers.notSent(socketFailure(error));
  };
}

export const nodeUdp: Udp = {
  open: (local, handlers) => new NodeUdpSocket(local, handlers),
  freeSockets: freeDescriptors,
};
