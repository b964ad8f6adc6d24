import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALTERNATE_SERVER,
  type Attribute,
  BINDING,
  CHANGE_REQUEST,
  ERROR_CODE,
  FINGERPRINT,
  MAPPED_ADDRESS,
  type Message,
  makeAttribute,
  NONCE,
  OTHER_ADDRESS,
  PADDING,
  PASSWORD_ALGORITHM,
  PASSWORD_ALGORITHMS,
  type RawAttribute,
  RESPONSE_ORIGIN,
  RESPONSE_PORT,
  readAttribute,
  SOFTWARE,
  SOURCE_ADDRESS,
  UNKNOWN_ATTRIBUTES,
  USERNAME,
  unknownRequired,
  XOR_MAPPED_ADDRESS,
  XOR_MAPPED_ADDRESS_OLD,
} from './index.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const id = hex('000102030405060708090a0b');
const oldId = hex('0f0e0d0c0b0a09080706050403020100');

describe('bytes of values', () => {
  const v6 = { address: '2001:db8::1', port: 5060 };
  const cases: readonly (readonly [string, Attribute<unknown>, unknown, string])[] = [
    ['IPv4', MAPPED_ADDRESS, { address: '192.0.2.1', port: 5060 }, '000113c4 c0000201'],
    ['IPv6', OTHER_ADDRESS, v6, '000213c4 20010db8000000000000000000000001'],
    ['IPv4, combined', XOR_MAPPED_ADDRESS, { address: '192.0.2.1', port: 5060 }, '000132d6 e112a643'],
    ['IPv6, combined', XOR_MAPPED_ADDRESS, v6, '000232d6 0113a9fa00010203040506070809 0a0a'],
    ['no address and no port', RESPONSE_ORIGIN, { address: '0.0.0.0', port: 0 }, '00010000 00000000'],
    ['all ones', SOURCE_ADDRESS, { address: '255.255.255.255', port: 65535 }, '0001ffff ffffffff'],
    ['another server', ALTERNATE_SERVER, { address: '198.51.100.7', port: 3478 }, '00010d96 c6336407'],
    ['change both', CHANGE_REQUEST, { address: true, port: true }, '00000006'],
    ['change the address', CHANGE_REQUEST, { address: true, port: false }, '00000004'],
    ['change the port', CHANGE_REQUEST, { address: false, port: true }, '00000002'],
    ['change nothing', CHANGE_REQUEST, { address: false, port: false }, '00000000'],
    ['a port', RESPONSE_PORT, 9000, '2328'],
    ['padding', PADDING, hex('000000'), '000000'],
    ['an error', ERROR_CODE, { code: 420, reason: 'Unknown Attribute' }, '00000414 556e6b6e6f776e20417474726962757465'],
    ['the last error', ERROR_CODE, { code: 699, reason: '' }, '00000663'],
    ['no types', UNKNOWN_ATTRIBUTES, [], ''],
    ['types', UNKNOWN_ATTRIBUTES, [0x0002, 0x7fff, 0x0027], '00027fff0027'],
    ['text', SOFTWARE, 'vörn', '76c3b6726e'],
    ['a byte order mark', NONCE, '\ufeffa', 'efbbbf61'],
    ['a crc', FINGERPRINT, 0xfedcba98, 'fedcba98'],
    ['an algorithm', PASSWORD_ALGORITHM, { algorithm: 2, parameters: hex('0102') }, '00020002 01020000'],
    [
      'algorithms',
      PASSWORD_ALGORITHMS,
      [
        { algorithm: 2, parameters: hex('aa') },
        { algorithm: 1, parameters: hex('') },
      ],
      '00020001 aa000000 00010000',
    ],
  ];
  test.each(cases)('%s', (_, attribute, value, text) => {
    expect(attribute.encode(value, id)).toEqual(hex(text));
    expect(attribute.decode(hex(text), id)).toEqual({ kind: 'ok', value });
  });

  test('the old number is combined as the new one; without a cookie, the id of 16 bytes is the key', () => {
    const value = { address: '192.0.2.1', port: 5060 };
    expect(XOR_MAPPED_ADDRESS_OLD.encode(value, id)).toEqual(hex('000132d6 e112a643'));
    expect(XOR_MAPPED_ADDRESS_OLD.decode(hex('00011cca cf0e0f0d'), oldId)).toEqual({ kind: 'ok', value });
  });
});

describe('what old and sloppy peers send', () => {
  test.each<[string, Attribute<unknown>, string, unknown]>([
    ['a first byte that is not zero', MAPPED_ADDRESS, 'ff0113c4 c0000201', { address: '192.0.2.1', port: 5060 }],
    ['flags that mean nothing', CHANGE_REQUEST, 'fffffff9', { address: false, port: false }],
    ['a port with its padding counted', RESPONSE_PORT, '23280000', 9000],
    ['reserved bits in an error', ERROR_CODE, 'ffffff00', null],
    ['reserved bits in an error that is one', ERROR_CODE, 'fffffc01 4e6f', { code: 401, reason: 'No' }],
    ['a reason that is not UTF-8', ERROR_CODE, '00000401 4ee9', { code: 401, reason: 'N\ufffd' }],
    ['a reason with spaces to 32 bits', ERROR_CODE, '00000401 4e6f2020', { code: 401, reason: 'No  ' }],
    [
      'no padding behind the last algorithm',
      PASSWORD_ALGORITHM,
      '00020001 aa',
      { algorithm: 2, parameters: hex('aa') },
    ],
  ])('%s', (_, attribute, text, value) => {
    const read = attribute.decode(hex(text), id);
    expect(read.kind === 'ok' ? read.value : null).toEqual(value);
  });
});

