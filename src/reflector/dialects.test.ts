import { describe, expect, test } from 'vitest';
import { endpoint } from '../base/index.ts';
import { FULLCONE_HELLO, type Message, makeAttribute, type RawAttribute } from '../stun/index.ts';
import { ROLE_NAMES, reflect } from './index.ts';
import {
  ASKER,
  ask,
  change,
  ENDPOINTS,
  FULL,
  failure,
  ID,
  OLD_ID,
  raw,
  read,
  request,
  with3489,
} from './test-asker.ts';

describe('capabilities', () => {
  const hello = (version: number, filler = 0) => makeAttribute(FULLCONE_HELLO, { version, filler }, ID);
  const told = (version: number, responsePort: boolean, changeRequest: boolean, calls = changeRequest) => ({
    'FULLCONE-CAPABILITIES': { version, responsePort, changeRequest, calls, rate: 20_000 },
  });

  test.each([
    ['all of them', [hello(1)], FULL, told(1, true, true)],
    ['to a later version', [hello(9, 60)], FULL, told(1, true, true)],
    ['without a second address', [hello(1)], { ...FULL, alternate: false }, told(1, true, false)],
    ['without RESPONSE-PORT', [hello(1)], { ...FULL, responsePort: false }, told(1, false, true)],
    ['with a fault', [hello(1)], { ...FULL, fault: 'no-response-port' as const }, told(1, false, true)],
    ['with another fault', [hello(1)], { ...FULL, fault: 'no-calls' as const }, told(1, true, true, false)],
  ])('are told to those who ask: %s', (_, attributes, capabilities, expected) => {
    expect(read(ask(attributes, capabilities))).toMatchObject({ class: 'success', ...expected });
  });

  test('are not told to others, nor by errors, nor for a hello without a version', () => {
    for (const attributes of [[], [hello(1), raw(0x7fff)], [raw(0xfc01, 0, 0, 0, 0)], [raw(0xfc01, 1)]])
      expect(read(ask(attributes))).not.toHaveProperty('FULLCONE-CAPABILITIES');
  });

  test('filler makes a request as long as its answer', () => {
    const bytes = request([hello(1, 72)]);
    expect(reflect({ bytes, from: ASKER, at: 'primary', now: 0 }, FULL)).toHaveProperty('bytes.length', 100);
    expect(bytes).toHaveLength(100);
  });
});

describe('RFC 3489', () => {
  const ask3489 = (attributes: readonly RawAttribute[], capabilities = with3489) =>
    read(
      reflect(
        { bytes: request(attributes, { transactionId: OLD_ID }), from: ASKER, at: 'primary', now: 0 },
        capabilities,
      ),
    );

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
    const datagram = { bytes: request([]), from: ASKER, at: 'primary' as const, now: 0, ...overrides };
    expect(reflect(datagram, with3489)).toEqual({ kind: 'drop', why });
  });
});
