import { describe, expect, test } from 'vitest';
import type { ServerObservation, ServerQuestion } from '../engine/index.ts';
import { ALTERNATE, PRIMARY, STRANGER, seenFrom } from '../engine/test-plan.ts';
import { collectServer } from '../evidence/index.ts';
import { linesOf, type ServerLines } from './server-lines.ts';

const about = (question: ServerQuestion) => ({ at: 1000, server: 'stun.example', question });
const answered = (question: ServerQuestion): ServerObservation => ({
  ...{ kind: 'server-answered', ...about(question), source: PRIMARY, mapped: seenFrom(50_001), other: ALTERNATE },
  ...{ otherUnusable: null, allowedRate: null, token: null, calls: false },
});
const refused = (question: ServerQuestion, code: number): ServerObservation => ({
  ...{ kind: 'server-refused', ...about(question), code },
});
const silent = (question: ServerQuestion): ServerObservation => ({
  ...{ kind: 'server-silent', ...about(question), tries: 8 },
});
type Strange = Extract<ServerObservation, { kind: 'server-strange' }>;
const strange = (question: ServerQuestion, what: Strange['what'], source = PRIMARY): ServerObservation => ({
  ...{ kind: 'server-strange', ...about(question), what, source },
});

const BOTH = [answered('binding'), answered('listener-binding')];
const ALIVE = [...BOTH, answered('alternate'), answered('alternate-primary-port')];

const lines = (observations: readonly ServerObservation[]): ServerLines =>
  linesOf({
    name: { kind: 'not-asked', why: 'is-address' },
    ...{ primary: PRIMARY, observations, seen: collectServer(observations), tookMs: null },
  });

describe('a line is what was measured', () => {
  test.each<[about: string, observations: readonly ServerObservation[], line: keyof ServerLines, kind: object]>([
    ['too busy to answer', [refused('binding', 500)], 'answer', { kind: 'no', why: 'refused', code: 500 }],
    ['answers the other socket', [strange('binding', 'wrong-socket')], 'answer', { kind: 'no', why: 'invalid' }],
    ['ended before an answer', [], 'answer', { kind: 'not-asked', why: 'not-sent' }],
    [
      'one socket is told nonsense',
      [answered('binding'), strange('listener-binding', 'other-mapping')],
      'answer',
      { kind: 'no', why: 'invalid' },
    ],
    [
      'the primary answers for the alternate',
      [...BOTH, strange('alternate', 'wrong-source'), silent('alternate-primary-port')],
      'second',
      { kind: 'no', why: 'ignored', address: '198.51.100.20:3479' },
    ],
    [
      'half an alternate',
      [...BOTH, answered('alternate'), silent('alternate-primary-port')],
      'second',
      { kind: 'no', why: 'silent', address: '198.51.100.20:3479' },
    ],
    ['ended before the alternate was asked', BOTH, 'second', { kind: 'not-asked', why: 'not-sent' }],
    ['the alternate was never heard', BOTH, 'change', { kind: 'not-asked', why: 'no-second-address' }],
    [
      'no change where the way was not open for sure',
      [...ALIVE, silent('change-request'), silent('change-and-response-port'), refused('response-port', 420)],
      'change',
      { kind: 'unknown', why: 'silent' },
    ],
    [
      'no change where it was',
      [...ALIVE, silent('change-request'), silent('change-and-response-port'), answered('response-port')],
      'change',
      { kind: 'no', why: 'silent' },
    ],
    [
      'change refused',
      [...ALIVE, refused('change-request', 420), refused('change-and-response-port', 420)],
      'change',
      { kind: 'no', why: 'refused', code: 420 },
    ],
    [
      'change answered by somebody else',
      [...ALIVE, strange('change-request', 'wrong-source', STRANGER)],
      'change',
      { kind: 'no', why: 'invalid' },
    ],
    [
      'RESPONSE-PORT not heeded',
      [...ALIVE, strange('response-port', 'wrong-socket')],
      'cold',
      { kind: 'no', why: 'ignored' },
    ],
    [
      'RESPONSE-PORT to our own number',
      [...ALIVE, silent('response-port'), answered('own-port')],
      'cold',
      { kind: 'no', why: 'elsewhere' },
    ],
    [
      'RESPONSE-PORT not asked, for want of a port',
      [answered('binding'), silent('listener-binding')],
      'cold',
      { kind: 'not-asked', why: 'no-answer' },
    ],
  ])('%s', (_about, observations, line, expected) => {
    expect(lines(observations)[line]).toEqual(expected);
  });

  test('in whatever order it was seen', () => {
    const observations = [...ALIVE, silent('change-request'), refused('response-port', 420), silent('own-port')];
    expect(lines(observations.toReversed())).toEqual(lines(observations));
  });
});
