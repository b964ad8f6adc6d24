import { connect, createServer, type DropArgument, type Server, type Socket } from 'node:net';
import { type Endpoint, familyOf, type Milliseconds } from '../../base/index.ts';
import type { CallOutcome, ExchangeRequest, Tcp, TcpListener, TcpListenHandlers, Timer } from '../contract.ts';
import { nodeClock } from './clock.ts';
import { errorCode, socketFailure } from './failures.ts';

/** More than any caller of ours sends; whoever connects by chance gets no more of our memory. */
const MOST_BYTES = 64;
const LONGEST_VISIT: Milliseconds = 5_000;
/** At a time, for each port; what comes beyond them is closed at once. */
const MOST_VISITORS = 64;

const NOT_AN_ADDRESS = Object.assign(new Error('not an IP address'), { code: 'EADDRNOTAVAIL' });

class NodeTcpListener implements TcpListener {
  readonly #server: Server;
  readonly #handlers: TcpListenHandlers;
  readonly #visitors = new Set<Socket>();
  #state: 'opening' | 'open' | 'closed' = 'opening';

  constructor(local: Endpoint, handlers: TcpListenHandlers) {
    this.#handlers = handlers;
    this.#server = createServer(this.#visited);
    this.#server.maxConnections = MOST_VISITORS;
    this.#server.on('error', this.#failed);
    this.#server.on('drop', this.#turnedAway);
    this.#server.on('listening', () => this.#bound(local));
    // What is not an address would be looked up as a name. `exclusive`: in a cluster the parent would hold the socket.
    // `ipv6Only`: a listener on all addresses is one of IPv6 alone.
    if (familyOf(local.address))
      this.#server.listen({ host: local.address, port: local.port, exclusive: true, ipv6Only: true });
    else queueMicrotask(() => this.#failed(NOT_AN_ADDRESS));
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#server.close();
    for (const visitor of this.#visitors) visitor.destroy();
  }

  #bound(local: Endpoint): void {
    this.#state = 'open';
    const bound = this.#server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : local.port;
    this.#handlers.bound({ address: local.address, port });
  }

  /** An error of an open server is about one connection that could not be accepted; it goes on listening. */
  #failed = (error: unknown): void => {
    if (this.#state !== 'opening') return;
    this.close();
    this.#handlers.failed(socketFailure(error));
  };

  /** There were too many of them; who came all the same may have been the one who was meant. */
  #turnedAway = (dropped?: DropArgument): void => {
    const [address, port] = [dropped?.remoteAddress, dropped?.remotePort];
    if (this.#state === 'open' && address && port !== undefined) this.#handlers.connected({ address, port });
  };

  #visited = (visitor: Socket): void => {
    const from = { address: visitor.remoteAddress ?? '', port: visitor.remotePort ?? 0 };
    this.#visitors.add(visitor);
    // Who was gone before he could be asked for his address has no name.
    if (this.#state === 'open' && from.address !== '') this.#handlers.connected(from);
    readVisit(visitor, (bytes) => {
      this.#visitors.delete(visitor);
      if (this.#state === 'open' && from.address !== '') this.#handlers.arrived(from, bytes);
    });
  };
}

/** Reads until the other side ends, or there is enough, or it takes too long; a reset is an end, too. */
function readVisit(visitor: Socket, ended: (bytes: Uint8Array) => void): void {
  const end = (): void => void visitor.destroy();
  const timeout = setTimeout(end, LONGEST_VISIT);
  let bytes = new Uint8Array();
  visitor.on('data', (more: Buffer) => {
    bytes = Uint8Array.from([...bytes, ...more.subarray(0, MOST_BYTES - bytes.length)]);
    if (bytes.length === MOST_BYTES) end();
  });
  visitor.on('end', end);
  visitor.on('error', end);
  visitor.on('close', () => {
    clearTimeout(timeout);
    ended(bytes);
  });
}

/**
 * By the code of the system's error. What is not listed happened on this machine: no such local address, no port or
 * socket left. Its own packet filter shows as silence: Linux repeats a SYN that was dropped on the way out.
 */
const OUTCOMES: Readonly<Record<string, CallOutcome>> = {
  // A reset in answer to SYN. Linux says the same after ICMP "port unreachable", which some packet filters send.
  ECONNREFUSED: 'refused',
  // A reset of what was connected, so soon that both are noticed at once (tcp_reset in Linux).
  ECONNRESET: 'connected',
  EPIPE: 'connected',
  ETIMEDOUT: 'timed-out',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  // ICMP "protocol unreachable".
  ENOPROTOOPT: 'unreachable',
};

/** EACCES is what this machine's own rules say, and at once; later it is ICMPv6 "administratively prohibited". */
const outcomeOf = (code: string, hasBegun: boolean): CallOutcome =>
  code === 'EACCES' && hasBegun ? 'unreachable' : (OUTCOMES[code] ?? 'failed');

class NodeCall implements Timer {
  readonly #ended: (outcome: CallOutcome) => void;
  #socket: Socket | null = null;
  #patience: Timer | null = null;
  #over = false;

  constructor(ended: (outcome: CallOutcome) => void) {
    this.#ended = ended;
  }

  begin(from: string, to: Endpoint, bytes: Uint8Array, patience: Milliseconds): void {
    const socket = connectFrom(from, to);
    if (socket === null) {
      queueMicrotask(() => this.#end('failed'));
      return;
    }
    this.#socket = socket;
    let hasBegun = false;
    // By then the system has taken the order, or has refused it at once.
    process.nextTick(() => {
      hasBegun = !socket.destroyed;
    });
    socket.on('error', (error) => this.#end(outcomeOf(errorCode(error), hasBegun)));
    socket.on('connect', () => {
      // The system goes on sending what is written, and the end, when the socket is closed here.
      socket.end(Uint8Array.from(bytes), () => socket.destroy());
      this.#end('connected');
    });
    this.#patience = nodeClock.at(nodeClock.now() + patience, () => {
      socket.destroy();
      this.#end('timed-out');
    });
  }

  cancel(): void {
    this.#over = true;
    this.#patience?.cancel();
    this.#socket?.destroy();
  }

  /** The first outcome is the one; what happens to a connection later does not matter any more. */
  #end(outcome: CallOutcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#patience?.cancel();
    this.#ended(outcome);
  }
}

class NodeExchange implements Timer {
  readonly #ended: (bytes: Uint8Array) => void;
  readonly #chunks: Buffer[] = [];
  #socket: Socket | null = null;
  #patience: Timer | null = null;
  #over = false;

