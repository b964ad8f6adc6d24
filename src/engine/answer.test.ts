import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpoint } from '../base/index.ts';
import {
  addFingerprint,
  BINDING,
  CHANGED_ADDRESS,
  decodeMessage,
  ERROR_CODE,
  encodeMessage,
  FULLCONE_CAPABILITIES,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  MAPPED_ADDRESS,
  type Message,
  makeAttribute,
  OTHER_ADDRESS,
  type RawAttribute,
  readAttribute,
  XOR_MAPPED_ADDRESS,
  XOR_MAPPED_ADDRESS_OLD,
} from '../stun/index.ts';
import { type Answer, bindingRequest, type RequestOptions, readAnswer, readServer } from './answer.ts';
import { readRequest } from './test-network.ts';
import { ALTERNATE, PRIMARY_OTHER, seenFrom } from './test-plan.ts';

const ID = Uint8Array.from({ length: 12 }, (_, index) => 0xa0 + index);
const OLD_ID = Uint8Array.from({ length: 16 }, (_, index) => 0x10 + index);
const MAPPED = seenFrom(9000);
const WRONG = endpoint('192.0.2.1', 1);
/** What a router makes of the mapping that looks for addresses in packets. */
const LOCAL = endpoint('192.168.0.100', 9000);

const message = (attributes: readonly RawAttribute[], rest: Partial<Message> = {}): Uint8Array =>
  encodeMessage({ class: 'success', method: BINDING, transactionId: ID, attributes, ...rest });

const xor = (at = MAPPED) => makeAttribute(XOR_MAPPED_ADDRESS, at, ID);
const plain = (at = MAPPED) => makeAttribute(MAPPED_ADDRESS, at, ID);
const oldXor = (at = MAPPED) => makeAttribute(XOR_MAPPED_ADDRESS_OLD, at, ID);
const other = makeAttribute(OTHER_ADDRESS, ALTERNATE, ID);
const changed = makeAttribute(CHANGED_ADDRESS, PRIMARY_OTHER, ID);
const capabilities = (rate: number) =>
  makeAttribute(FULLCONE_CAPABILITIES, { version: 1, responsePort: true, changeRequest: true, calls: false, rate }, ID);
const error = (code: number) => makeAttribute(ERROR_CODE, { code, reason: 'because' }, ID);
const broken = (type: number): RawAttribute => ({ type, value: Uint8Array.of(1, 2, 3, 4, 5) });

/** In words that are easy to compare. */
function read(bytes: Uint8Array): Record<string, unknown> {
  const answer: Answer = readAnswer(bytes);
  if (answer.kind === 'nothing') return { kind: 'nothing' };
  const { transactionId, ...rest } = answer;
  expect([...transactionId]).toEqual([...(transactionId.length === 12 ? ID : OLD_ID)]);
  if (rest.kind !== 'success') return rest;
  return { kind: rest.kind, mapped: rest.mapped, ...readServer(rest.message) };
}

const success = (more: object = {}) => ({
  kind: 'success',
  mapped: MAPPED,
  other: null,
  allowedRate: null,
  token: null,
  calls: false,
  ...more,
});
const invalid = (what: string) => ({ kind: 'invalid', what });
const NO_MAPPING = invalid('no-mapping');
const NOTHING = { kind: 'nothing' };

function wrongChecksum(): Uint8Array {
  const bytes = addFingerprint(message([xor()]));
  return bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1);
}

