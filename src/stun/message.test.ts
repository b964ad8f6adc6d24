import { describe, expect, test } from 'vitest';
import {
  addFingerprint,
  addMessageIntegrity,
  addMessageIntegritySha256,
  BINDING,
  decodeMessage,
  encodeMessage,
  longTermKey,
  type Message,
  type MessageClass,
  SHA_256,
  verifyFingerprint,
  verifyMessageIntegrity,
  verifyMessageIntegritySha256,
} from './index.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const id = hex('000102030405060708090a0b');
const oldId = hex('0f0e0d0c0b0a09080706050403020100');
const KEY = hex('010203');

/** By another implementation: HMAC-SHA-256 over the header, the first 16 bytes. */
const SHORTENED = '5086dead7192f7435a89ee9b5f769d46';

const request: Message = { class: 'request', method: BINDING, transactionId: id, attributes: [] };

describe('type (RFC 8489 section 5)', () => {
  test.each<[number, MessageClass, number]>([
    [0x0001, 'request', 0x001],
    [0x0011, 'indication', 0x001],
    [0x0101, 'success', 0x001],
    [0x0111, 'error', 0x001],
    [0x0003, 'request', 0x003],
    [0x0017, 'indication', 0x007],
    [0x0200, 'request', 0x080],
    [0x0300, 'success', 0x080],
    [0x00ef, 'request', 0x07f],
    [0x3eef, 'request', 0xfff],
    [0x3fff, 'error', 0xfff],
    [0x0000, 'request', 0x000],
  ])('%i', (type, messageClass, method) => {
    const bytes = encodeMessage({ ...request, class: messageClass, method });
    expect((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)).toBe(type);
    expect(decodeMessage(bytes)).toMatchObject({ kind: 'message', message: { class: messageClass, method } });
  });
});

describe('messages', () => {
  test('a Binding request', () => {
    expect(encodeMessage(request)).toEqual(hex('0001 0000 2112a442 000102030405060708090a0b'));
  });

  test('one of RFC 3489 has 16 bytes of id and no cookie', () => {
    const bytes = hex('0001 0008 0f0e0d0c0b0a09080706050403020100 00030004 00000006');
    const decoded = decodeMessage(bytes);
    const attributes = [{ type: 3, value: hex('00000006') }];
    expect(decoded).toEqual({ kind: 'message', message: { ...request, transactionId: oldId, attributes } });
    expect(encodeMessage({ ...request, transactionId: oldId, attributes })).toEqual(bytes);
  });

  test('padding is kept when it is not zero', () => {
    const bytes = hex('0001 0010 2112a442 000102030405060708090a0b 80220003 41424300 80220001 412020ff');
    const decoded = decodeMessage(bytes);
    expect(decoded.kind === 'message' && decoded.message.attributes).toEqual([
      { type: 0x8022, value: hex('414243') },
      { type: 0x8022, value: hex('41'), padding: hex('2020ff') },
    ]);
  });

  test('values are views of what came in', () => {
    const bytes = hex('0001 0008 2112a442 000102030405060708090a0b 80220004 41424344');
    const decoded = decodeMessage(bytes);
    bytes.fill(0x5a);
    expect(decoded).toMatchObject({ message: { attributes: [{ value: hex('5a5a5a5a') }] } });
  });

  test.each<[string, Message]>([
    ['an id of 11 bytes', { ...request, transactionId: id.slice(1) }],
    ['an id of 16 bytes that begins with the cookie', { ...request, transactionId: hex(`2112a442${'00'.repeat(12)}`) }],
    ['an indication of RFC 3489', { ...request, class: 'indication', transactionId: oldId }],
    ['a method of TURN in RFC 3489', { ...request, method: 3, transactionId: oldId }],
    ['a method of 13 bits', { ...request, method: 0x1000 }],
    ['a type of 17 bits', { ...request, attributes: [{ type: 0x10000, value: id }] }],
    ['a value of 65,536 bytes', { ...request, attributes: [{ type: 1, value: new Uint8Array(65536) }] }],
    ['padding of another length', { ...request, attributes: [{ type: 1, value: hex('41'), padding: hex('00') }] }],
  ])('%s cannot be written', (_, message) => {
    expect(() => encodeMessage(message)).toThrow(RangeError);
  });
});

