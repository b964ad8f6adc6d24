import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BINDING, encodeMessage, FULLCONE_CALL, giveToken, makeAttribute } from '../stun/index.ts';
import { type Action, callAnswer, type Letter, ROLE_NAMES, reflect } from './index.ts';
import { ASKER, ENDPOINTS, FULL, ID, OLD_ID, read, request } from './test-asker.ts';

function lettersOf(action: Exclude<Action, { kind: 'drop' }>): readonly Letter[] {
  if (action.kind !== 'call') return action.kind === 'send' ? [action] : action.answers;
  const ports = action.call.ports.map((port) => ({ port, state: 'under-way' as const }));
  return [{ to: action.to, bytes: callAnswer(action, { id: action.call.id, ports }) }];
}

describe('for any datagram', () => {
  const anyAttribute = fc.record({
    type: fc.oneof(fc.constantFrom(3, 0x26, 0x27, 0xfc01, 0xfc03, 0xfc04, 0xfc05), fc.nat(0xffff)),
    value: fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom(Uint8Array.of(0, 0, 0, 6), Uint8Array.of(19, 196)),
    ),
  });
  /** Whoever has that address may order more. */
  const token = { type: 0xfc03, value: giveToken(FULL.tokenKey, ASKER.address, 0) };
  const anyOrder = fc
    .record({
      id: fc.uint8Array({ minLength: 8, maxLength: 8 }),
      ports: fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 32 }),
    })
    .map((call) => makeAttribute(FULLCONE_CALL, call, ID));
  const anyMessage = fc.record({
    class: fc.constantFrom('request', 'request', 'request', 'indication', 'success', 'error'),
    method: fc.constantFrom(BINDING, BINDING, BINDING, 2, 3),
    transactionId: fc.constantFrom(ID, OLD_ID),
    attributes: fc.array(fc.oneof(anyAttribute, fc.constant(token), anyOrder), { maxLength: 5 }),
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
    from: fc.record({ address: fc.oneof(fc.ipV4(), fc.constant(ASKER.address)), port: fc.nat(65_535) }),
    at: fc.constantFrom(...ROLE_NAMES),
    now: fc.nat(1000),
  });
  const anyCapabilities = fc.record({
    endpoints: fc.constant(ENDPOINTS),
    alternate: fc.boolean(),
    responsePort: fc.boolean(),
    rfc3489: fc.boolean(),
    announcedRate: fc.nat(),
    fault: fc.constantFrom(null, 'ignores-change-request' as const, 'no-response-port' as const, 'no-calls' as const),
    lab: fc.boolean(),
    tokenKey: fc.constant(FULL.tokenKey),
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
        expect(capabilities.alternate || action.from === datagram.at).toBe(true);
        for (const { to, bytes } of lettersOf(action)) {
          expect(to.address).toBe(datagram.from.address);
          expect(to.port).toBeGreaterThan(0);
          for (const at of ROLE_NAMES)
            expect(reflect({ bytes, from: to, at, now: 0 }, capabilities)).toEqual({ kind: 'drop', why: 'answer' });
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
        if (action.kind !== 'send' || said['class'] !== 'error') return;
        expect([action.from, action.to]).toEqual([datagram.at, datagram.from]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a call is for who has shown a token, at his own address, and from the one that he did not ask', () => {
    const some = fc.subarray([token, { type: 3, value: Uint8Array.of(0, 0, 0, 6) }]);
    const bytes = fc
      .tuple(some, anyOrder, fc.array(anyAttribute, { maxLength: 1 }))
      .map(([first, order, more]) => request([...first, order, ...more]));
    let called = 0;
    fc.assert(
      fc.property(anyDatagram, bytes, anyCapabilities, (datagram, order, capabilities) => {
        const action = reflect({ ...datagram, bytes: order }, capabilities);
        if (action.kind !== 'call') return;
        called++;
        expect(capabilities.alternate).toBe(true);
        expect(datagram.from.address).toBe(ASKER.address);
        expect(datagram.now).toBeLessThan(600);
        expect(action.to).toEqual(datagram.from);
        expect(ENDPOINTS[action.caller].address).not.toBe(ENDPOINTS[datagram.at].address);
      }),
      { numRuns: 5_000 },
    );
    expect(called).toBeGreaterThan(50);
  });
});
