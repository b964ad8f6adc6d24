import { describe, expect, it } from 'vitest';
import { ALTERNATE } from '../engine/test-plan.ts';
import type { ServerEvidence } from '../evidence/index.ts';
import { canAskInbound, canAskOutbound, judgeServer, outOfFamily, type ServerState, unresolvable } from './index.ts';

const IDENTITY = { name: 'stun.example', address: '198.51.100.10', port: 3478 };

const FULL: ServerEvidence = {
  binding: 'answered',
  garbled: false,
  mapsElsewhere: false,
  repeats: false,
  mapped: { address: '203.0.113.44', port: 50_001 },
  other: ALTERNATE,
  otherUnusable: null,
  alternateAlive: true,
  otherPortAlive: true,
  responsePort: true,
  changeRequest: 'works',
  allowedRate: null,
  pass: null,
  calls: false,
  failure: null,
  turnedBack: null,
};

const judge = (change: Partial<ServerEvidence>) => judgeServer(IDENTITY, { ...FULL, ...change });

describe('a server', () => {
  it.each<[about: string, seen: Partial<ServerEvidence>, state: ServerState, detail: string | null]>([
    ['can do everything', {}, 'ok', null],
    ['has no RESPONSE-PORT', { responsePort: false }, 'ok', 'no-response-port'],
    [
      'may have CHANGE-REQUEST, but no RESPONSE-PORT: its answer may not have found a way',
      { responsePort: false, changeRequest: 'unknown' },
      'ok',
      'no-response-port',
    ],
    [
      'is silent on CHANGE-REQUEST, though the way was open',
      { changeRequest: 'unknown' },
      'basic',
      'change-request-silent',
    ],
    [
      'answers CHANGE-REQUEST from the unchanged address',
      { changeRequest: 'ignored' },
      'basic',
      'ignores-change-request',
    ],
    ['refuses CHANGE-REQUEST', { changeRequest: 'refused' }, 'no-second-address', 'refuses-change-request'],
    ['names no other address', { other: null, alternateAlive: false }, 'no-second-address', null],
    ['names itself', { otherUnusable: 'same-address', alternateAlive: false }, 'malformed', 'same-address'],
    ['names a private address', { otherUnusable: 'not-public' }, 'malformed', 'not-public'],
    ['names another family', { otherUnusable: 'other-family' }, 'no-second-address', 'other-family'],
    ['names its own port', { otherUnusable: 'same-port' }, 'no-second-address', 'same-port'],
    ['sends elsewhere than it says', { mapsElsewhere: true, responsePort: false }, 'malformed', 'maps-elsewhere'],
    ['answers twice', { repeats: true }, 'ok', 'answers-repeated'],
    ['answers twice, and cannot ask everything', { repeats: true, responsePort: false }, 'ok', 'no-response-port'],
    ['names an address that does not answer', { alternateAlive: false }, 'no-second-address', 'alternate-silent'],
    ['need not answer on its other port', { otherPortAlive: false }, 'ok', null],
    ['answers with errors', { binding: 'refused' }, 'malformed', 'error-answer'],
    ['answers rubbish', { binding: 'malformed' }, 'malformed', 'no-valid-answer'],
    ['answers rubbish to one question only', { garbled: true }, 'malformed', 'no-valid-answer'],
    ['is silent', { binding: 'silent' }, 'unreachable', null],
    ['was not heard before the end', { binding: 'unknown' }, 'unreachable', null],
    [
      'cannot be reached from here',
      { binding: 'unknown', failure: { kind: 'unreachable', code: 'ENETUNREACH' } },
      'unreachable',
      'ENETUNREACH',
    ],
  ])('%s', (_about, seen, state, detail) => {
    expect(judge(seen)).toMatchObject({
      ...IDENTITY,
      state,
      detail,
      otherAddress: seen.other === null ? null : ALTERNATE,
    });
  });

  it.each<[address: string, mapped: string, detail: string | null]>([
    ['64:ff9b::c633:640a', '203.0.113.44', 'wrong-family'],
    ['198.51.100.10', '2001:db8::1', 'wrong-family'],
    ['2001:db8::10', '2001:db8::1', null],
  ])('asked at %s, it sees %s: %s', (address, mapped, detail) => {
    const seen = { ...FULL, mapped: { address: mapped, port: 9000 } };
    const verdict = judgeServer({ ...IDENTITY, address }, seen);
    expect(verdict).toMatchObject({ state: detail ? 'no-second-address' : 'ok', detail });
  });

  it.each<[address: string, otherUnusable: ServerEvidence['otherUnusable'], state: ServerState]>([
    ['192.168.0.10', 'not-public', 'no-second-address'],
    ['127.0.0.1', 'not-public', 'no-second-address'],
    ['fd00::10', 'not-public', 'no-second-address'],
    ['192.168.0.10', 'same-address', 'malformed'],
    ['2001:db8::10', 'not-public', 'malformed'],
  ])('asked at %s, it names an address of no use (%s): %s', (address, otherUnusable, state) => {
    const mapped = { address: address.includes(':') ? '2001:db8::1' : '203.0.113.44', port: 9000 };
    expect(judgeServer({ ...IDENTITY, address }, { ...FULL, mapped, otherUnusable })).toMatchObject({
      state,
      detail: otherUnusable,
    });
  });

  it.each<[detail: string, outbound: boolean]>([
    ['same-address', true],
    ['not-public', true],
    ['no-valid-answer', false],
    ['maps-elsewhere', false],
    ['error-answer', false],
  ])('that is malformed for %s can ask outbound questions: %j', (detail, outbound) => {
    const verdict = { ...judge({}), state: 'malformed', detail } as const;
    expect([canAskInbound(verdict), canAskOutbound(verdict)]).toEqual([false, outbound]);
  });

  it('is not asked where this machine has not the family', () => {
    expect(outOfFamily(IDENTITY)).toEqual({
      ...IDENTITY,
      state: 'unreachable',
      otherAddress: null,
      detail: 'no-family',
    });
  });

  it.each(['no-such-name', 'no-address', 'refused', 'timeout', 'other'] as const)('has no address: %s', (kind) => {
    const nowhere = { ...IDENTITY, address: null };
    expect(unresolvable(nowhere, { kind, code: 'E' })).toEqual({
      ...nowhere,
      state: 'unresolvable',
      detail: kind,
      otherAddress: null,
    });
  });

  it.each<[state: ServerState, inbound: boolean, outbound: boolean]>([
    ['ok', true, true],
    ['basic', false, true],
    ['no-second-address', false, true],
    ['malformed', false, false],
    ['unreachable', false, false],
    ['unresolvable', false, false],
    ['throttling', false, false],
  ])('that is %s can ask inbound questions: %j, outbound ones: %j', (state, inbound, outbound) => {
    const verdict = { ...judge({}), state };
    expect([canAskInbound(verdict), canAskOutbound(verdict)]).toEqual([inbound, outbound]);
  });
});

describe('a server to which packets do not get', () => {
  const turnedBack = { by: '192.168.0.1', type: 3, code: 13 };

  it('is unreachable, and who turned them back is known', () => {
    expect(judge({ binding: 'silent', turnedBack })).toMatchObject({
      state: 'unreachable',
      detail: 'turned-back',
      turnedBack,
    });
    expect(judge({ binding: 'silent' })).toMatchObject({ state: 'unreachable', detail: null });
  });

  it('is what it is if it has answered all the same', () => {
    expect(judge({ turnedBack })).toEqual(judge({}));
  });
});