describe('integrity and fingerprint', () => {
  const plain = encodeMessage(request);
  const signed = addMessageIntegrity(plain, KEY);
  const strong = addMessageIntegritySha256(plain, KEY);
  const extra = hex('80220000');
  const withExtra = (bytes: Uint8Array): Uint8Array => {
    const longer = Uint8Array.of(...bytes, ...extra);
    longer[3] = (longer[3] ?? 0) + 4;
    return longer;
  };

  test('the key matters', () => {
    expect(verifyMessageIntegrity(signed, KEY)).toBe('valid');
    expect(verifyMessageIntegrity(signed, hex('010204'))).toBe('invalid');
    expect(verifyMessageIntegritySha256(strong, hex('010204'))).toBe('invalid');
    expect(verifyMessageIntegrity(plain, KEY)).toBe('absent');
  });

  test('integrity covers what is before it, whatever is behind', () => {
    expect(verifyMessageIntegrity(withExtra(signed), KEY)).toBe('valid');
    expect(verifyMessageIntegritySha256(addFingerprint(strong), KEY)).toBe('valid');
  });

  test('the fingerprint must be the last', () => {
    const marked = addFingerprint(signed);
    expect(verifyFingerprint(marked)).toBe('valid');
    expect(verifyFingerprint(withExtra(marked))).toBe('invalid');
  });

  test('are found in the middle of a larger buffer', () => {
    const bytes = addFingerprint(addMessageIntegritySha256(signed, KEY));
    const pool = Buffer.alloc(300, 0xee);
    pool.set(bytes, 7);
    const part = pool.subarray(7, 7 + bytes.length);
    expect(verifyMessageIntegrity(part, KEY)).toBe('valid');
    expect(verifyMessageIntegritySha256(part, KEY)).toBe('valid');
    expect(verifyFingerprint(part)).toBe('valid');
  });

  test('three bytes of fingerprint are none, though the fourth would be the padding', () => {
    const ids = Array.from({ length: 5000 }, (_, i) => hex(i.toString(16).padStart(24, '0')));
    const marked = ids.map((transactionId) => addFingerprint(encodeMessage({ ...request, transactionId })));
    const bytes = marked.find((candidate) => candidate.at(-1) === 0) ?? plain;
    expect(verifyFingerprint(bytes)).toBe('valid');
    bytes[bytes.length - 5] = 3;
    expect(verifyFingerprint(bytes)).toBe('invalid');
  });

  test('integrity behind the strong one or the fingerprint does not count', () => {
    const header = '0001 %% 2112a442 000102030405060708090a0b';
    const weak = `00080014${'00'.repeat(20)}`;
    const behindStrong = hex(`${header.replace('%%', '003c')} 001c0020${'00'.repeat(32)} ${weak}`);
    expect(verifyMessageIntegrity(behindStrong, KEY)).toBe('absent');
    const behindCrc = hex(`${header.replace('%%', '0020')} 80280004 00000000 ${weak}`);
    expect(verifyMessageIntegrity(behindCrc, KEY)).toBe('absent');
  });

  test('a shortened value counts only where the usage allows it (RFC 8489 section 14.6)', () => {
    // The length in the header is signed, too, so the value cannot be cut off an existing message.
    const cut = hex(`0001 0014 2112a442 000102030405060708090a0b 001c0010 ${SHORTENED}`);
    expect(verifyMessageIntegritySha256(cut, KEY)).toBe('invalid');
    expect(verifyMessageIntegritySha256(cut, KEY, 16)).toBe('valid');
    expect(verifyMessageIntegritySha256(cut, KEY, 20)).toBe('invalid');
  });

  test('signing in the wrong order is a mistake of the program', () => {
    expect(() => addMessageIntegrity(strong, KEY)).toThrow(RangeError);
    expect(() => addMessageIntegrity(signed, KEY)).toThrow(RangeError);
    expect(() => addMessageIntegritySha256(addFingerprint(plain), KEY)).toThrow(RangeError);
    expect(() => addFingerprint(addFingerprint(plain))).toThrow(RangeError);
    expect(() => addFingerprint(plain.slice(1))).toThrow(RangeError);
  });

  test('an unknown password algorithm has no key', () => {
    expect(longTermKey('a', 'b', 'c', SHA_256)).toHaveLength(32);
    expect(longTermKey('a', 'b', 'c')).toHaveLength(16);
    expect(() => longTermKey('a', 'b', 'c', 3)).toThrow(RangeError);
  });
});