describe('values that nobody may send', () => {
  const cases: readonly (readonly [string, Attribute<unknown>, unknown])[] = [
    ['a name for an address', MAPPED_ADDRESS, { address: 'localhost', port: 1 }],
    ['an address in octal', MAPPED_ADDRESS, { address: '010.0.0.1', port: 1 }],
    ['a port of 17 bits', XOR_MAPPED_ADDRESS, { address: '192.0.2.1', port: 65536 }],
    ['half a port', MAPPED_ADDRESS, { address: '192.0.2.1', port: 0.5 }],
    ['a negative port', RESPONSE_PORT, -1],
    ['error 299', ERROR_CODE, { code: 299, reason: '' }],
    ['error 700', ERROR_CODE, { code: 700, reason: '' }],
    ['half an error', ERROR_CODE, { code: 400.5, reason: '' }],
    ['a long reason', ERROR_CODE, { code: 400, reason: 'x'.repeat(510) }],
    ['a type of 17 bits', UNKNOWN_ATTRIBUTES, [65536]],
    ['a long text', SOFTWARE, 'x'.repeat(510)],
    ['a long user name', USERNAME, 'x'.repeat(509)],
    ['a negative crc', FINGERPRINT, -1],
    ['an algorithm of 17 bits', PASSWORD_ALGORITHM, { algorithm: 65536, parameters: hex('') }],
  ];
  test.each(cases)('%s', (_, attribute, value) => {
    expect(() => attribute.encode(value, id)).toThrow(RangeError);
  });
});

describe('IPv6 text (RFC 5952, RFC 4291)', () => {
  const through = (address: string): string | null => {
    const read = MAPPED_ADDRESS.decode(MAPPED_ADDRESS.encode({ address, port: 1 }, id), id);
    return read.kind === 'ok' ? read.value.address : null;
  };

  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1::3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is %s', (given, wanted) => {
    expect(through(given)).toBe(wanted);
  });

  test.each([
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4::5:6:7:8::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '::1.2.3',
    '::256.1.1.1',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])('%j is none', (text) => {
    expect(() => through(text)).toThrow(RangeError);
  });

  test('is read back as the same bytes, whatever they are', () => {
    const word = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(word, { minLength: 16, maxLength: 16 }), (address) => {
        const value = Uint8Array.of(0, 2, 0, 1, ...address);
        const read = MAPPED_ADDRESS.decode(value, id);
        expect(read.kind === 'ok' && MAPPED_ADDRESS.encode(read.value, id)).toEqual(value);
      }),
    );
  });
});

describe('which attributes count (RFC 8489 section 14)', () => {
  const raw = (type: number, text = ''): RawAttribute => ({ type, value: hex(text) });
  const message = (...attributes: RawAttribute[]): Message => ({
    class: 'request',
    method: BINDING,
    transactionId: id,
    attributes,
  });
  const [INTEGRITY, STRONG, CRC] = [
    raw(0x0008, '00'.repeat(20)),
    raw(0x001c, '00'.repeat(32)),
    raw(0x8028, '00000001'),
  ];

  test('absent is null', () => {
    expect(readAttribute(message(), SOFTWARE)).toBeNull();
    expect(readAttribute(message(INTEGRITY), SOFTWARE)).toBeNull();
  });

  test('the first of two', () => {
    expect(readAttribute(message(raw(0x8022, '41'), raw(0x8022, '42')), SOFTWARE)).toEqual({ kind: 'ok', value: 'A' });
  });

  test('a broken first is not passed over', () => {
    const read = readAttribute(message(raw(0x0027), raw(0x0027, '2328')), RESPONSE_PORT);
    expect(read).toEqual({ kind: 'error', error: 'RESPONSE-PORT of 0 bytes' });
  });

  test.each([
    ['MESSAGE-INTEGRITY', INTEGRITY],
    ['MESSAGE-INTEGRITY-SHA256', STRONG],
  ])('nothing behind %s but what belongs there', (_, signature) => {
    const given = message(signature, raw(0x8022, '41'), raw(0x7777), CRC);
    expect(readAttribute(given, SOFTWARE)).toBeNull();
    expect(unknownRequired(given, new Set([0x0008, 0x001c]))).toEqual([]);
    expect(readAttribute(given, FINGERPRINT)).toEqual({ kind: 'ok', value: 1 });
  });

  test('the strong integrity may follow the weak one, not the other way round', () => {
    const types = (...attributes: RawAttribute[]) => unknownRequired(message(...attributes), new Set());
    expect(types(INTEGRITY, STRONG)).toEqual([0x0008, 0x001c]);
    expect(types(STRONG, INTEGRITY)).toEqual([0x001c]);
    expect(types(INTEGRITY, INTEGRITY, STRONG, STRONG)).toEqual([0x0008, 0x001c]);
  });

  test('unknown ones: required only, each once, in order', () => {
    const given = message(raw(0x7fff), raw(0x8000), raw(0x0002), raw(0x0003, '00000000'), raw(0x7fff), CRC);
    expect(unknownRequired(given, new Set([CHANGE_REQUEST.type]))).toEqual([0x7fff, 0x0002]);
  });

  test('makeAttribute', () => {
    expect(makeAttribute(RESPONSE_PORT, 9000, id)).toEqual(raw(0x0027, '2328'));
  });
});
