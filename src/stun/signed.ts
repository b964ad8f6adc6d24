import { putU16, u16, view } from './bytes.ts';
import { decodeMessage } from './decode.ts';
import { HEADER_LENGTH, type RawAttribute } from './message.ts';

/** What a check of integrity or fingerprint says. `absent` also means: these bytes are no message. */
export type Check = 'valid' | 'invalid' | 'absent';

export interface Found {
  /** Where its header begins. */
  readonly at: number;
  readonly value: Uint8Array;
}

/** The first attribute of a type; none behind an attribute of the types in `before`. */
export function find(bytes: Uint8Array, type: number, before: readonly number[]): Found | null {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'message') return null;
  for (const attribute of decoded.message.attributes) {
    if (attribute.type === type) return { at: offsetIn(bytes, attribute), value: attribute.value };
    if (before.includes(attribute.type)) return null;
  }
  return null;
}

/** A decoded value is a view of the message, so it knows where it was. */
const offsetIn = (bytes: Uint8Array, { value }: RawAttribute): number => value.byteOffset - bytes.byteOffset - 4;

/**
 * The message up to `at`, with the length that it has when an attribute of `size` bytes ends it: that is
 * what HMAC and CRC are computed over (RFC 8489 sections 14.5 to 14.7).
 */
export function upTo(bytes: Uint8Array, at: number, size: number): Uint8Array {
  // Not `slice`, which of a Buffer is a view: the length would be written into the message.
  const prefix = new Uint8Array(view(bytes, 0, at));
  putU16(prefix, 2, at - HEADER_LENGTH + 4 + size);
  return prefix;
}

/** `bytes` and one attribute more, whose value needs no padding. */
export function append(bytes: Uint8Array, type: number, value: Uint8Array): Uint8Array {
  if (HEADER_LENGTH + u16(bytes, 2) !== bytes.length) throw new RangeError('these bytes are no message');
  const length = u16(bytes, 2) + 4 + value.length;
  if (length > 0xffff) throw new RangeError(`attributes of ${length} bytes do not fit a message`);
  const longer = new Uint8Array(bytes.length + 4 + value.length);
  longer.set(bytes);
  putU16(longer, 2, length);
  putU16(longer, bytes.length, type);
  putU16(longer, bytes.length + 2, value.length);
  longer.set(value, bytes.length + 4);
  return longer;
}
