import { describe, expect, test } from 'vitest';
import {
  ALTERNATE_DOMAIN,
  type Attribute,
  CHANGE_REQUEST,
  decodeMessage,
  ERROR_CODE,
  encodeMessage,
  FINGERPRINT,
  MAPPED_ADDRESS,
  MESSAGE_INTEGRITY,
  MESSAGE_INTEGRITY_SHA256,
  PASSWORD_ALGORITHM,
  PASSWORD_ALGORITHMS,
  RESPONSE_PORT,
  SOFTWARE,
  takeFrame,
  UNKNOWN_ATTRIBUTES,
  USERHASH,
  USERNAME,
  unknownRequired,
  verifyFingerprint,
  verifyMessageIntegrity,
  XOR_MAPPED_ADDRESS,
} from './index.ts';
import { violation } from './invariants.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));

const ID = '000102030405060708090a0b';
const id = hex(ID);
const header = (type: string, length: string): string => `${type} ${length} 2112a442 ${ID}`;

describe('datagrams that are no message', () => {
  test.each([
    ['nothing', '', 'not-stun', '0 bytes'],
    ['one byte less than a header', `0001 0000 2112a442 ${ID.slice(2)}`, 'not-stun', '19 bytes'],
    ['RTP', `8060 0000 2112a442 ${ID}`, 'not-stun', 'top two bits'],
    ['TURN channel data', `4001 0000 2112a442 ${ID}`, 'not-stun', 'top two bits'],
    ['DTLS', '16feff 0000 000000000000 0040 01000034 00000000 00000034', 'not-stun', 'no magic cookie'],
    ['no cookie, and no type of RFC 3489', `0003 0000 11111111 ${ID}`, 'not-stun', 'no magic cookie'],
    ['no cookie, and an indication', `0011 0000 11111111 ${ID}`, 'not-stun', 'no magic cookie'],
    ['no cookie, and garbage behind', `0001 0000 11111111 ${ID} 00`, 'not-stun', 'there are 21'],
    ['a length beyond the end', header('0001', '0004'), 'malformed', 'says 24 bytes, there are 20'],
    ['the longest length', header('0001', 'fffc'), 'malformed', 'says 65552 bytes'],
    ['garbage behind the end', `${header('0001', '0000')} 00000000`, 'malformed', 'there are 24'],
    ['a length that is not a multiple of 4', `${header('0001', '0006')} 802200024142`, 'malformed', 'multiple of 4'],
    ['an attribute beyond the end', `${header('0101', '0008')} 00200008 0001a147`, 'malformed', 'byte 20 (8 bytes)'],
    [
      'an attribute that swallows the next',
      `${header('0101', '000c')} 80220009 41424344 00200008`,
      'malformed',
      'passes',
    ],
    ['an attribute of 65535 bytes', `${header('0101', '0004')} 8022ffff`, 'malformed', 'passes the end'],
    ['an attribute whose header is the end', `${header('0101', '0008')} 80220000 80220001`, 'malformed', 'byte 24'],
  ] as const)('%s', (_, text, kind, why) => {
    const decoded = decodeMessage(hex(text));
    expect(decoded).toEqual({ kind, why: expect.stringContaining(why) });
    expect(violation(hex(text))).toBeNull();
  });
});

