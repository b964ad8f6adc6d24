import type { Endpoint } from '../../src/base/index.ts';
import type { Protocol } from '../scenarios/index.ts';

/** Where a packet comes from and goes to: what connection tracking knows a flow by. */
export interface Tuple {
  readonly protocol: Protocol;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** A packet between two transport addresses. Never written to once it is made; copies share the bytes. */
export type Packet = Datagram | Segment;

export interface Datagram extends Tuple {
  readonly protocol: 'udp';
  readonly bytes: Uint8Array;
}

/** As much of TCP as tells an open port from a closed one, and an arrival from none. */
export interface Segment extends Tuple {
  readonly protocol: 'tcp';
  readonly kind:
    | 'syn'
    | 'syn-ack'
    /** The caller's acknowledgement, all that he has to say, and his FIN. */
    | 'data'
    /** What a firewall that drops what a connection carries leaves of that: the acknowledgement. */
    | 'bare'
    /** The answer to `data`; who has something to say himself says it with it, and his FIN. */
    | 'ack'
    | 'reset';
  /** The caller's first sequence number, in both directions: it tells a connection from another one of the same endpoints. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** The tuple of the answer. */
export const invert = ({ protocol, from, to }: Tuple): Tuple => ({ protocol, from: to, to: from });

export const tupleKey = ({ protocol, from, to }: Tuple): string =>
  `${protocol} ${from.address}:${from.port}>${to.address}:${to.port}`;
