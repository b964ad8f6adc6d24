import { paddingOf, u16, u32, view } from './bytes.ts';
import {
  classOf,
  HEADER_LENGTH,
  isOldType,
  MAGIC_COOKIE,
  type Message,
  methodOf,
  type RawAttribute,
} from './message.ts';

/**
 * `not-stun`: another protocol may be meant, and nothing says otherwise. `malformed`: the magic cookie
 * is there, so a peer tried to speak STUN and failed.
 */
export type Decoded =
  | { kind: 'message'; message: Message }
  | { kind: 'not-stun'; why: string }
  | { kind: 'malformed'; why: string };

/**
 * Reads one datagram, or one frame of a stream. Never throws. Transaction id and values are views of
 * `bytes`: a caller that reuses its receive buffer must copy what it keeps.
 */
export function decodeMessage(bytes: Uint8Array): Decoded {
  if (bytes.length < HEADER_LENGTH) return { kind: 'not-stun', why: `${bytes.length} bytes, less than a header` };
  const type = u16(bytes, 0);
  if (type > 0x3fff) return { kind: 'not-stun', why: 'the top two bits are not zero' };
  return u32(bytes, 4) === MAGIC_COOKIE ? decodeModern(bytes, type) : decodeOld(bytes, type);
}

function decodeModern(bytes: Uint8Array, type: number): Decoded {
  const attributes = decodeBody(bytes);
  if (typeof attributes === 'string') return { kind: 'malformed', why: attributes };
  const transactionId = view(bytes, 8, 12);
  return { kind: 'message', message: { class: classOf(type), method: methodOf(type), transactionId, attributes } };
}

/** RFC 3489 section 11.1: the same header, with a transaction id of 128 bits where the cookie is now. */
function decodeOld(bytes: Uint8Array, type: number): Decoded {
  const messageClass = classOf(type);
  const method = methodOf(type);
  if (!isOldType(messageClass, method)) return { kind: 'not-stun', why: 'no magic cookie' };
  const attributes = decodeBody(bytes);
  if (typeof attributes === 'string') return { kind: 'not-stun', why: `no magic cookie, and ${attributes}` };
  return { kind: 'message', message: { class: messageClass, method, transactionId: view(bytes, 4, 16), attributes } };
}

/** The attributes, or in words what is wrong with them. */
function decodeBody(bytes: Uint8Array): RawAttribute[] | string {
  const length = u16(bytes, 2);
  if (length & 3) return `the length ${length} is not a multiple of 4`;
  const end = HEADER_LENGTH + length;
  if (end !== bytes.length) return `the length says ${end} bytes, there are ${bytes.length}`;
  const attributes: RawAttribute[] = [];
  // Both `at` and `end` are multiples of 4, so the attribute header itself always fits.
  for (let at = HEADER_LENGTH; at < end; ) {
    const size = u16(bytes, at + 2);
    if (at + 4 + size > end) return `the attribute at byte ${at} (${size} bytes) passes the end`;
    attributes.push(decodeRaw(bytes, at, size));
    at += 4 + size + paddingOf(size);
  }
  return attributes;
}

function decodeRaw(bytes: Uint8Array, at: number, size: number): RawAttribute {
  const type = u16(bytes, at);
  const value = view(bytes, at + 4, size);
  const padding = paddingOf(size);
  for (let i = 0; i < padding; i++) {
    if (bytes[at + 4 + size + i] !== 0) return { type, value, padding: view(bytes, at + 4 + size, padding) };
  }
  return { type, value };
}
