import { err, ok, type Result } from '../base/index.ts';
import type { Message, RawAttribute } from './message.ts';

/** How one attribute is written and read. Reading never throws; writing throws on a value that nobody may send. */
export interface Attribute<T> {
  readonly type: number;
  /** As in the registry of IANA. */
  readonly name: string;
  /** Where it is defined. */
  readonly rfc: string;
  encode(value: T, transactionId: Uint8Array): Uint8Array;
  decode(value: Uint8Array, transactionId: Uint8Array): Result<T, string>;
}

/** The attributes whose place in the message means something; defined in integrity.ts and fingerprint.ts. */
export const INTEGRITY_TYPE = 0x0008;
export const INTEGRITY_SHA256_TYPE = 0x001c;
export const FINGERPRINT_TYPE = 0x8028;

/**
 * The first occurrence counts (RFC 8489 section 14). What follows the integrity was not signed, anybody
 * may have added it: it is skipped, but for the attributes whose place is there (sections 14.5, 14.6).
 * Null: absent.
 */
export function readAttribute<T>(message: Message, attribute: Attribute<T>): Result<T, string> | null {
  let signed = false;
  for (const { type, value } of message.attributes) {
    if (type === attribute.type && (!signed || mayFollow(type))) return attribute.decode(value, message.transactionId);
    signed ||= isIntegrity(type);
  }
  return null;
}

export function makeAttribute<T>(attribute: Attribute<T>, value: T, transactionId: Uint8Array): RawAttribute {
  return { type: attribute.type, value: attribute.encode(value, transactionId) };
}

/** RFC 8489 section 14: without understanding these, a receiver cannot process the message. */
export const isComprehensionRequired = (type: number): boolean => type < 0x8000;

/** What goes into UNKNOWN-ATTRIBUTES (RFC 8489 section 6.3.1): each type once, in the order of the message. */
export function unknownRequired(message: Message, known: ReadonlySet<number>): number[] {
  const unknown = new Set<number>();
  let signed = false;
  for (const { type } of message.attributes) {
    const matters = isComprehensionRequired(type) && !known.has(type);
    if (matters && (!signed || mayFollow(type))) unknown.add(type);
    signed ||= isIntegrity(type);
  }
  return [...unknown];
}

const isIntegrity = (type: number): boolean => type === INTEGRITY_TYPE || type === INTEGRITY_SHA256_TYPE;

const mayFollow = (type: number): boolean => type === INTEGRITY_SHA256_TYPE || type === FINGERPRINT_TYPE;

/** For values that we carry but do not look into. `least` and `most` are lengths in bytes. */
export function opaque(type: number, name: string, rfc: string, least = 0, most = 0xffff): Attribute<Uint8Array> {
  const wrong = (value: Uint8Array): string | null =>
    value.length < least || value.length > most ? `${name} of ${value.length} bytes` : null;
  return {
    type,
    name,
    rfc,
    encode: (value) => orThrow(wrong(value), value),
    decode: (value) => {
      const why = wrong(value);
      return why === null ? ok(value) : err(why);
    },
  };
}

/** A value that nobody may send is a mistake of the program. */
export function orThrow<T>(why: string | null, value: T): T {
  if (why !== null) throw new RangeError(why);
  return value;
}
