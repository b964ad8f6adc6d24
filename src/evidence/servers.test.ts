import { describe, expect, it } from 'vitest';
import type { ServerObservation, ServerQuestion } from '../engine/index.ts';
import { ALTERNATE, PRIMARY, seenFrom } from '../engine/test-plan.ts';
import { collectServer, type ServerEvidence } from './index.ts';

const about = (question: ServerQuestion) => ({ at: 1000, server: 'stun.example', question });

type Answered = Extract<ServerObservation, { kind: 'server-answered' }>;

const answered = (question: ServerQuestion, rest: Partial<Answered> = {}): ServerObservation => ({
  kind: 'server-answered',
  ...about(question),
  source: PRIMARY,
  mapped: seenFrom(50_001),
  other: ALTERNATE,
  otherUnusable: null,
  allowedRate: null,
  token: null,
  calls: false,
  ...rest,
});
const refused = (question: ServerQuestion, code = 420): ServerObservation => ({
  kind: 'server-refused',
  ...about(question),
  code,
});
const silent = (question: ServerQuestion): ServerObservation => ({
  kind: 'server-silent',
  ...about(question),
  tries: 8,
});
const strange = (
  question: ServerQuestion,
  what: Extract<ServerObservation, { kind: 'server-strange' }>['what'],
): ServerObservation => ({ kind: 'server-strange', ...about(question), what, source: PRIMARY });

const ALL = (
  [
    'binding',
    'listener-binding',
    'alternate',
    'alternate-primary-port',
    'primary-alternate-port',
    'response-port',
    'change-request',
    'change-and-response-port',
  ] as const
).map((question) => answered(question));

const without = (...questions: readonly ServerQuestion[]) =>
  ALL.filter((one) => !('question' in one && questions.includes(one.question)));

