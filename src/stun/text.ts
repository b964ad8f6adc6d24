import { err, ok, type Result } from '../base/index.ts';
import { type Attribute, orThrow } from './attribute.ts';

const encoder = new TextEncoder();
// A byte order mark is a character like any other here, or reading would change the text.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/** For words meant for people: what is not UTF-8 becomes U+FFFD. */
export const decodeLenient = (value: Uint8Array): string => lenient.decode(value);

function decodeText(value: Uint8Array, name: string): Result<string, string> {
  try {
    return ok(strict.decode(value));
  } catch {
    return err(`${name} is not UTF-8`);
  }
}

/**
 * Most texts hold "fewer than 128 characters", which are at most 509 bytes when written and 763 when
 * read (RFC 8489 sections 14.8 to 14.10, 14.14).
 */
export const LONGEST_SENT = 509;
export const LONGEST_READ = 763;

export function text(
  type: number,
  name: string,
  rfc: string,
  sent = LONGEST_SENT,
  read = LONGEST_READ,
): Attribute<string> {
  return {
    type,
    name,
    rfc,
    encode(value) {
      const bytes = encodeText(value);
      return orThrow(bytes.length > sent ? `${name} of ${bytes.length} bytes` : null, bytes);
    },
    decode: (value) => (value.length > read ? err(`${name} of ${value.length} bytes`) : decodeText(value, name)),
  };
}

export const SOFTWARE = text(0x8022, 'SOFTWARE', 'RFC 8489 14.14');
export const ALTERNATE_DOMAIN = text(0x8003, 'ALTERNATE-DOMAIN', 'RFC 8489 14.16', 255, 255);
