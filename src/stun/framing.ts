import { u16, view } from './bytes.ts';
import { HEADER_LENGTH, MAGIC_COOKIE } from './message.ts';

export type Frame =
  /** `bytes` go to `decodeMessage`; `rest` follows in the stream. Both are views. */
  | { kind: 'message'; bytes: Uint8Array; rest: Uint8Array }
  /** At least so many bytes are missing. */
  | { kind: 'need-more'; bytes: number }
  /** The stream has lost its way, or never spoke STUN: there is no place to go on from. */
  | { kind: 'not-stun'; why: string };

const LONGEST = HEADER_LENGTH + 0xfffc;

/**
 * Cuts the first message off a TCP or TLS stream (RFC 8489 section 6.2.2): the length in the header is
 * all there is between messages. Says no as early as the bytes allow, and never asks for more than
 * `longest` in all, so that a peer cannot make us wait or store.
 */
export function takeFrame(bytes: Uint8Array, longest: number = LONGEST): Frame {
  const why = whyNot(bytes, longest);
  if (why !== null) return { kind: 'not-stun', why };
  if (bytes.length < HEADER_LENGTH) return { kind: 'need-more', bytes: HEADER_LENGTH - bytes.length };
  const size = HEADER_LENGTH + u16(bytes, 2);
  if (bytes.length < size) return { kind: 'need-more', bytes: size - bytes.length };
  return { kind: 'message', bytes: view(bytes, 0, size), rest: view(bytes, size, bytes.length - size) };
}

function whyNot(bytes: Uint8Array, longest: number): string | null {
  if ((bytes[0] ?? 0) > 0x3f) return 'the top two bits are not zero';
  if (bytes.length >= 4) {
    const length = u16(bytes, 2);
    if (length & 3) return `the length ${length} is not a multiple of 4`;
    if (HEADER_LENGTH + length > longest) return `a message of ${HEADER_LENGTH + length} bytes`;
  }
  // RFC 3489 has no framing over streams that anybody still uses, so the cookie must be there.
  for (let at = 4; at < Math.min(8, bytes.length); at++) {
    if (bytes[at] !== ((MAGIC_COOKIE >>> (8 * (7 - at))) & 0xff)) return 'no magic cookie';
  }
  return null;
}