describe('an answer', () => {
  it.each<[about: string, bytes: Uint8Array, says: object]>([
    ['with XOR-MAPPED-ADDRESS', message([xor()]), success()],
    ['of an old server: MAPPED-ADDRESS only', message([plain()]), success()],
    [
      'of a server that hears both families with one socket',
      message([xor(endpoint(`::ffff:${MAPPED.address}`, MAPPED.port))]),
      success(),
    ],
    ['of a very old draft', message([oldXor()]), success()],
    ['with both', message([plain(), oldXor(), xor()]), success()],
    ['with both: what a router cannot rewrite counts', message([plain(LOCAL), xor()]), success()],
    ['with two that differ, of which nobody knows the right one', message([plain(WRONG), xor()]), NO_MAPPING],
    ['with two that differ, both of them hidden', message([oldXor(WRONG), xor()]), NO_MAPPING],
    ['with two private ones', message([plain(LOCAL), xor(endpoint('10.0.0.1', 9000))]), NO_MAPPING],
    ['with a broken XOR-MAPPED-ADDRESS and a good plain one', message([broken(0x0020), plain()]), NO_MAPPING],
    ['with a good XOR-MAPPED-ADDRESS and a broken plain one', message([xor(), broken(0x0001)]), NO_MAPPING],
    ['with a checksum', addFingerprint(message([xor()])), success()],
    ['with a checksum that is wrong', wrongChecksum(), invalid('malformed')],
    [
      'with a mapping of IPv6',
      message([xor(endpoint('2001:db8::44', 9000))]),
      success({ mapped: endpoint('2001:db8::44', 9000) }),
    ],
    ['with a group as mapping', message([xor(endpoint('224.0.0.1', 9000))]), NO_MAPPING],
    ['with nobody as mapping', message([xor(endpoint('0.0.0.0', 9000))]), NO_MAPPING],
    ['with OTHER-ADDRESS', message([xor(), other]), success({ other: ALTERNATE })],
    ['with CHANGED-ADDRESS', message([xor(), changed]), success({ other: PRIMARY_OTHER })],
    ['with both: the newer one counts', message([xor(), changed, other]), success({ other: ALTERNATE })],
    ['with a broken OTHER-ADDRESS', message([xor(), broken(0x802c)]), success()],
    [
      'with a token',
      message([xor(), makeAttribute(FULLCONE_TOKEN, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 0xff), ID)]),
      success({ token: '01020304050607ff' }),
    ],
    ['of one of our reflectors', message([xor(), capabilities(20_000)]), success({ allowedRate: 20_000 })],
    ['of one that promises nothing', message([xor(), capabilities(0)]), success()],
    ['without any mapping', message([]), NO_MAPPING],
    ['with a broken mapping only', message([broken(0x0020)]), NO_MAPPING],
    ['with port 0', message([xor(seenFrom(0))]), NO_MAPPING],
    ['to another method', message([xor()], { method: 3 }), invalid('malformed')],
    ['that is an error', message([error(420)], { class: 'error' }), { kind: 'error', code: 420 }],
    [
      'that is an error with a mapping: still an error',
      message([error(500), xor()], { class: 'error' }),
      { kind: 'error', code: 500 },
    ],
    ['that is an error without a code', message([], { class: 'error' }), invalid('malformed')],
    [
      'with a code that is none',
      message([{ type: 0x0009, value: Uint8Array.of(0, 0, 9, 99) }], { class: 'error' }),
      invalid('malformed'),
    ],
    ['that is a request', message([xor()], { class: 'request' }), NOTHING],
    ['that is an indication', message([xor()], { class: 'indication' }), NOTHING],
    ['of RFC 3489, with 16 bytes that are not ours', message([plain()], { transactionId: OLD_ID }), success()],
    ['without its last bytes', message([xor()]).slice(0, -4), invalid('malformed')],
    ['of a header alone that promises more', message([xor()]).slice(0, 20), invalid('malformed')],
    ['without its whole header', message([xor()]).slice(0, 19), NOTHING],
    ['with something behind it', Uint8Array.from([...message([xor()]), 0, 0, 0, 0]), invalid('malformed')],
    ['of nothing', new Uint8Array(0), NOTHING],
    ['of SIP', new TextEncoder().encode('OPTIONS sip:pbx SIP/2.0\r\n\r\n'), NOTHING],
  ])('%s', (_about, bytes, says) => {
    expect(read(bytes)).toEqual(says);
  });

  it('that is damaged never throws, and never is a success about nothing', () => {
    const whole = message([xor(), other, capabilities(10)]);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.nat(whole.length).map((length) => whole.slice(0, length)),
      fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, value]) => whole.with(at, value)),
    );
    fc.assert(
      fc.property(bytes, (damaged) => {
        const answer = readAnswer(damaged);
        expect(answer.kind !== 'success' || answer.mapped.port > 0).toBe(true);
        expect(answer.kind === 'success' && damaged.length < whole.length).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a request', () => {
  it.each<[options: RequestOptions, asks: object]>([
    [{ token: 'c0ffee00c0ffee00' }, { change: null, responsePort: null, token: 'c0ffee00c0ffee00' }],
    [{}, { change: null, responsePort: null }],
    [{ change: { address: true, port: false } }, { change: { address: true, port: false }, responsePort: null }],
    [{ change: { address: false, port: true } }, { change: { address: false, port: true }, responsePort: null }],
    [{ responsePort: 9000 }, { change: null, responsePort: 9000 }],
    [
      { change: null, responsePort: null },
      { change: null, responsePort: null },
    ],
  ])('%j', (options, asks) => {
    expect(readRequest(bindingRequest(ID, options))).toEqual({
      id: ID,
      token: null,
      isOrder: false,
      packet: ID,
      hello: false,
      ...asks,
    });
  });

  it('says hello only where it is told to', () => {
    const hello = (bytes: Uint8Array) => {
      const decoded = decodeMessage(bytes);
      return decoded.kind === 'message' && readAttribute(decoded.message, FULLCONE_HELLO);
    };
    expect(hello(bindingRequest(ID, { hello: true }))).toMatchObject({ kind: 'ok', value: { version: 1 } });
    expect(hello(bindingRequest(ID))).toBeNull();
  });
});
