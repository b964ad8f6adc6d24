import type { Endpoint } from '../../src/base/index.ts';

/** A datagram between two transport addresses. Never written to once it is made; copies share the bytes. */
export interface Packet {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** Where a packet comes from and goes to: what connection tracking knows a flow by. */
export type Tuple = Pick<Packet, 'from' | 'to'>;

/** The tuple of the answer. */
export const invert = ({ from, to }: Tuple): Tuple => ({ from: to, to: from });

export const tupleKey = ({ from, to }: Tuple): string => `${from.address}:${from.port}>${to.address}:${to.port}`;
