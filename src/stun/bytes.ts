/**
 * Big-endian reads and writes. Reading past the end gives zero: every caller has checked the length,
 * and `?? 0` costs less than a DataView per datagram.
 */
export const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

export const u32 = (bytes: Uint8Array, at: number): number => ((u16(bytes, at) << 16) | u16(bytes, at + 2)) >>> 0;

export function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  putU16(bytes, at, value >>> 16);
  putU16(bytes, at + 2, value);
}

/**
 * A view, never a copy. `subarray` of a Buffer gives a Buffer and takes three times as long;
 * this gives a plain Uint8Array whatever came in.
 */
export const view = (bytes: Uint8Array, from: number, length: number): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset + from, length);

/** How many bytes bring `length` to the 32-bit boundary (RFC 8489 section 14): 0 to 3. */
export const paddingOf = (length: number): number => -length & 3;
