import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Endpoint, endpoint, formatEndpoint } from '../base/index.ts';
import {
  BINDING,
  CHANGE_REQUEST,
  CHANGED_ADDRESS,
  decodeMessage,
  ERROR_CODE,
  encodeMessage,
  FULLCONE_CAPABILITIES,
  FULLCONE_HELLO,
  MAPPED_ADDRESS,
  type Message,
  makeAttribute,
  OTHER_ADDRESS,
  PADDING,
  type RawAttribute,
  RESPONSE_ORIGIN,
  RESPONSE_PORT,
  readAttribute,
  SOFTWARE,
  SOURCE_ADDRESS,
  UNKNOWN_ATTRIBUTES,
  XOR_MAPPED_ADDRESS,
} from '../stun/index.ts';
import { type Action, type Capabilities, ROLE_NAMES, type RoleName, reflect } from './index.ts';

const ID = Uint8Array.from({ length: 12 }, (_, i) => 0xa0 + i);
/** 128 bits that do not begin with the cookie. */
const OLD_ID = Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i);
const ASKER = endpoint('203.0.113.44', 9000);

/** Written out, so that the table of roles is compared with something. */
const ENDPOINTS: Record<RoleName, Endpoint> = {
  primary: endpoint('198.51.100.10', 3478),
  'primary-alternate-port': endpoint('198.51.100.10', 3479),
  alternate: endpoint('198.51.100.20', 3479),
  'alternate-primary-port': endpoint('198.51.100.20', 3478),
};
const FULL: Capabilities = {
  endpoints: ENDPOINTS,
  alternate: true,
  responsePort: true,
  rfc3489: false,
  announcedRate: 20_000,
  fault: null,
};
const with3489: Capabilities = { ...FULL, rfc3489: true };

const raw = (type: number, ...bytes: number[]): RawAttribute => ({ type, value: Uint8Array.from(bytes) });
const change = (address: boolean, port: boolean, id = ID) => makeAttribute(CHANGE_REQUEST, { address, port }, id);
const responsePort = (port: number) => makeAttribute(RESPONSE_PORT, port, ID);
const padding = (length: number) => makeAttribute(PADDING, new Uint8Array(length), ID);

function request(attributes: readonly RawAttribute[], overrides: Partial<Message> = {}): Uint8Array {
  return encodeMessage({ class: 'request', method: BINDING, transactionId: ID, attributes, ...overrides });
}

const ask = (attributes: readonly RawAttribute[], capabilities = FULL, at: RoleName = 'primary') =>
  reflect({ bytes: request(attributes), from: ASKER, at }, capabilities);

/** What an answer says, in words that are easy to compare. */
function read(action: Action): Record<string, unknown> {
  if (action.kind === 'drop') return { drop: action.why };
  const decoded = decodeMessage(action.bytes);
  if (decoded.kind !== 'message') throw new Error(decoded.why);
  const { message } = decoded;
  const said: Record<string, unknown> = { class: message.class, from: action.from, to: formatEndpoint(action.to) };
  const attributes = [
    MAPPED_ADDRESS,
    XOR_MAPPED_ADDRESS,
    RESPONSE_ORIGIN,
    OTHER_ADDRESS,
    SOURCE_ADDRESS,
    CHANGED_ADDRESS,
    ERROR_CODE,
    UNKNOWN_ATTRIBUTES,
    FULLCONE_CAPABILITIES,
  ] as const;
  for (const attribute of attributes) {
    const result = readAttribute<unknown>(message, attribute);
    if (result?.kind === 'error') throw new Error(result.error);
    if (result) said[attribute.name] = result.value;
  }
  const found = readAttribute(message, PADDING);
  if (found?.kind === 'ok') said['PADDING'] = found.value.length;
  return said;
}

const failure = (code: number, ...unknown: number[]) => ({
  class: 'error',
  from: 'primary',
  to: '203.0.113.44:9000',
  'ERROR-CODE': { code, reason: code === 400 ? 'Bad Request' : 'Unknown Attribute' },
  ...(unknown.length > 0 ? { 'UNKNOWN-ATTRIBUTES': unknown } : {}),
});

