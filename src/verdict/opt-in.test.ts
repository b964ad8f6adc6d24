import { describe, expect, test } from 'vitest';
import type { LifetimeEvidence, OptInEvidence } from '../evidence/index.ts';
import { judgeAddresses, judgeFragments, judgeHairpin, judgeLifetime } from './opt-in.ts';

test.each([
  ['192.168.0.100', '203.0.113.44', null],
  ['192.168.0.100', '10.0.0.7', 'server-inside'],
  ['192.168.0.100', '100.64.0.7', 'server-inside'],
  ['100.64.0.7', '100.64.0.7', 'server-inside'],
  ['127.0.0.3', '127.0.0.3', 'server-inside'],
  ['100.64.0.7', '203.0.113.44', 'carrier-likely'],
  ['100.127.255.254', '203.0.113.44', 'carrier-likely'],
  ['100.128.0.1', '203.0.113.44', null],
  ['203.0.113.44', '203.0.113.44', null],
  ['100.64.0.7', null, null],
])('%s, seen as %s: %s', (local, seen, note) => {
  expect(judgeAddresses(local, seen)).toBe(note);
});

const NOTHING: OptInEvidence = { answers: {}, refusals: {}, sizes: {}, steady: true };

describe('hairpin', () => {
  test.each<[string, Partial<OptInEvidence>, string | null]>([
    ['nothing seen', {}, null],
    ['one silence alone', { answers: { hairpin: 'no' } }, null],
    ['both', { answers: { hairpin: 'no', 'hairpin-back': 'no' } }, 'does-not'],
    ['both, but the mapping moved', { answers: { hairpin: 'no', 'hairpin-back': 'no' }, steady: false }, null],
    ['one arrival', { answers: { hairpin: 'no', 'hairpin-back': 'yes' }, steady: false }, 'works'],
  ])('%s', (_, seen, result) => {
    const reason = result === null ? 'path' : null;
    expect(judgeHairpin({ ...NOTHING, ...seen }, 'path')).toEqual({ result, reason });
  });
});

describe('fragments', () => {
  const OUT = { 'fragments-out': 'no', 'fragments-size': 'yes' } as const;
  test.each<[string, Partial<OptInEvidence>, string]>([
    ['nothing seen', {}, 'path, path'],
    ['a silence of a server that shows nothing', { answers: OUT }, 'no-padding, path'],
    ['of one that knows PADDING', { answers: OUT, refusals: { 'fragments-known': 400 } }, 'dropped, path'],
    ['of one that does not', { answers: OUT, refusals: { 'fragments-known': 420 } }, 'no-padding, path'],
    ['of long packets of any kind', { answers: { ...OUT, 'fragments-size': 'no' } }, 'long-packets, path'],
    [
      'a long answer shows it, too',
      { answers: { ...OUT, 'fragments-in': 'yes' }, sizes: { 'fragments-in': 1473 } },
      'dropped, pass',
    ],
    [
      'a short one does not',
      { answers: { ...OUT, 'fragments-in': 'yes' }, sizes: { 'fragments-in': 1472 } },
      'no-padding, short-answer',
    ],
    [
      'PADDING is refused',
      { answers: { 'fragments-out': 'yes' }, refusals: { 'fragments-in': 420 } },
      'pass, no-padding',
    ],
  ])('%s', (_, seen, expected) => {
    const { outward, inward } = judgeFragments({ ...NOTHING, ...seen }, 'path');
    expect([outward, inward].map(({ result, reason }) => result ?? reason).join(', ')).toBe(expected);
  });
});

describe('lifetime', () => {
  const sleep = (wait: number, lived: boolean | null) => ({
    wait: wait * 1_000,
    lived,
    idle: wait * 1_000,
    age: wait * 1_000 + 900,
  });
  const judged = (...sleeps: LifetimeEvidence['sleeps']) => {
    const { atLeast, atMost, reason } = judgeLifetime({ sleeps, roundTrip: 20, began: true }, 'path');
    return `${atLeast} ${atMost} ${reason}`;
  };
  test.each([
    ['nothing', [], 'null null path'],
    ['the first wait was too long', [sleep(2, false)], 'null 2 null'],
    ['none was', [sleep(2, true), sleep(5, true)], '5 null null'],
    ['one was', [sleep(2, true), sleep(5, false)], '2 5 null'],
    ['one is not known', [sleep(2, true), sleep(5, null), sleep(10, false)], '2 10 null'],
    ['a later one lived', [sleep(2, false), sleep(5, true)], 'null null contradictory'],
  ])('%s', (_, sleeps, expected) => {
    expect(judged(...sleeps)).toBe(expected);
  });
});
