import { err, ok } from '../base/index.ts';
import { type Attribute, FINGERPRINT_TYPE } from './attribute.ts';
import { putU32, u32 } from './bytes.ts';
import { append, type Check, find, upTo } from './signed.ts';

/** The value as on the wire. `addFingerprint` computes it, `verifyFingerprint` checks it. */
export const FINGERPRINT: Attribute<number> = {
  type: FINGERPRINT_TYPE,
  name: 'FINGERPRINT',
  rfc: 'RFC 8489 14.7',
  encode: (crc) => encodeCrc(crc),
  decode: (value) => (value.length === 4 ? ok(u32(value, 0)) : err(`FINGERPRINT of ${value.length} bytes`)),
};

function encodeCrc(crc: number): Uint8Array {
  if (crc !== crc >>> 0) throw new RangeError(`not a fingerprint: ${crc}`);
  const value = new Uint8Array(4);
  putU32(value, 0, crc);
  return value;
}

/** "STUN" in ASCII: keeps the value apart from the CRC of a protocol around it (RFC 8489 section 14.7). */
const STUN = 0x5354554e;

export function addFingerprint(bytes: Uint8Array): Uint8Array {
  if (find(bytes, FINGERPRINT_TYPE, [])) throw new RangeError('there is a fingerprint already');
  return append(bytes, FINGERPRINT_TYPE, encodeCrc(fingerprintOf(bytes, bytes.length)));
}

export function verifyFingerprint(bytes: Uint8Array): Check {
  const found = find(bytes, FINGERPRINT_TYPE, []);
  if (!found) return 'absent';
  // It must be the last attribute, or what follows would go unchecked.
  if (found.value.length !== 4 || found.at + 8 !== bytes.length) return 'invalid';
  return u32(found.value, 0) === fingerprintOf(bytes, found.at) ? 'valid' : 'invalid';
}

const fingerprintOf = (bytes: Uint8Array, at: number): number => (crc32(upTo(bytes, at, 4)) ^ STUN) >>> 0;

/** ITU-T V.42, the CRC of Ethernet and zip; by its own table because node:zlib has one only from 22.2 on. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