describe('CHANGE-REQUEST: RFC 5780 section 6.1, table 1', () => {
  // asked at; answered from without change, with another port, another address, both; OTHER-ADDRESS.
  const ROWS: [RoleName, string, string, string, string, string][] = [
    ['primary', '10:3478', '10:3479', '20:3478', '20:3479', '20:3479'],
    ['primary-alternate-port', '10:3479', '10:3478', '20:3479', '20:3478', '20:3478'],
    ['alternate', '20:3479', '20:3478', '10:3479', '10:3478', '10:3478'],
    ['alternate-primary-port', '20:3478', '20:3479', '10:3478', '10:3479', '10:3479'],
  ];
  const cases = ROWS.flatMap(([at, same, port, address, both, other]) => [
    { at, asked: [], what: 'without', from: same, other },
    { at, asked: [change(false, false)], what: 'with no flag', from: same, other },
    { at, asked: [change(false, true)], what: 'change port', from: port, other },
    { at, asked: [change(true, false)], what: 'change address', from: address, other },
    { at, asked: [change(true, true)], what: 'change both', from: both, other },
  ]);
  const short = (at: Endpoint): string => `${at.address.slice(-2)}:${at.port}`;

  test.each(cases)('at $at $what: from $from', ({ at, asked, from, other }) => {
    const action = ask(asked, FULL, at);
    const said = read(action);
    expect(said).toEqual({
      class: 'success',
      from: ROLE_NAMES.find((role) => short(ENDPOINTS[role]) === from),
      to: '203.0.113.44:9000',
      'MAPPED-ADDRESS': ASKER,
      'XOR-MAPPED-ADDRESS': ASKER,
      'RESPONSE-ORIGIN': ROLE_NAMES.map((role) => ENDPOINTS[role]).find((at) => short(at) === from),
      'OTHER-ADDRESS': ROLE_NAMES.map((role) => ENDPOINTS[role]).find((at) => short(at) === other),
    });
  });

  test.each([
    [false, false],
    [false, true],
    [true, true],
  ])('without a second address it gets 420, whatever its flags (%s, %s)', (address, port) => {
    const capabilities = { ...FULL, alternate: false };
    expect(read(ask([change(address, port)], capabilities))).toEqual(failure(420, 3));
    expect(read(ask([], capabilities))).not.toHaveProperty('OTHER-ADDRESS');
  });

  test('the fault that ignores it answers with success from the role that was asked', () => {
    const said = read(ask([change(true, true)], { ...FULL, fault: 'ignores-change-request' }));
    expect(said).toMatchObject({ class: 'success', from: 'primary', 'RESPONSE-ORIGIN': ENDPOINTS.primary });
  });
});

describe('RESPONSE-PORT', () => {
  test('moves the answer to another port of the asker, whose mapping it still tells', () => {
    const said = read(ask([responsePort(5060), change(true, true)]));
    expect(said).toMatchObject({ class: 'success', from: 'alternate', to: '203.0.113.44:5060' });
    expect(said).toMatchObject({ 'XOR-MAPPED-ADDRESS': ASKER, 'MAPPED-ADDRESS': ASKER });
  });

  test.each([
    ['switched off', { ...FULL, responsePort: false }],
    ['the fault', { ...FULL, fault: 'no-response-port' as const }],
  ])('%s: 420 to where the request came from', (_, capabilities) => {
    expect(read(ask([responsePort(5060)], capabilities))).toEqual(failure(420, 0x27));
  });

  test.each([
    ['port 0', [responsePort(0)]],
    ['a length of 3', [raw(0x27, 1, 2, 3)]],
    ['together with PADDING', [responsePort(5060), padding(8)]],
    ['together with PADDING, the other way round', [padding(0), responsePort(5060)]],
  ])('%s: 400 to where the request came from', (_, attributes) => {
    expect(read(ask(attributes))).toEqual(failure(400));
  });
});

test.each([
  ['of 3 bytes', raw(3, 0, 0, 6)],
  ['of 8 bytes', raw(3, 0, 0, 0, 6, 0, 0, 0, 6)],
  ['empty', raw(3)],
])('a CHANGE-REQUEST %s: 400', (_, attribute) => {
  expect(read(ask([attribute]))).toEqual(failure(400));
});

test.each([
  [0, 0],
  [7, 7],
  [1500, 1500],
  [9000, 1500],
])('%i bytes of PADDING come back as %i', (asked, answered) => {
  expect(read(ask([padding(asked)]))).toMatchObject({ class: 'success', PADDING: answered });
});