describe('of a server', () => {
  it('that can do everything, everything is known', () => {
    expect(collectServer(ALL)).toEqual({
      binding: 'answered',
      garbled: false,
      mapsElsewhere: false,
      repeats: false,
      mapped: expect.anything(),
      pass: null,
      calls: false,
      other: ALTERNATE,
      otherUnusable: null,
      alternateAlive: true,
      otherPortAlive: true,
      responsePort: true,
      changeRequest: 'works',
      allowedRate: null,
      failure: null,
      turnedBack: null,
    });
  });

  it.each<[about: string, seen: readonly ServerObservation[], known: Partial<ServerEvidence>]>([
    ['nothing', [], { binding: 'unknown', other: null, changeRequest: 'unknown', responsePort: false }],
    ['that it is silent', [silent('binding')], { binding: 'silent' }],
    ['that it refuses', [refused('binding', 400)], { binding: 'refused' }],
    ['that it has no strength', [refused('binding', 500)], { binding: 'throttled' }],
    ['that it refuses, and then is silent', [silent('binding'), refused('binding')], { binding: 'refused' }],
    ['that it talks rubbish', [strange('binding', 'malformed'), silent('binding')], { binding: 'malformed' }],
    ['that it talked rubbish, and then sense', [strange('binding', 'malformed'), ...ALL], { binding: 'answered' }],
    ['what it allows', [answered('binding', { allowedRate: 20_000 })], { allowedRate: 20_000 }],
    [
      'that its other address is of no use',
      [answered('binding', { otherUnusable: 'same-address' })],
      { otherUnusable: 'same-address' },
    ],
    ['that it calls', without('binding').concat(answered('binding', { calls: true })), { calls: true }],
    [
      'that nobody would be there to call',
      without('binding', 'alternate').concat(answered('binding', { calls: true })),
      { calls: false },
    ],
    ['that it has no other address', [answered('binding', { other: null })], { other: null, alternateAlive: false }],
    ['that one alternate role is silent', without('alternate'), { alternateAlive: false }],
    ['that the other alternate role is silent', without('alternate-primary-port'), { alternateAlive: false }],
    [
      'that its other port is silent',
      without('primary-alternate-port'),
      { otherPortAlive: false, alternateAlive: true },
    ],
    ['that it has no RESPONSE-PORT', [...without('response-port'), refused('response-port')], { responsePort: false }],
    [
      'that it sends the relayed answer back',
      [...without('response-port'), strange('response-port', 'wrong-socket')],
      { responsePort: false },
    ],
    ['CHANGE-REQUEST by either way', without('change-request'), { changeRequest: 'works' }],
    ['CHANGE-REQUEST by either way', without('change-and-response-port'), { changeRequest: 'works' }],
  ])('is known: %s', (_about, seen, known) => {
    expect(collectServer(seen)).toMatchObject(known);
  });

  it.each<[about: string, seen: readonly ServerObservation[], garbled: boolean]>([
    ['no answer to one question', [...without('alternate'), strange('alternate', 'malformed')], true],
    ['something else than the answer', [...without('alternate'), strange('alternate', 'unasked')], true],
    ['an answer in the end', [strange('alternate', 'malformed'), ...ALL], false],
    ['an answer from the primary', [...without('alternate'), strange('alternate', 'wrong-source')], false],
    ['an answer to another socket', [...without('response-port'), strange('response-port', 'wrong-socket')], false],
    ['nothing to the first question', [strange('binding', 'malformed')], false],
    ['rubbish where one way was enough', [...without('change-request'), strange('change-request', 'malformed')], false],
  ])('that gives %s it is known', (_about, seen, garbled) => {
    expect(collectServer(seen).garbled).toBe(garbled);
  });

  it.each<[about: string, seen: readonly ServerObservation[], mapsElsewhere: boolean]>([
    ['nowhere but at the own number', [...without('response-port'), answered('own-port')], true],
    ['nowhere', without('response-port'), false],
    ['where it says', ALL, false],
    ['at both', [...ALL, answered('own-port')], false],
  ])('whose packets arrive %s it is known', (_about, seen, mapsElsewhere) => {
    expect(collectServer(seen).mapsElsewhere).toBe(mapsElsewhere);
  });

  const repeated = (question: ServerQuestion): ServerObservation => ({ kind: 'server-repeated', ...about(question) });
  const inOrder = (...questions: readonly ServerQuestion[]) =>
    questions.map((question, index) => answered(question, { at: 1000 + index }));
  const FOUR = ['binding', 'listener-binding', 'alternate', 'response-port'] as const;
  const THREE = FOUR.slice(0, 3);

  it.each<[about: string, seen: readonly ServerObservation[], repeats: boolean]>([
    ['all but the last', [...inOrder(...FOUR), ...THREE.map(repeated)], true],
    ['all', [...inOrder(...FOUR), ...FOUR.map(repeated)], true],
    ['all but one', [...inOrder(...FOUR), ...FOUR.slice(1).map(repeated)], false],
    ['all of too few', [...inOrder(...THREE), ...THREE.map(repeated)], false],
    ['none', inOrder(...FOUR), false],
    ['nothing', [], false],
  ])('of which %s came again it is known', (_about, seen, repeats) => {
    expect(collectServer(seen).repeats).toBe(repeats);
  });

  const NEITHER = without('change-request', 'change-and-response-port');

  it.each<[about: string, seen: readonly ServerObservation[], changeRequest: ServerEvidence['changeRequest']]>([
    ['silent on both', [silent('change-request'), silent('change-and-response-port')], 'unknown'],
    ['answers from the unchanged address', [strange('change-request', 'wrong-source')], 'ignored'],
    [
      'answers from the unchanged address by the other way',
      [strange('change-and-response-port', 'wrong-source')],
      'ignored',
    ],
    [
      'answers one of them from the unchanged address',
      [strange('change-and-response-port', 'wrong-source'), answered('change-request')],
      'works',
    ],
    ['answers on the wrong socket', [strange('change-and-response-port', 'wrong-socket')], 'unknown'],
    ['refuses', [refused('change-request')], 'refused'],
    ['refuses both together, which may be about RESPONSE-PORT', [refused('change-and-response-port')], 'unknown'],
    ['talks rubbish', [strange('change-request', 'malformed')], 'unknown'],
  ])('that %s, CHANGE-REQUEST is known as that', (_about, seen, changeRequest) => {
    expect(collectServer([...NEITHER, ...seen]).changeRequest).toBe(changeRequest);
  });

  it('that could not be asked, it is known why', () => {
    const failure = { kind: 'unreachable', code: 'ENETUNREACH' } as const;
    expect(collectServer([{ kind: 'server-socket-failed', at: 1, server: 'x', failure }])).toMatchObject({
      binding: 'unknown',
      failure,
    });
  });
});
