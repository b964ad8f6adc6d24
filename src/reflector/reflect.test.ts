import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../base/index.ts';
import { decodeMessage, readAttribute, SOFTWARE } from '../stun/index.ts';
import { ROLE_NAMES, type RoleName } from './index.ts';
import { ASKER, ask, change, ENDPOINTS, FULL, failure, padding, raw, read, responsePort } from './test-asker.ts';

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
