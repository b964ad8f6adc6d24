import { describe, expect, test } from 'vitest';
import {
  type Attribute,
  addFingerprint,
  addMessageIntegrity,
  addMessageIntegritySha256,
  decodeMessage,
  encodeMessage,
  FINGERPRINT,
  longTermKey,
  MD5,
  type Message,
  NONCE,
  PASSWORD_ALGORITHM,
  type RawAttribute,
  REALM,
  readAttribute,
  SHA_256,
  SOFTWARE,
  shortTermKey,
  USERHASH,
  USERNAME,
  userhash,
  verifyFingerprint,
  verifyMessageIntegrity,
  verifyMessageIntegritySha256,
  XOR_MAPPED_ADDRESS,
} from './index.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));

/** RFC 5769 section 2.1. The padding is of spaces, on purpose. */
const REQUEST = hex(`
  00010058 2112a442 b7e7a701bc34d686fa87dfae
  80220010 5354554e207465737420636c69656e74
  00240004 6e0001ff
  80290008 932ff9b151263b36
  00060009 6576746a3a68367659202020
  00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
  80280004 e57a3bcf`);

/** Section 2.2. */
const IPV4_RESPONSE = hex(`
  0101003c 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200008 0001a147e112a643
  00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
  80280004 c07d4c96`);

/** Section 2.3. */
const IPV6_RESPONSE = hex(`
  01010048 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
  80280004 c8fb0b4c`);

/** Section 2.4. */
const LONG_TERM_REQUEST = hex(`
  00010060 2112a442 78ad3433c6ad72c029da412e
  00060012 e3839ee38388e383aae38383e382afe382b90000
  0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
  0014000b 6578616d706c652e6f726700
  00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`);

/** RFC 8489 appendix B.1, with the MESSAGE-INTEGRITY-SHA256 of erratum 6268. */
const SHA256_REQUEST = hex(`
  00010090 2112a442 78ad3433c6ad72c029da412e
  001e0020 4a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704
  00150029 6f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341000000
  0014000b 6578616d706c652e6f726700
  001d0004 00020000
  001c0020 b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278cc6518e65`);

const SHORT_TERM_KEY = shortTermKey('VOkJxbRl1RmTxUk/WvJxBt');
const MATRIX = 'マトリックス';

function decode(bytes: Uint8Array): Message {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'message') throw new Error(decoded.why);
  return decoded.message;
}

const read = <T>(bytes: Uint8Array, attribute: Attribute<T>): T | string | undefined => {
  const result = readAttribute(decode(bytes), attribute);
  return result?.kind === 'ok' ? result.value : result?.error;
};

/** The vector without its attributes of the given types: what was there before somebody signed it. */
function without(bytes: Uint8Array, ...types: readonly number[]): Uint8Array {
  const message = decode(bytes);
  const attributes = message.attributes.filter(({ type }: RawAttribute) => !types.includes(type));
  return encodeMessage({ ...message, attributes });
}

describe('RFC 5769', () => {
  test.each([
    ['2.1', REQUEST],
    ['2.2', IPV4_RESPONSE],
    ['2.3', IPV6_RESPONSE],
    ['2.4', LONG_TERM_REQUEST],
    ['RFC 8489 B.1', SHA256_REQUEST],
  ])('%s is written as it was read', (_, bytes) => {
    expect(encodeMessage(decode(bytes))).toEqual(bytes);
  });

  test('2.1: a request with short-term credentials', () => {
    expect(decode(REQUEST)).toMatchObject({ class: 'request', method: 1 });
    expect(decode(REQUEST).transactionId).toEqual(hex('b7e7a701bc34d686fa87dfae'));
    expect(read(REQUEST, SOFTWARE)).toBe('STUN test client');
    expect(read(REQUEST, USERNAME)).toBe('evtj:h6vY');
    expect(read(REQUEST, FINGERPRINT)).toBe(0xe57a3bcf);
    expect(verifyMessageIntegrity(REQUEST, SHORT_TERM_KEY)).toBe('valid');
    expect(verifyFingerprint(REQUEST)).toBe('valid');
  });

  test.each([
    ['2.2', IPV4_RESPONSE, '192.0.2.1'],
    ['2.3', IPV6_RESPONSE, '2001:db8:1234:5678:11:2233:4455:6677'],
  ])('%s: a response', (_, bytes, address) => {
    expect(decode(bytes)).toMatchObject({ class: 'success', method: 1 });
    expect(read(bytes, SOFTWARE)).toBe('test vector');
    expect(read(bytes, XOR_MAPPED_ADDRESS)).toEqual({ address, port: 32853 });
    expect(verifyMessageIntegrity(bytes, SHORT_TERM_KEY)).toBe('valid');
    expect(verifyFingerprint(bytes)).toBe('valid');
  });

  test('2.4: a request with long-term credentials', () => {
    expect(read(LONG_TERM_REQUEST, USERNAME)).toBe(MATRIX);
    expect(read(LONG_TERM_REQUEST, NONCE)).toBe('f//499k954d6OL34oL9FSTvy64sA');
    expect(read(LONG_TERM_REQUEST, REALM)).toBe('example.org');
    const key = longTermKey(MATRIX, 'example.org', 'TheMatrIX', MD5);
    expect(verifyMessageIntegrity(LONG_TERM_REQUEST, key)).toBe('valid');
    expect(verifyFingerprint(LONG_TERM_REQUEST)).toBe('absent');
  });

  test.each([
    ['2.1', REQUEST],
    ['2.2', IPV4_RESPONSE],
    ['2.3', IPV6_RESPONSE],
  ])('%s comes out when we sign', (_, bytes) => {
    const unsigned = without(bytes, 0x0008, 0x8028);
    expect(addFingerprint(addMessageIntegrity(unsigned, SHORT_TERM_KEY))).toEqual(bytes);
  });
});

describe('RFC 8489 B.1', () => {
  const key = longTermKey(MATRIX, 'example.org', 'TheMatrIX', SHA_256);

  test('a request with USERHASH and MESSAGE-INTEGRITY-SHA256', () => {
    expect(read(SHA256_REQUEST, USERHASH)).toEqual(userhash(MATRIX, 'example.org'));
    expect(read(SHA256_REQUEST, NONCE)).toBe('obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA');
    expect(read(SHA256_REQUEST, PASSWORD_ALGORITHM)).toEqual({ algorithm: SHA_256, parameters: new Uint8Array(0) });
    expect(verifyMessageIntegritySha256(SHA256_REQUEST, key)).toBe('valid');
    expect(verifyMessageIntegrity(SHA256_REQUEST, key)).toBe('absent');
  });

  test('comes out when we sign', () => {
    expect(addMessageIntegritySha256(without(SHA256_REQUEST, 0x001c), key)).toEqual(SHA256_REQUEST);
  });
});