describe('attributes that are not ours', () => {
  test('all unknown required ones are named once, in their order', () => {
    const attributes = [raw(0x24, 1), raw(0x8022, 1), raw(0x7fff), raw(0x24, 2), raw(0xc057), change(true, true)];
    expect(read(ask(attributes))).toEqual(failure(420, 0x24, 0x7fff));
  });

  test.each([2, 4, 5, 7, 0xb])('those that RFC 8489 took away from RFC 3489 are unknown: %i', (type) => {
    expect(read(ask([raw(type, 0, 1, 0x0d, 0x96, 203, 0, 113, 99)]))).toEqual(failure(420, type));
  });

  test.each([1, 6, 8, 9, 0xa, 0x14, 0x15, 0x1c, 0x1d, 0x1e, 0x20, 0x8022, 0x8028, 0xffff])(
    'those of answers, of authentication and optional ones are ignored, whatever is in them: %i',
    (type) => {
      expect(read(ask([raw(type, 1, 2, 3)]))).toEqual(read(ask([])));
    },
  );

  test('what follows the integrity was not signed by the asker and moves nothing', () => {
    expect(read(ask([raw(8, ...new Uint8Array(20)), responsePort(5060)]))).toEqual(read(ask([])));
  });

  test('SOFTWARE is not told, so that an answer stays short', () => {
    const action = ask([]);
    const decoded = action.kind === 'send' ? decodeMessage(action.bytes) : null;
    if (decoded?.kind !== 'message') throw new Error('no answer');
    expect(readAttribute(decoded.message, SOFTWARE)).toBeNull();
    expect(action).toHaveProperty('bytes.length', 68);
  });
});

describe('capabilities', () => {
  const hello = (version: number, filler = 0) => makeAttribute(FULLCONE_HELLO, { version, filler }, ID);
  const told = (version: number, responsePort: boolean, changeRequest: boolean) => ({
    'FULLCONE-CAPABILITIES': { version, responsePort, changeRequest, rate: 20_000 },
  });

  test.each([
    ['all of them', [hello(1)], FULL, told(1, true, true)],
    ['to a later version', [hello(9, 60)], FULL, told(1, true, true)],
    ['without a second address', [hello(1)], { ...FULL, alternate: false }, told(1, true, false)],
    ['without RESPONSE-PORT', [hello(1)], { ...FULL, responsePort: false }, told(1, false, true)],
    ['with the fault', [hello(1)], { ...FULL, fault: 'no-response-port' as const }, told(1, false, true)],
  ])('are told to those who ask: %s', (_, attributes, capabilities, expected) => {
    expect(read(ask(attributes, capabilities))).toMatchObject({ class: 'success', ...expected });
  });

  test('are not told to others, nor by errors, nor for a hello without a version', () => {
    for (const attributes of [[], [hello(1), raw(0x7fff)], [raw(0xfc01, 0, 0, 0, 0)], [raw(0xfc01, 1)]])
      expect(read(ask(attributes))).not.toHaveProperty('FULLCONE-CAPABILITIES');
  });

  test('filler makes a request as long as its answer', () => {
    const bytes = request([hello(1, 52)]);
    expect(reflect({ bytes, from: ASKER, at: 'primary' }, FULL)).toHaveProperty('bytes.length', 80);
    expect(bytes).toHaveLength(80);
  });
});

describe('RFC 3489', () => {
  const ask3489 = (attributes: readonly RawAttribute[], capabilities = with3489) =>
    read(reflect({ bytes: request(attributes, { transactionId: OLD_ID }), from: ASKER, at: 'primary' }, capabilities));

  test('is answered in its own words when opted in', () => {
    expect(ask3489([change(true, true, OLD_ID)])).toEqual({
      class: 'success',
      from: 'alternate',
      to: '203.0.113.44:9000',
      'MAPPED-ADDRESS': ASKER,
      'SOURCE-ADDRESS': ENDPOINTS.alternate,
      'CHANGED-ADDRESS': ENDPOINTS.alternate,
    });
  });

  test('is met with silence otherwise', () => {
    expect(ask3489([], FULL)).toEqual({ drop: 'rfc3489' });
  });

  test('RESPONSE-ADDRESS is refused, and an odd number of unknown types is made even', () => {
    const elsewhere = raw(2, 0, 1, 0x0d, 0x96, 203, 0, 113, 99);
    expect(ask3489([elsewhere])).toEqual(failure(420, 2, 2));
    expect(ask3489([elsewhere, raw(0x27, 1, 2)])).toEqual(failure(420, 2, 0x27));
    expect(ask3489([change(true, true, OLD_ID)], { ...with3489, alternate: false })).toEqual(failure(420, 3, 3));
  });

  test('a modern request is answered as ever', () => {
    expect(read(ask([], with3489))).toEqual(read(ask([])));
  });
});

