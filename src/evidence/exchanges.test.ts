import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpoint } from '../base/index.ts';
import type { CallObservation, Observation } from '../engine/index.ts';
import { seenFrom } from '../engine/test-plan.ts';
import { collectCallTries, collectEvidence, collectExchanges } from './index.ts';
import {
  alive,
  answered,
  control,
  controlLost,
  givenUp,
  listening,
  PLAN,
  PORT,
  refused,
  sent,
  silent,
} from './test-observations.ts';

const exchangesOf = (observations: readonly Observation[], port = PORT) => {
  const { ports } = collectEvidence(PLAN, observations);
  return collectExchanges(PLAN, observations, ports).get(port) ?? [];
};

const told = (observations: readonly Observation[]) =>
  exchangesOf(observations).map(({ question, answer, why }) => [question, answer, why]);

/** The same observations, in any order, some of them twice. */
const disorder = <T>(seen: readonly T[]): fc.Arbitrary<T[]> =>
  fc
    .subarray([...seen])
    .chain((twice) => fc.shuffledSubarray([...seen, ...twice], { minLength: seen.length + twice.length }));

const SILENT = [listening(), ...alive(1990, 2310), ...silent('cold', 2000)];

describe('what was asked of a port', () => {
  it('a silence: every try, no answer, and who was answered beside', () => {
    expect(exchangesOf(SILENT)).toEqual([
      {
        ...{ question: 'cold', step: PLAN.steps.cold, answer: 'no', why: null, mapped: null },
        tries: [2000, 2100, 2200, 2300].map((at) => ({ at, answeredAt: null })),
        witnesses: [
          { role: 'primary', before: 1990, after: 2310 },
          { role: 'alternate-primary-port', before: 1990, after: 2310 },
        ],
      },
    ]);
  });

  it('the witnesses are the nearest ones that were answered', () => {
    const far = [...alive(1000, 1980, 2150, 3000), controlLost('primary', 900), controlLost('primary', 3100)];
    const [cold] = exchangesOf([...SILENT, ...far]);
    expect(cold?.witnesses).toContainEqual({ role: 'primary', before: 1990, after: 2310 });
  });

  it.each([
    ['nobody was answered', [listening(), ...silent('cold', 2000)], [['cold', 'unknown', 'server-silent']]],
    ['the server refused it', [listening(), sent('cold', 2000), refused('cold')], [['cold', 'unknown', 'refused']]],
    ['it was given up', [listening(), sent('cold', 2000), givenUp('cold')], [['cold', 'unknown', 'loss']]],
    ['a try without an end', [listening(), sent('cold', 2000)], [['cold', 'unknown', 'not-asked']]],
    ['nothing was sent', [listening(), refused('cold'), givenUp('warm')], []],
    ['nothing at all was seen', [], []],
  ] as const)('%s: unknown, why, and nobody bears witness', (_about, seen, expected) => {
    expect(told([...seen])).toEqual(expected);
    expect(exchangesOf([...seen]).flatMap(({ witnesses }) => witnesses)).toEqual([]);
  });

  it('an answer: when it came, and by what the server saw us', () => {
    const [warm] = exchangesOf([
      listening(),
      sent('warm', 2000),
      sent('warm', 2100),
      answered('warm', 2125, { sentAt: 2100, mapped: seenFrom(41_000) }),
    ]);
    expect(warm).toMatchObject({ answer: 'yes', why: null, mapped: seenFrom(41_000), witnesses: [] });
    expect(warm?.tries).toEqual([
      { at: 2000, answeredAt: null },
      { at: 2100, answeredAt: 2125 },
    ]);
  });

  it('an answer that came in on another port says on which; where none is awaited there, it says nothing', () => {
    const [cold] = exchangesOf([listening(), sent('cold', 2000), answered('cold', 2020, { arrivedOn: 9001 })]);
    expect(cold).toMatchObject({
      answer: 'no',
      tries: [{ at: 2000, answeredAt: 2020, arrivedOn: 9001 }],
      witnesses: [],
    });
    const [relay] = exchangesOf([listening(), sent('relay', 2000), answered('relay', 2020)]);
    expect(relay?.tries).toEqual([{ at: 2000, answeredAt: 2020 }]);
  });

  it('an answer to what was never sent is no try', () => {
    expect(exchangesOf([listening(), answered('warm', 2125, { sentAt: 1 })])).toEqual([]);
    const seen = [listening(), sent('warm', 2000), answered('warm', 2125, { sentAt: 1 })];
    expect(exchangesOf(seen)[0]?.tries).toEqual([{ at: 2000, answeredAt: null }]);
  });

  it('comes in the order of asking, without sentinels, and each port by itself', () => {
    const seen = [
      listening(),
      listening(9001),
      sent('outbound', 4000),
      answered('outbound', 4020),
      sent('sentinel', 100),
      answered('sentinel', 120),
      ...SILENT,
      sent('warm', 3000, 9001),
    ];
    expect(exchangesOf(seen).map(({ question }) => question)).toEqual(['cold', 'outbound']);
    expect(exchangesOf(seen, 9001).map(({ question }) => question)).toEqual(['warm']);
    expect(exchangesOf(seen, 9002)).toEqual([]);
    expect(exchangesOf(seen, 65_000)).toEqual([]);
  });

  it('does not depend on the order of what was seen, or on what was seen twice', () => {
    const seen = [
      ...SILENT,
      sent('warm', 3000),
      sent('warm', 3100),
      answered('warm', 3120, { sentAt: 3100, mapped: seenFrom(1111) }),
      answered('warm', 3130, { sentAt: 3100, mapped: seenFrom(2222) }),
      answered('warm', 3140, { sentAt: 3000, mapped: seenFrom(3333) }),
      sent('outbound', 4000),
      answered('outbound', 4020),
      control('newcomer', 4000),
    ];
    const expected = exchangesOf(seen);
    expect(expected.length).toBe(3);
    fc.assert(fc.property(disorder(seen), (other) => void expect(exchangesOf(other)).toEqual(expected)));
  });
});

