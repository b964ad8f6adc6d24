import { createHmac, timingSafeEqual } from 'node:crypto';
import { opaque } from './attribute.ts';
import { append, type Check, find, upTo } from './signed.ts';

export const MESSAGE_INTEGRITY = opaque(0x0008, 'MESSAGE-INTEGRITY', 'RFC 8489 14.5', 20, 20);
export const MESSAGE_INTEGRITY_SHA256 = opaque(0x001c, 'MESSAGE-INTEGRITY-SHA256', 'RFC 8489 14.6', 16, 32);

const FINGERPRINT_TYPE = 0x8028;
const SHA256_LENGTH = 32;

const hmac = (algorithm: 'sha1' | 'sha256', key: Uint8Array, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac(algorithm, key).update(bytes).digest());

/** Signs an encoded message; the key comes from `shortTermKey` or `longTermKey`. */
export function addMessageIntegrity(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  const { type } = MESSAGE_INTEGRITY;
  mustComeBefore(bytes, [type, MESSAGE_INTEGRITY_SHA256.type, FINGERPRINT_TYPE]);
  return append(bytes, type, hmac('sha1', key, upTo(bytes, bytes.length, 20)));
}

/** As `addMessageIntegrity`, with the stronger hash. May follow it (RFC 8489 section 9.1.2). */
export function addMessageIntegritySha256(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  const { type } = MESSAGE_INTEGRITY_SHA256;
  mustComeBefore(bytes, [type, FINGERPRINT_TYPE]);
  return append(bytes, type, hmac('sha256', key, upTo(bytes, bytes.length, SHA256_LENGTH)));
}

function mustComeBefore(bytes: Uint8Array, types: readonly number[]): void {
  const found = types.find((type) => find(bytes, type, []));
  if (found !== undefined) throw new RangeError(`integrity does not go behind attribute 0x${found.toString(16)}`);
}

/**
 * Not for messages of RFC 3489, whose section 11.2.8 pads the text before it signs: those come out as
 * `invalid`.
 */
export function verifyMessageIntegrity(bytes: Uint8Array, key: Uint8Array): Check {
  const found = find(bytes, MESSAGE_INTEGRITY.type, [MESSAGE_INTEGRITY_SHA256.type, FINGERPRINT_TYPE]);
  if (!found) return 'absent';
  if (found.value.length !== 20) return 'invalid';
  return same(found.value, hmac('sha1', key, upTo(bytes, found.at, 20)));
}

/** `least` is for usages that allow a shortened value; without one, none may (RFC 8489 section 14.6). */
export function verifyMessageIntegritySha256(bytes: Uint8Array, key: Uint8Array, least: number = SHA256_LENGTH): Check {
  const found = find(bytes, MESSAGE_INTEGRITY_SHA256.type, [FINGERPRINT_TYPE]);
  if (!found) return 'absent';
  const { length } = found.value;
  if (length < Math.max(16, least) || length > SHA256_LENGTH || length & 3) return 'invalid';
  return same(found.value, hmac('sha256', key, upTo(bytes, found.at, length)).subarray(0, length));
}

const same = (a: Uint8Array, b: Uint8Array): Check => (timingSafeEqual(a, b) ? 'valid' : 'invalid');
