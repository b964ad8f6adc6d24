import { paddingOf, putU16, putU32, u32 } from './bytes.ts';
import { HEADER_LENGTH, isOldType, MAGIC_COOKIE, type Message, type RawAttribute, typeOf } from './message.ts';

/**
 * Writes a message. What no message can hold (a transaction id of 11 bytes, 70,000 bytes of padding) is
 * a mistake of the program and throws a RangeError.
 */
export function encodeMessage(message: Message): Uint8Array {
  let length = 0;
  for (const attribute of message.attributes) length += sizeOf(attribute);
  if (length > 0xffff) throw new RangeError(`attributes of ${length} bytes do not fit a message`);
  const bytes = new Uint8Array(HEADER_LENGTH + length);
  encodeHeader(bytes, message, length);
  let at = HEADER_LENGTH;
  for (const attribute of message.attributes) at = encodeRaw(bytes, at, attribute);
  return bytes;
}

function sizeOf({ type, value, padding }: RawAttribute): number {
  if (type !== (type & 0xffff)) throw new RangeError(`attribute type ${type} does not fit 16 bits`);
  const zeros = paddingOf(value.length);
  if (padding && padding.length !== zeros) {
    throw new RangeError(`a value of ${value.length} bytes has ${zeros} bytes of padding, not ${padding.length}`);
  }
  return 4 + value.length + zeros;
}

function encodeHeader(bytes: Uint8Array, message: Message, length: number): void {
  const { method, transactionId: id } = message;
  if (method !== (method & 0xfff)) throw new RangeError(`method ${method} does not fit 12 bits`);
  putU16(bytes, 0, typeOf(message.class, method));
  putU16(bytes, 2, length);
  if (id.length === 12) putU32(bytes, 4, MAGIC_COOKIE);
  else if (!isOld(message)) throw new RangeError('neither a message of RFC 8489 nor one of RFC 3489');
  bytes.set(id, HEADER_LENGTH - id.length);
}

/** A 128-bit id that begins with the cookie would be read as a cookie and 96 bits. */
const isOld = ({ class: messageClass, method, transactionId: id }: Message): boolean =>
  id.length === 16 && u32(id, 0) !== MAGIC_COOKIE && isOldType(messageClass, method);

function encodeRaw(bytes: Uint8Array, at: number, { type, value, padding }: RawAttribute): number {
  const end = at + 4 + value.length;
  putU16(bytes, at, type);
  putU16(bytes, at + 2, value.length);
  bytes.set(value, at + 4);
  if (padding) bytes.set(padding, end);
  return end + paddingOf(value.length);
}
