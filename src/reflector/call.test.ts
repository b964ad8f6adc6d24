import { describe, expect, test } from 'vitest';
import { endpoint } from '../base/index.ts';
import {
  FULLCONE_CALL,
  FULLCONE_CALLED,
  FULLCONE_COLD,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  makeAttribute,
  type RawAttribute,
} from '../stun/index.ts';
import { type Action, type Capabilities, callAnswer, type RoleName, reflect } from './index.ts';
import {
  ASKER,
  change,
  ENDPOINTS,
  FULL,
  failure,
  ID,
  OLD_ID,
  padding,
  raw,
  read,
  request,
  responsePort,
  tokenFor,
  with3489,
} from './test-asker.ts';

const CALL = { id: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), ports: [5060, 5061, 443] };
const STALE = { 'ERROR-CODE': { code: 438 } };

const at = (attributes: readonly RawAttribute[], capabilities: Capabilities = FULL, from = ASKER, now = 1): Action =>
  reflect({ bytes: request(attributes), from, at: 'primary', now }, capabilities);

const order = makeAttribute(FULLCONE_CALL, CALL, ID);
const token = (from = ASKER) => makeAttribute(FULLCONE_TOKEN, tokenFor(from), ID);

describe('with a token', () => {
  test.each<[RoleName, RoleName]>([
    ['primary', 'alternate-primary-port'],
    ['primary-alternate-port', 'alternate'],
    ['alternate', 'primary-alternate-port'],
    ['alternate-primary-port', 'primary'],
  ])('ports of the asker are called from the address that was not asked: %s', (asked, caller) => {
    const action = reflect({ bytes: request([token(), order]), from: ASKER, at: asked, now: 1 }, FULL);
    expect(action).toMatchObject({ kind: 'call', from: asked, to: ASKER, caller, call: CALL });
    expect(ENDPOINTS[caller].address).not.toBe(ENDPOINTS[asked].address);
  });

  test('the answer is as usual, and says what became of the ports', () => {
    const action = at([token(), order, makeAttribute(FULLCONE_HELLO, { version: 1, filler: 0 }, ID)]);
    if (action.kind !== 'call') throw new Error(action.kind);
    const ports = CALL.ports.map((port) => ({ port, state: 'refused' as const }));
    const bytes = callAnswer(action, { id: CALL.id, ports });
    expect(read({ ...action, kind: 'send', bytes })).toEqual({
      class: 'success',
      from: 'primary',
      to: '203.0.113.44:9000',
      'MAPPED-ADDRESS': ASKER,
      'XOR-MAPPED-ADDRESS': ASKER,
      'RESPONSE-ORIGIN': ENDPOINTS.primary,
      'OTHER-ADDRESS': ENDPOINTS.alternate,
      'FULLCONE-CAPABILITIES': { version: 1, responsePort: true, changeRequest: true, calls: true, rate: 20_000 },
      'FULLCONE-CALLED': { id: CALL.id, ports },
    });
  });

  test('CHANGE-REQUEST says from where the answer comes, not who calls', () => {
    const action = at([token(), order, change(true, true)]);
    expect(action).toMatchObject({ kind: 'call', from: 'alternate', to: ASKER, caller: 'alternate-primary-port' });
  });

  test.each<[string, RawAttribute[]]>([
    ['RESPONSE-PORT', [responsePort(9000)]],
    ['PADDING', [padding(100)]],
    ['FULLCONE-COLD', [makeAttribute(FULLCONE_COLD, [9000], ID)]],
  ])('not together with %s', (_, more) => {
    expect(read(at([token(), order, ...more]))).toEqual(failure(400));
  });

  test.each<[string, number[]]>([
    ['no id', [1, 2, 3, 4]],
    ['no port', [...CALL.id]],
    ['port 0', [...CALL.id, 0, 0]],
    ['half a port', [...CALL.id, 0x23, 0x28, 0x23]],
    ['more than 32 ports', [...CALL.id, ...Array.from({ length: 66 }, () => 1)]],
  ])('not with %s', (_, bytes) => {
    expect(read(at([token(), raw(FULLCONE_CALL.type, ...bytes)]))).toEqual(failure(400));
  });
});

test.each<[string, RawAttribute[], number]>([
  ['none', [], 1],
  ['that of another address', [token(endpoint('203.0.113.45', 9000))], 1],
  ['that of another reflector', [makeAttribute(FULLCONE_TOKEN, new Uint8Array(16), ID)], 1],
  ['one of ten minutes ago', [token()], 600],
])('without a token nobody is called: %s', (_, attributes, now) => {
  expect(read(at([...attributes, order], FULL, ASKER, now))).toMatchObject(STALE);
});

const NOT_OF_THE_INTERNET = [
  '10.1.2.3',
  '172.16.0.1',
  '192.168.0.100',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.1.1',
  '224.0.0.1',
  '255.255.255.255',
  '0.0.0.1',
];

describe.each(NOT_OF_THE_INTERNET)('ports of %s', (address) => {
  const asker = endpoint(address, 9000);
  const attributes = [token(asker), order];

  test('are not called, and that is said', () => {
    const ports = CALL.ports.map((port) => ({ port, state: 'not-called' }));
    expect(read(at(attributes, FULL, asker))).toMatchObject({
      class: 'success',
      to: `${address}:9000`,
      [FULLCONE_CALLED.name]: { id: CALL.id, ports },
    });
  });

  test('are called in a laboratory', () => {
    expect(at(attributes, { ...FULL, lab: true }, asker)).toMatchObject({ kind: 'call', to: asker });
  });
});

describe('an attribute that is not known changes nothing, however it is made', () => {
  const orders: RawAttribute[][] = [[order], [token(), order], [token(), raw(FULLCONE_CALL.type, 1, 2)]];
  test.each<[string, Capabilities]>([
    ['without a second address', { ...FULL, alternate: false }],
    ['with the fault', { ...FULL, fault: 'no-calls' }],
  ])('%s', (_, capabilities) => {
    for (const attributes of orders) expect(read(at(attributes, capabilities))).toEqual(read(at([], capabilities)));
    const withPort = [token(), order, responsePort(9001)];
    expect(read(at(withPort, capabilities))).toEqual(read(at([responsePort(9001)], capabilities)));
  });

  test('in RFC 3489', () => {
    const old = (attributes: readonly RawAttribute[]) =>
      reflect({ bytes: request(attributes, { transactionId: OLD_ID }), from: ASKER, at: 'primary', now: 1 }, with3489);
    // Without an answer both would be alike, too.
    expect(old([])).toMatchObject({ kind: 'send' });
    for (const attributes of orders.slice(0, 2)) expect(read(old(attributes))).toEqual(read(old([])));
  });
});