describe('values that mean nothing', () => {
  const cases: readonly (readonly [string, Attribute<unknown>, string, string])[] = [
    ['empty address', MAPPED_ADDRESS, '', '0 bytes'],
    ['three bytes of address', MAPPED_ADDRESS, '000112', '3 bytes'],
    ['address family 3', MAPPED_ADDRESS, '00031234 01020304', 'unknown address family 3'],
    ['address family 3, long', MAPPED_ADDRESS, `00031234 ${'00'.repeat(16)}`, 'unknown address family 3'],
    ['address family 0', MAPPED_ADDRESS, '00001234 01020304', 'family 0'],
    ['IPv6 in the length of IPv4', MAPPED_ADDRESS, '00021234 01020304', 'family 2 in 8 bytes'],
    ['IPv4 in the length of IPv6', XOR_MAPPED_ADDRESS, `00011234 ${'00'.repeat(16)}`, 'family 1 in 20 bytes'],
    ['two bytes of XOR address', XOR_MAPPED_ADDRESS, '0001', '2 bytes'],
    ['empty CHANGE-REQUEST', CHANGE_REQUEST, '', '0 bytes'],
    ['long CHANGE-REQUEST', CHANGE_REQUEST, '0000000600000000', '8 bytes'],
    ['error class 7', ERROR_CODE, '00000700', 'class 7'],
    ['error class 0', ERROR_CODE, '00000014', 'class 0'],
    ['error class 2', ERROR_CODE, '00000200', 'class 2'],
    ['error number 100', ERROR_CODE, '00000464', 'number 100'],
    ['short ERROR-CODE', ERROR_CODE, '000004', '3 bytes'],
    ['endless reason', ERROR_CODE, `00000414${'41'.repeat(764)}`, '768 bytes'],
    ['odd UNKNOWN-ATTRIBUTES', UNKNOWN_ATTRIBUTES, '000100', '3 bytes'],
    ['one byte of port', RESPONSE_PORT, '13', '1 bytes'],
    ['a port with something behind', RESPONSE_PORT, '13c40001', '4 bytes'],
    ['three bytes of port', RESPONSE_PORT, '13c400', '3 bytes'],
    ['text that is not UTF-8', SOFTWARE, 'c328', 'not UTF-8'],
    ['text too long', SOFTWARE, '41'.repeat(764), '764 bytes'],
    ['user name too long', USERNAME, '41'.repeat(509), '509 bytes'],
    ['domain too long', ALTERNATE_DOMAIN, '41'.repeat(256), '256 bytes'],
    ['short hash of a user', USERHASH, '41'.repeat(31), '31 bytes'],
    ['short integrity', MESSAGE_INTEGRITY, '41'.repeat(19), '19 bytes'],
    ['shortest SHA-256 integrity', MESSAGE_INTEGRITY_SHA256, '41'.repeat(15), '15 bytes'],
    ['short fingerprint', FINGERPRINT, '414141', '3 bytes'],
    ['no password algorithm', PASSWORD_ALGORITHM, '', '0 algorithms'],
    ['two algorithms for one', PASSWORD_ALGORITHM, '0001000000020000', '2 algorithms'],
    ['half a password algorithm', PASSWORD_ALGORITHMS, '000100000002', 'cut off'],
    ['algorithm parameters beyond the end', PASSWORD_ALGORITHMS, '00010005 01020304', 'pass the end'],
  ];
  test.each(cases)('%s', (_, attribute, text, why) => {
    expect(attribute.decode(hex(text), id)).toEqual({ kind: 'error', error: expect.stringContaining(why) });
  });
});

describe('as much as fits', () => {
  const full = (type: (i: number) => number, count: number): Uint8Array =>
    encodeMessage({
      class: 'request',
      method: 1,
      transactionId: id,
      attributes: Array.from({ length: count }, (_, i) => ({ type: type(i), value: new Uint8Array(0) })),
    });

  test('16,383 attributes without a value', () => {
    const bytes = full((i) => 0x1d + i, 16383);
    const decoded = decodeMessage(bytes);
    expect(decoded.kind === 'message' && decoded.message.attributes).toHaveLength(16383);
    expect(decoded.kind === 'message' && unknownRequired(decoded.message, new Set([0x20]))).toHaveLength(16382);
    expect(violation(bytes)).toBeNull();
  });

  test('one more does not', () => {
    expect(() => full(() => 0x8022, 16384)).toThrow(RangeError);
  });
});

describe('checks of what is no message', () => {
  test.each([
    ['nothing', ''],
    ['a broken message', `${header('0101', '0008')} 00080014 00000000`],
  ])('%s', (_, text) => {
    expect(verifyMessageIntegrity(hex(text), id)).toBe('absent');
    expect(verifyFingerprint(hex(text))).toBe('absent');
  });
});

describe('streams', () => {
  test.each([
    ['nothing', '', { kind: 'need-more', bytes: 20 }],
    ['half a header', '0001 0000 2112a442', { kind: 'need-more', bytes: 12 }],
    ['a header', header('0001', '0004'), { kind: 'need-more', bytes: 4 }],
    ['the longest', header('0001', 'fffc'), { kind: 'need-more', bytes: 65532 }],
    ['HTTP', Buffer.from('GET').toString('hex'), { kind: 'not-stun', why: 'the top two bits are not zero' }],
    ['an even bad length', '0001 0002', { kind: 'not-stun', why: 'the length 2 is not a multiple of 4' }],
    ['a bad length', '0001 0003', { kind: 'not-stun', why: 'the length 3 is not a multiple of 4' }],
    ['a cookie that begins well', '0001 0000 2112a4', { kind: 'need-more', bytes: 13 }],
    ['a cookie that ends badly', '0001 0000 2112a443', { kind: 'not-stun', why: 'no magic cookie' }],
    ['a cookie that does not', '0001 0000 2112a5', { kind: 'not-stun', why: 'no magic cookie' }],
  ] as const)('%s', (_, text, frame) => {
    expect(takeFrame(hex(text))).toEqual(frame);
  });

  test('longer than the caller allows', () => {
    expect(takeFrame(hex(header('0001', '0040')), 64)).toEqual({ kind: 'not-stun', why: 'a message of 84 bytes' });
    expect(takeFrame(hex(header('0001', '002c')), 64)).toEqual({ kind: 'need-more', bytes: 44 });
  });
});
