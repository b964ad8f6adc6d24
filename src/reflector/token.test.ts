import { describe, expect, test } from 'vitest';
import { endpoint } from '../base/index.ts';
import {
  coldId,
  decodeMessage,
  FULLCONE_COLD,
  FULLCONE_TOKEN,
  makeAttribute,
  type RawAttribute,
} from '../stun/index.ts';
import { type Action, reflect } from './index.ts';
import { ASKER, change, FULL, failure, ID, padding, raw, read, request, responsePort, tokenFor } from './test-asker.ts';

const TEN_MINUTES = 600;
const PORTS = [5060, 9000, 9001];

const at = (now: number, attributes: readonly RawAttribute[], from = ASKER): Action =>
  reflect({ bytes: request(attributes), from, at: 'primary', now }, FULL);

const cold = (token: Uint8Array, ports: readonly number[] = PORTS): RawAttribute[] => [
  makeAttribute(FULLCONE_TOKEN, token, ID),
  makeAttribute(FULLCONE_COLD, ports, ID),
];

describe('with a token', () => {
  test('many ports are answered at once, from the role that is asked for, each with an id of its own', () => {
    const action = at(1, [...cold(tokenFor()), change(true, false)]);
    if (action.kind !== 'spread') throw new Error(action.kind);
    expect(action.from).toBe('alternate-primary-port');
    for (const [index, { to, bytes }] of action.answers.entries()) {
      const port = PORTS[index] ?? 0;
      expect(to).toEqual(endpoint(ASKER.address, port));
      const decoded = decodeMessage(bytes);
      expect(decoded).toMatchObject({ message: { class: 'success', transactionId: coldId(ID, port) } });
      expect(read({ kind: 'send', from: action.from, to, bytes })).toMatchObject({
        'XOR-MAPPED-ADDRESS': ASKER,
        'MAPPED-ADDRESS': ASKER,
      });
    }
    expect(action.answers).toHaveLength(PORTS.length);
  });

  test.each<[string, Uint8Array, number, ReturnType<typeof endpoint>]>([
    ['of another address', tokenFor(endpoint('203.0.113.45', 9000)), 1, ASKER],
    ['of another reflector', new Uint8Array(16), 1, ASKER],
    ['of another length', tokenFor().slice(0, 12), 1, ASKER],
    ['that was changed', tokenFor().map((byte, index) => (index === 3 ? byte + 1 : byte)), 1, ASKER],
    ['of ten minutes ago', tokenFor(), TEN_MINUTES, ASKER],
  ])('%s they are not', (_, token, now, from) => {
    expect(read(at(now, cold(token), from))).toMatchObject({ 'ERROR-CODE': { code: 438 } });
  });

  test('from another port of the address they are, until the ten minutes are over', () => {
    const action = at(TEN_MINUTES - 1, cold(tokenFor()), endpoint(ASKER.address, 4711));
    expect(action.kind).toBe('spread');
  });

  test('without one they are not', () => {
    const attributes = [makeAttribute(FULLCONE_COLD, PORTS, ID)];
    const action = at(1, attributes);
    expect(read(action)).toMatchObject({ 'ERROR-CODE': { code: 438 } });
  });

  test.each<[string, RawAttribute[]]>([
    ['RESPONSE-PORT', [responsePort(9000)]],
    ['PADDING', [padding(100)]],
  ])('not together with %s', (_, more) => {
    expect(read(at(1, [...cold(tokenFor()), ...more]))).toEqual(failure(400));
  });

  test.each<[string, number[]]>([
    ['no port', []],
    ['port 0', [0, 0]],
    ['half a port', [0x23, 0x28, 0x23]],
    ['more than 32 ports', Array.from({ length: 66 }, () => 1)],
  ])('not to %s', (_, bytes) => {
    expect(read(at(1, [makeAttribute(FULLCONE_TOKEN, tokenFor(), ID), raw(0xfc04, ...bytes)]))).toEqual(failure(400));
  });
});