describe('the calls of a TCP port', () => {
  const FROM = endpoint('198.51.100.20', 3478);
  const asked = (call: number, at: number, port = PORT): CallObservation => ({ kind: 'call-asked', at, port, call });
  const arrived = (call: number, at: number): CallObservation => ({
    ...{ kind: 'call-arrived', at, port: PORT, arrivedOn: PORT, call, from: FROM },
  });
  const ended = (
    call: number,
    at: number,
    state: Extract<CallObservation, { kind: 'call-ended' }>['state'],
    counts = true,
  ): CallObservation => ({ kind: 'call-ended', at, port: PORT, call, state, counts, sentinel: null });

  it('are told in the order of asking, each with its end', () => {
    const seen = [
      asked(2, 500),
      asked(1, 100),
      arrived(1, 130),
      ended(1, 160, 'connected'),
      ended(2, 900, 'timed-out'),
    ];
    expect(collectCallTries(seen, PORT)).toEqual([
      { at: 100, answeredAt: 130, state: 'connected' },
      { at: 500, answeredAt: null, state: 'timed-out' },
    ]);
  });

  it('an end that does not count is none; neither is one of another port, or of a call that was not asked for', () => {
    const seen = [asked(1, 100), ended(1, 200, 'unreachable', false), asked(1, 90, 9001), ended(7, 300, 'connected')];
    expect(collectCallTries(seen, PORT)).toEqual([{ at: 100, answeredAt: null, state: null }]);
    expect(collectCallTries(seen, 9002)).toEqual([]);
    expect(collectCallTries([{ kind: 'call-refused', at: 1, code: 403 }], PORT)).toEqual([]);
  });

  it('do not depend on the order, or on what was seen twice', () => {
    const seen = [
      ...[asked(1, 100), asked(1, 120), arrived(1, 130), arrived(1, 140)],
      ...[ended(1, 160, 'connected'), ended(1, 170, 'timed-out'), asked(2, 500), ended(2, 510, 'refused', false)],
    ];
    const expected = collectCallTries(seen, PORT);
    fc.assert(fc.property(disorder(seen), (other) => void expect(collectCallTries(other, PORT)).toEqual(expected)));
  });
});