describe('silence', () => {
  const secret: Partial<Message> = { method: 2, transactionId: OLD_ID };
  test.each([
    ['an indication', { bytes: request([], { class: 'indication' }) }, 'indication'],
    ['a success', { bytes: request([], { class: 'success' }) }, 'answer'],
    ['an error', { bytes: request([], { class: 'error' }) }, 'answer'],
    ['another method', { bytes: request([], { method: 3 }) }, 'other-method'],
    ['a shared secret request', { bytes: request([], secret) }, 'other-method'],
    ['an answer of RFC 3489', { bytes: request([], { class: 'success', transactionId: OLD_ID }) }, 'answer'],
    ['SIP', { bytes: new TextEncoder().encode('OPTIONS sip:pbx@example.org SIP/2.0\r\n\r\n') }, 'not-stun'],
    ['nothing', { bytes: new Uint8Array() }, 'not-stun'],
    ['a message cut short', { bytes: request([change(true, true)]).subarray(0, 24) }, 'malformed'],
    ['port 0', { from: endpoint('203.0.113.44', 0) }, 'no-source-port'],
    ...ROLE_NAMES.map((role) => [`a request from our ${role}`, { from: ENDPOINTS[role] }, 'own-address'] as const),
  ] as const)('meets %s', (_, overrides, why) => {
    const datagram = { bytes: request([]), from: ASKER, at: 'primary' as const, ...overrides };
    expect(reflect(datagram, with3489)).toEqual({ kind: 'drop', why });
  });
});

describe('for any datagram', () => {
  const anyAttribute = fc.record({
    type: fc.oneof(fc.constantFrom(3, 0x26, 0x27, 0xfc01), fc.nat(0xffff)),
    value: fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom(Uint8Array.of(0, 0, 0, 6), Uint8Array.of(19, 196)),
    ),
  });
  const anyMessage = fc.record({
    class: fc.constantFrom('request', 'request', 'request', 'indication', 'success', 'error'),
    method: fc.constantFrom(BINDING, BINDING, BINDING, 2, 3),
    transactionId: fc.constantFrom(ID, OLD_ID),
    attributes: fc.array(anyAttribute, { maxLength: 5 }),
  });
  const encoded = anyMessage
    .filter(
      ({ method, transactionId, ...message }) => transactionId === ID || (method < 3 && message.class !== 'indication'),
    )
    .map((message) => encodeMessage(message));
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    encoded,
    fc.tuple(encoded, fc.nat(), fc.nat(255)).map(damage),
  );
  const anyDatagram = fc.record({
    bytes: anyBytes,
    from: fc.record({ address: fc.ipV4(), port: fc.nat(65_535) }),
    at: fc.constantFrom(...ROLE_NAMES),
  });
  const anyCapabilities = fc.record({
    endpoints: fc.constant(ENDPOINTS),
    alternate: fc.boolean(),
    responsePort: fc.boolean(),
    rfc3489: fc.boolean(),
    announcedRate: fc.nat(),
    fault: fc.constantFrom(null, 'ignores-change-request' as const, 'no-response-port' as const),
  });

  function damage([bytes, at, value]: [Uint8Array, number, number]): Uint8Array {
    const copy = Uint8Array.from(bytes);
    copy[at % copy.length] = value;
    return copy;
  }

  test('nothing throws, only the asker is answered, and an answer is never answered', () => {
    let sent = 0;
    fc.assert(
      fc.property(anyDatagram, anyCapabilities, (datagram, capabilities) => {
        const action = reflect(datagram, capabilities);
        if (action.kind === 'drop') return;
        sent++;
        expect(action.to.address).toBe(datagram.from.address);
        expect(action.to.port).toBeGreaterThan(0);
        expect(capabilities.alternate || action.from === datagram.at).toBe(true);
        for (const at of ROLE_NAMES) {
          const echo = reflect({ bytes: action.bytes, from: action.to, at }, capabilities);
          expect(echo).toEqual({ kind: 'drop', why: 'answer' });
        }
      }),
      { numRuns: 5_000 },
    );
    // A property of requests that nobody answers would hold, too.
    expect(sent).toBeGreaterThan(500);
  });

  test('an error answer goes to the very endpoint that asked, from the role that was asked', () => {
    fc.assert(
      fc.property(anyDatagram, anyCapabilities, (datagram, capabilities) => {
        const action = reflect(datagram, capabilities);
        const said = read(action);
        if (action.kind === 'drop' || said['class'] !== 'error') return;
        expect([action.from, action.to]).toEqual([datagram.at, datagram.from]);
      }),
      { numRuns: 2_000 },
    );
  });
});