  constructor(ended: (bytes: Uint8Array) => void) {
    this.#ended = ended;
  }

  begin(from: string, to: Endpoint, { bytes, patience, most, isWhole }: ExchangeRequest): void {
    const socket = connectFrom(from, to);
    if (socket === null) {
      queueMicrotask(() => this.#end());
      return;
    }
    this.#socket = socket;
    let length = 0;
    socket.on('data', (more: Buffer) => {
      this.#chunks.push(more.subarray(0, most - length));
      length = Math.min(most, length + more.length);
      if (length === most || isWhole(Buffer.concat(this.#chunks))) this.#end();
    });
    // The end of the other side, and every failure.
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('connect', () => socket.write(Uint8Array.from(bytes)));
    this.#patience = nodeClock.at(nodeClock.now() + patience, () => this.#end());
  }

  cancel(): void {
    this.#over = true;
    this.#patience?.cancel();
    this.#socket?.destroy();
  }

  #end(): void {
    if (this.#over) return;
    this.cancel();
    this.#ended(Uint8Array.from(Buffer.concat(this.#chunks)));
  }
}

/** null: Node itself refuses. A name would be looked up. */
function connectFrom(localAddress: string, { address, port }: Endpoint): Socket | null {
  if (familyOf(address) === null) return null;
  try {
    return connect({ host: address, port, localAddress });
  } catch {
    return null;
  }
}

export const nodeTcp: Tcp = {
  listen: (local, handlers) => new NodeTcpListener(local, handlers),
  call(from, to, bytes, patience, ended) {
    const call = new NodeCall(ended);
    call.begin(from, to, bytes, patience);
    return call;
  },
  exchange(from, to, request, ended) {
    const exchange = new NodeExchange(ended);
    exchange.begin(from, to, request);
    return exchange;
  },
};
