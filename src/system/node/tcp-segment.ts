import { wordAt } from './udp-header.ts';

/** What comes to a port of TCP (RFC 9293 section 3.1), as far as it tells that somebody calls. */
export interface TcpSegment {
  readonly from: number;
  readonly to: number;
  /** The first of a connection: SYN, and no ACK. */
  readonly isFirst: boolean;
  /** The answer to that: SYN and ACK. */
  readonly isAnswer: boolean;
  readonly bytes: Uint8Array;
}

const [SYN, ACK] = [0x02, 0x10];
const SHORTEST = 20;

/** null: broken. The bytes are not copied. */
export function readSegment(bytes: Uint8Array): TcpSegment | null {
  const header = 4 * ((bytes[12] ?? 0) >> 4);
  if (header < SHORTEST || bytes.length < header) return null;
  const flags = (bytes[13] ?? 0) & (SYN | ACK);
  return {
    from: wordAt(bytes, 0),
    to: wordAt(bytes, 2),
    isFirst: flags === SYN,
    isAnswer: flags === (SYN | ACK),
    bytes: bytes.subarray(header),
  };
}
