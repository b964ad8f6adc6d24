import { createHmac, timingSafeEqual } from 'node:crypto';
import { FINGERPRINT_TYPE, INTEGRITY_SHA256_TYPE, INTEGRITY_TYPE, opaque } from './attribute.ts';
import { append, type Check, find, upTo } from './signed.ts';

const SHA1_LENGTH = 20;
const SHA256_LENGTH = 32;
const SHA256_LEAST = 16;

export const MESSAGE_INTEGRITY = opaque(INTEGRITY_TYPE, 'MESSAGE-INTEGRITY', 'RFC 8489 14.5', SHA1_LENGTH, SHA1_LENGTH);
export const MESSAGE_INTEGRITY_SHA256 = opaque(
  INTEGRITY_SHA256_TYPE,
  'MESSAGE-INTEGRITY-SHA256',
  'RFC 8489 14.6',
  SHA256_LEAST,
  SHA256_LENGTH,
);

const hmac = (algorithm: 'sha1' | 'sha256', key: Uint8Array, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac(algorithm, key).update(bytes).digest());

/** Signs an encoded message; the key comes from `shortTermKey` or `longTermKey`. */
export function addMessageIntegrity(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  mustComeBefore(bytes, [INTEGRITY_TYPE, INTEGRITY_SHA256_TYPE, FINGERPRINT_TYPE]);
  return append(bytes, INTEGRITY_TYPE, hmac('sha1', key, upTo(bytes, bytes.length, SHA1_LENGTH)));
}

/** As `addMessageIntegrity`, with the stronger hash. May follow it (RFC 8489 section 9.1.2). */
export function addMessageIntegritySha256(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  mustComeBefore(bytes, [INTEGRITY_SHA256_TYPE, FINGERPRINT_TYPE]);
  return append(bytes, INTEGRITY_SHA256_TYPE, hmac('sha256', key, upTo(bytes, bytes.length, SHA256_LENGTH)));
}

function mustComeBefore(bytes: Uint8Array, types: readonly number[]): void {
  const found = types.find((type) => find(bytes, type, []));
  if (found !== undefined) throw new RangeError(`integrity does not go behind attribute 0x${found.toString(16)}`);
}

/** Not for messages of RFC 3489: its section 11.2.8 fills the text up to 64 bytes before it signs, this does not. */
export function verifyMessageIntegrity(bytes: Uint8Array, key: Uint8Array): Check {
  const found = find(bytes, INTEGRITY_TYPE, [INTEGRITY_SHA256_TYPE, FINGERPRINT_TYPE]);
  if (!found) return 'absent';
  if (found.value.length !== SHA1_LENGTH) return 'invalid';
  return same(found.value, hmac('sha1', key, upTo(bytes, found.at, SHA1_LENGTH)));
}

/** `least` is for usages that allow a shortened value; without one, none may (RFC 8489 section 14.6). */
export function verifyMessageIntegritySha256(bytes: Uint8Array, key: Uint8Array, least: number = SHA256_LENGTH): Check {
  const found = find(bytes, INTEGRITY_SHA256_TYPE, [FINGERPRINT_TYPE]);
  if (!found) return 'absent';
  const { length } = found.value;
  if (length < Math.max(SHA256_LEAST, least) || length > SHA256_LENGTH || length & 3) return 'invalid';
  return same(found.value, hmac('sha256', key, upTo(bytes, found.at, length)).subarray(0, length));
}

const same = (a: Uint8Array, b: Uint8Array): Check => (timingSafeEqual(a, b) ? 'valid' : 'invalid');
