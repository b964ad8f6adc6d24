import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../base/index.ts';
import { type Attribute, opaque } from './attribute.ts';
import { paddingOf, putU16, u16, view } from './bytes.ts';
import { encodeText, text } from './text.ts';

/** "Fewer than 509 bytes" (RFC 8489 section 14.3). */
export const USERNAME = text(0x0006, 'USERNAME', 'RFC 8489 14.3', 508, 508);
export const USERHASH = opaque(0x001e, 'USERHASH', 'RFC 8489 14.4', 32, 32);
export const REALM = text(0x0014, 'REALM', 'RFC 8489 14.9');
export const NONCE = text(0x0015, 'NONCE', 'RFC 8489 14.10');

/** RFC 8489 section 18.5. */
export const MD5 = 0x0001;
export const SHA_256 = 0x0002;

export interface PasswordAlgorithm {
  readonly algorithm: number;
  readonly parameters: Uint8Array;
}

/** RFC 8489 section 14.12: the algorithm, the length of its parameters, these, and padding. */
export const PASSWORD_ALGORITHM: Attribute<PasswordAlgorithm> = {
  type: 0x001d,
  name: 'PASSWORD-ALGORITHM',
  rfc: 'RFC 8489 14.12',
  encode: (value) => encodeAlgorithms([value]),
  decode(value) {
    const list = decodeAlgorithms(value);
    if (list.kind === 'error') return list;
    const [first, ...others] = list.value;
    return first && others.length === 0 ? ok(first) : err(`PASSWORD-ALGORITHM with ${list.value.length} algorithms`);
  },
};

/** RFC 8489 section 14.11: any number of them, the one that is liked best first. */
export const PASSWORD_ALGORITHMS: Attribute<readonly PasswordAlgorithm[]> = {
  type: 0x8002,
  name: 'PASSWORD-ALGORITHMS',
  rfc: 'RFC 8489 14.11',
  encode: encodeAlgorithms,
  decode: decodeAlgorithms,
};

function encodeAlgorithms(list: readonly PasswordAlgorithm[]): Uint8Array {
  const sizes = list.map(({ parameters: { length } }) => 4 + length + paddingOf(length));
  const value = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [i, { algorithm, parameters }] of list.entries()) {
    if (algorithm !== (algorithm & 0xffff)) throw new RangeError(`not a password algorithm: ${algorithm}`);
    putU16(value, at, algorithm);
    putU16(value, at + 2, parameters.length);
    value.set(parameters, at + 4);
    at += sizes[i] ?? 0;
  }
  return value;
}

function decodeAlgorithms(value: Uint8Array): Result<PasswordAlgorithm[], string> {
  const list: PasswordAlgorithm[] = [];
  let at = 0;
  while (at + 4 <= value.length) {
    const length = u16(value, at + 2);
    if (at + 4 + length > value.length) return err('password algorithm parameters pass the end');
    list.push({ algorithm: u16(value, at), parameters: view(value, at + 4, length) });
    at += 4 + length + paddingOf(length);
  }
  // Some leave out the padding of the last one; it carries nothing.
  return at < value.length ? err('a password algorithm is cut off') : ok(list);
}

/**
 * Keys and hashes of credentials. All texts must have gone through the OpaqueString profile of RFC 8265
 * before (RFC 8489 section 9.2.2); the codec takes them as they are.
 */
const digest = (algorithm: 'md5' | 'sha256', ...parts: readonly string[]): Uint8Array =>
  new Uint8Array(
    createHash(algorithm)
      .update(encodeText(parts.join(':')))
      .digest(),
  );

/** RFC 8489 section 9.1.1: the password itself. */
export const shortTermKey = (password: string): Uint8Array => encodeText(password);

/** RFC 8489 sections 9.2.2, 18.5.1. */
export const longTermKey = (username: string, realm: string, password: string, algorithm: number = MD5): Uint8Array => {
  if (algorithm !== MD5 && algorithm !== SHA_256) throw new RangeError(`unknown password algorithm ${algorithm}`);
  return digest(algorithm === MD5 ? 'md5' : 'sha256', username, realm, password);
};

/** RFC 8489 section 14.4: lets a server find the user without the name being on the wire. */
export const userhash = (username: string, realm: string): Uint8Array => digest('sha256', username, realm);
