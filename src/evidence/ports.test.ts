import { describe, expect, it } from 'vitest';
import type { Observation } from '../engine/index.ts';
import { planOf, seenFrom } from '../engine/test-plan.ts';
import type { ProbePlan, Question } from '../plan/index.ts';
import { collectEvidence } from './index.ts';
import {
  alive,
  answered,
  captured,
  control,
  controlLost,
  givenUp,
  listening,
  PLAN,
  PORT,
  passedOn,
  refused,
  sent,
  silent,
  strange,
  turnedBack,
} from './test-observations.ts';

const collect = (observations: readonly Observation[], plan: ProbePlan = PLAN) => {
  const run = collectEvidence(plan, observations);
  const port = run.ports.find((one) => one.port === PORT);
  if (!port) throw new Error('the port is missing');
  return { run, port };
};

/** `yes`, `no`, or why it is unknown. */
function answer(question: Question, observations: readonly Observation[], plan?: ProbePlan): string {
  const seen = collect(observations, plan).port.answers[question];
  return seen.kind === 'unknown' ? seen.why : seen.kind;
}

describe('a silence: tries at 2000, 2100, 2200 and 2300, all of which are needed', () => {
  const around = alive(1990, 2310);
  const without = (role: string, before: boolean) =>
    around.filter((one) => one.kind !== 'control-answered' || one.role !== role || one.sentAt < 2000 !== before);

  const of =
    (...roles: readonly string[]) =>
    (one: Observation) =>
      one.kind === 'control-answered' && roles.includes(one.role);

  it.each<[about: string, question: Question, controls: readonly Observation[], says: string]>([
    [
      'while nothing new got out',
      'outbound',
      alive(1990, 2310).filter((one) => !of('newcomer')(one)),
      'scan-protection',
    ],
    ['while nothing new got out', 'relay', alive(1990, 2310).filter((one) => !of('newcomer')(one)), 'scan-protection'],
    ['while nothing new got out', 'warm', alive(1990, 2310).filter((one) => !of('newcomer')(one)), 'no'],
    ['between probes of all roles', 'cold', around, 'no'],
    ['between probes of all roles', 'warm', around, 'no'],
    ['between probes of all roles', 'outbound', around, 'no'],
    ['among many probes', 'cold', alive(1900, 2050, 2100, 2180, 2250, 2400), 'no'],
    ['without any', 'cold', [], 'server-silent'],
    ['without the primary before', 'cold', without('primary', true), 'server-silent'],
    ['without the primary after', 'cold', without('primary', false), 'server-silent'],
    ['without the awaited role before', 'cold', without('alternate-primary-port', true), 'server-silent'],
    ['without the awaited role after', 'cold', without('alternate-primary-port', false), 'server-silent'],
    ['without the awaited role before', 'warm', without('alternate', true), 'server-silent'],
    ['without the awaited role after', 'warm', without('alternate', false), 'server-silent'],
    ['without a role that need not answer', 'cold', without('alternate', true), 'no'],
    ['without a role that need not answer', 'warm', without('alternate-primary-port', false), 'no'],
    ['with the primary alone', 'outbound', alive(1990, 2310).filter(of('primary', 'newcomer')), 'no'],
    ['with the primary alone', 'relay', alive(1990, 2310).filter(of('primary', 'newcomer')), 'no'],
    ['without the primary after', 'relay', [control('primary', 1990)], 'server-silent'],
    ['with probes before only', 'outbound', alive(1000, 1500, 1990, 2299), 'server-silent'],
    ['with probes after only', 'outbound', alive(2001, 2310, 2500), 'server-silent'],
    ['with probes sent just with the first and the last try', 'cold', alive(2000, 2300), 'no'],
    ['five seconds after a probe', 'cold', alive(-2800, 2300), 'no'],
    ['more than five seconds after a probe', 'cold', alive(-2801, 2300), 'server-silent'],
    ['five seconds before a probe', 'cold', alive(2000, 7100), 'no'],
    ['more than five seconds before a probe', 'cold', alive(2000, 7101), 'server-silent'],
    ['while a probe of the primary was lost', 'cold', [...around, controlLost('primary', 2150)], 'server-silent'],
    [
      'while the awaited role was lost',
      'cold',
      [...around, controlLost('alternate-primary-port', 2150)],
      'server-silent',
    ],
    ['while another role was lost', 'cold', [...around, controlLost('alternate', 2150)], 'no'],
    ['while a probe was lost just before', 'cold', [...around, controlLost('primary', 1995)], 'server-silent'],
    ['while a probe was lost just after', 'cold', [...around, controlLost('primary', 2305)], 'server-silent'],
    ['a loss between answers, before it all', 'cold', [...alive(1900), controlLost('primary', 1950), ...around], 'no'],
    ['a loss that was only late', 'cold', [...around, controlLost('primary', 2150), control('primary', 2150)], 'no'],
  ])('%s (%s)', (_about, question, controls, says) => {
    expect(answer(question, [listening(), ...silent(question, 2000), ...controls])).toBe(says);
  });

  it('counts as many tries as lie between answered probes, and those only', () => {
    const lossy = [...alive(1990, 2150, 2310, 2500), controlLost('primary', 2050)];
    const more = [2350, 2400, 2450].map((at) => sent('cold', at));
    // 2000 is lost, and so is 2100; the others lie between 2150 and 2500.
    const says = (needed: number) => {
      const silence = silent('cold', 2000).map((one) => (one.kind === 'silent' ? { ...one, needed } : one));
      return answer('cold', [...silence, ...more, ...more, ...lossy]);
    };
    expect([4, 5, 6, 7].map(says)).toEqual(['no', 'no', 'server-silent', 'server-silent']);
  });

  it('may be farther from its probes where these are rare by plan', () => {
    const slow = planOf([PORT], {}, { rate: { kind: 'paced', packetsPerSecond: 1 } });
    expect(slow.controlEvery).toBe(20_000);
    expect(answer('cold', [...silent('cold', 2000), ...alive(-57_700, 62_000)], slow)).toBe('no');
    expect(answer('cold', [...silent('cold', 2000), ...alive(-57_701, 62_000)], slow)).toBe('server-silent');
  });

  it('names what it rests on', () => {
    const silence = silent('cold', 2000);
    const { port } = collect([listening(), ...silence, ...around]);
    expect(port.answers.cold).toEqual({ kind: 'no', because: [silence.at(-1)] });
  });
});

describe('no silence, and no answer', () => {
  const around = alive(1990, 2310);

  it.each<[about: string, question: Question, seen: readonly Observation[], says: string]>([
    ['nothing was sent', 'cold', [], 'not-asked'],
    ['the run ended before the last try', 'cold', [sent('cold', 2000)], 'not-asked'],
    ['too much is lost', 'cold', [sent('cold', 2000), givenUp('cold')], 'loss'],
    ['an error', 'cold', [refused('cold')], 'refused'],
    ['an error, and then nothing', 'warm', [refused('warm', 420), ...silent('warm', 2000)], 'refused'],
    ['no strength for one try, and then nothing', 'warm', [refused('warm', 500), ...silent('warm', 2000)], 'no'],
    ['an error, and then an answer', 'warm', [refused('warm', 500), answered('warm', 2500)], 'yes'],
    ['an error on another question', 'warm', [refused('cold'), ...silent('warm', 2000)], 'no'],
    ['nothing but strange answers', 'outbound', [strange('wrong-source'), ...silent('outbound', 2000)], 'malformed'],
    ['strange answers, and too much is lost', 'outbound', [strange('malformed'), givenUp('outbound')], 'malformed'],
    ['strange answers to another question', 'warm', [strange('malformed'), ...silent('warm', 2000)], 'no'],
    ['what nobody asked for', 'warm', [strange('unasked'), ...silent('warm', 2000)], 'malformed'],
    ['a strange answer, and a good one', 'outbound', [strange('malformed'), answered('outbound', 2500)], 'yes'],
    ['strange answers so far', 'outbound', [sent('outbound', 2000), strange('malformed')], 'not-asked'],
  ])('%s (%s)', (_about, question, seen, says) => {
    expect(answer(question, [listening(), ...seen, ...around])).toBe(says);
  });

  it('is asked of nobody where the plan has no such step', () => {
    const basic = planOf([PORT], { alternate: null, responsePort: false });
    expect(answer('cold', [...silent('cold', 2000), ...around], basic)).toBe('cannot-ask');
    expect(answer('warm', [...silent('warm', 2000), ...around], basic)).toBe('cannot-ask');
  });

  it('of a server that was never seen to honour CHANGE-REQUEST means nothing', () => {
    const doubtful = planOf([PORT], { responsePort: false, changeRequest: false });
    expect(answer('warm', [...silent('warm', 2000), ...around], doubtful)).toBe('cannot-ask');
    expect(answer('warm', [answered('warm', 2000)], doubtful)).toBe('yes');
    expect(answer('outbound', [...silent('outbound', 2000), ...around], doubtful)).toBe('no');
  });
});

describe('an answer that comes late', () => {
  it.each<[about: string, seen: readonly Observation[], says: string]>([
    ['before the port speaks', [answered('cold', 2020), sent('outbound', 2021)], 'yes'],
    ['at the moment that it makes the port speak', [answered('cold', 2020), sent('outbound', 2020)], 'yes'],
    ['after the port has spoken', [sent('warm', 2019), answered('cold', 2020)], 'late'],
    ['after any own packet at all', [sent('relay', 2019), answered('cold', 2020)], 'late'],
    [
      'after it was given up, but before the port speaks',
      [...silent('cold', 1600), answered('cold', 2020), sent('warm', 2021)],
      'yes',
    ],
    // The router saw the port's packet first: what is read at the same moment passed the router after it.
    [
      "at the moment of the port's own packet, given up before",
      [...silent('cold', 1620), sent('warm', 2020), answered('cold', 2020)],
      'late',
    ],
    [
      "at the moment of the port's own packet, for too much loss",
      [givenUp('cold', 2020), sent('warm', 2020), answered('cold', 2020)],
      'late',
    ],
    [
      'once in time and once late',
      [answered('cold', 2000), sent('outbound', 2000), answered('cold', 2090, { attempt: 2 })],
      'yes',
    ],
    [
      'while only others have asked for it',
      [sent('cold', 1000), sent('sentinel', 1500), answered('cold', 2020)],
      'yes',
    ],
  ])('cold: %s', (_about, seen, says) => {
    expect(answer('cold', [listening(), ...seen, ...alive(900, 3000)])).toBe(says);
  });

  it.each<[question: Question, opener: Question]>([
    ['warm', 'far-elsewhere'],
    ['warm', 'fresh-elsewhere'],
    ['change-port', 'elsewhere'],
  ])('%s: the port has sent to where it comes from (%s)', (question, opener) => {
    const gaveUp = silent(question, 1600);
    const backed = alive(1590, 3000);
    expect(answer(question, [...gaveUp, sent(opener, 2100), answered(question, 2200), ...backed])).toBe('late');
    expect(answer(question, [...gaveUp, sent(opener, 2200), answered(question, 2200), ...backed])).toBe('late');
    expect(answer(question, [...gaveUp, sent(opener, 2300), answered(question, 2200), ...backed])).toBe('yes');
    expect(answer(question, [sent(opener, 2200), answered(question, 2200), ...backed])).toBe('yes');
  });

  it.each<Question>(['outbound', 'relay', 'elsewhere', 'far-elsewhere'])(
    '%s: that is an answer all the same',
    (question) => {
      expect(answer(question, [...silent(question, 1600), sent('elsewhere', 1700), answered(question, 9000)])).toBe(
        'yes',
      );
    },
  );
});

describe('an answer for one port on another', () => {
  const elsewhere = answered('cold', 2020, { arrivedOn: 9002 });

  it('is a no, and tells where', () => {
    const { port } = collect([listening(), elsewhere]);
    expect([port.answers.cold, port.arrivedOn]).toEqual([{ kind: 'no', because: [elsewhere] }, 9002]);
  });

  it('is a yes when the port itself was reached, too', () => {
    expect(answer('cold', [elsewhere, answered('cold', 2021)])).toBe('yes');
  });

  it('on several: the lowest, whatever came first', () => {
    const { port } = collect([elsewhere, answered('warm', 2021, { arrivedOn: 9001 })]);
    expect(port.arrivedOn).toBe(9001);
  });

  it('of a relayed answer is where it should be: on the control socket', () => {
    const { port } = collect([answered('relay', 2020)]);
    expect([port.answers.relay.kind, port.arrivedOn]).toEqual(['yes', null]);
  });
});

describe('sentinels', () => {
  const silences = [
    listening(),
    ...silent('cold', 2000),
    ...silent('warm', 3000),
    ...silent('outbound', 4000),
    ...alive(1990, 2310, 2990, 3310, 3990, 4310),
  ];
  const ask = (at: number) => sent('sentinel', at, 9001);
  const reached = (at: number) => [ask(at), answered('sentinel', at + 20, { port: 9001, sentAt: at })];
  const says = (...seen: readonly Observation[]) =>
    (['cold', 'warm', 'outbound'] as const).map((question) => answer(question, [...silences, ...seen])).join(' ');
  const SCAN = 'scan-protection';

  it.each<[about: string, seen: readonly Observation[], expected: string]>([
    ['there are none', [], 'no no no'],
    ['all are let in', [...reached(1950), ...reached(2350), ...reached(3350), ...reached(4350)], 'no no no'],
    ['the last one is let in', reached(4350), 'no no no'],
    ['none is let in, before the last silence is over', [ask(4350)], `no no ${SCAN}`],
    ['none is let in any more, from some time on', [...reached(2350), ask(3350)], `no ${SCAN} ${SCAN}`],
    ['none is let in for a while', [...reached(2350), ask(3150), ...reached(3350)], `no ${SCAN} no`],
    ['one was not let in before it all, then one was', [ask(1000), ...reached(1500)], 'no no no'],
    ['one was not let in just before', [ask(1500)], `${SCAN} ${SCAN} ${SCAN}`],
  ])('%s', (_about, seen, expected) => {
    expect(says(...seen)).toBe(expected);
  });

  it.each([
    [2, 0, 'no no no'],
    [3, 0, `${SCAN} ${SCAN} no`],
    [5, 12, 'no no no'],
    [6, 12, `${SCAN} ${SCAN} no`],
  ])('%d of 43 lost in a row before one is let in, on a line that took %d of 180 probes', (inARow, lost, expected) => {
    const count = (of: number, from: number) => Array.from({ length: of }, (_, index) => from + 100 * index);
    const line = [...count(lost, 100).map((at) => controlLost('primary', at)), ...alive(...count(54 - lost / 3, 4990))];
    const sentinels = [...count(inARow, 5000).map(ask), ...count(43 - inARow, 5000 + 100 * inARow).flatMap(reached)];
    expect(says(...line, ...sentinels)).toBe(expected);
  });

  it('refused for good: what was not asked by then, or not to the end, is not known because of it', () => {
    const refusedAt: Observation = { kind: 'refused-by-router', at: 5000 };
    const of = (question: Question, ...seen: readonly Observation[]) => answer(question, [...seen, refusedAt]);
    expect(of('cold')).toBe(SCAN);
    expect(of('cold', sent('cold', 4900), givenUp('cold'))).toBe(SCAN);
    expect(of('cold', answered('cold', 4000))).toBe('yes');
    expect(of('cold', ...silent('cold', 2000), ...alive(1990, 2310))).toBe('no');
    expect(of('cold', refused('cold'))).toBe('refused');
  });
});

describe('mappings', () => {
  const at = (port: number) => ({ mapped: seenFrom(port) });

  it.each<[about: string, seen: readonly Observation[], port: number | null]>([
    ['none', [answered('cold', 2000, at(50_001))], null],
    ['of the plain request', [answered('outbound', 2000, at(20_000))], 20_000],
    ['of the warm one', [answered('warm', 2000, at(20_000))], 20_000],
    [
      'of the first answer of several',
      [answered('outbound', 2100, at(30_000)), answered('outbound', 2000, at(20_000))],
      20_000,
    ],
    ['of the relayed request when there is no other', [answered('relay', 2000, at(20_000))], 20_000],
    ['of another place only', [answered('elsewhere', 2000, at(20_000))], null],
    [
      "of what arrived elsewhere: it is the asker's all the same",
      [answered('warm', 2000, { arrivedOn: 9001, ...at(9000) })],
      9000,
    ],
  ])('%s', (_about, seen, port) => {
    expect(collect(seen).port.mapped).toEqual(port === null ? null : seenFrom(port));
  });

  it('elsewhere are kept apart, the first of each', () => {
    const seen = [
      answered('elsewhere', 2100, at(3)),
      answered('elsewhere', 2000, at(2)),
      answered('fresh-elsewhere', 2000, at(4)),
    ];
    expect(collect(seen).port.mappedElsewhere).toEqual({ elsewhere: seenFrom(2), 'fresh-elsewhere': seenFrom(4) });
  });
});

describe('the run', () => {
  it('has no one public address for its controls when these were seen by several, or by none', () => {
    const other = { mapped: { address: '203.0.113.45', port: 50_001 } };
    expect(collect([control('primary', 1000), control('primary', 2000, other)]).run.controlAddress).toBeNull();
    expect(collect([]).run.controlAddress).toBeNull();
  });

  const failure = (code: string) => ({ kind: 'other', code }) as const;

  it('knows every port of the plan in its order, and no other', () => {
    const plan = planOf([9002, PORT, 9001]);
    const { ports } = collectEvidence(plan, [listening(9001), listening(4711)]);
    expect(ports.map(({ port, listening: { kind } }) => [port, kind])).toEqual([
      [9002, 'unknown'],
      [PORT, 'unknown'],
      [9001, 'yes'],
    ]);
  });

  it('knows what went wrong', () => {
    const { run, port } = collect([
      { kind: 'control-failed', at: 2, failure: failure('LATER') },
      { kind: 'control-failed', at: 1, failure: failure('FIRST') },
      { kind: 'not-sent', at: 4, port: PORT, failure: failure('LATER') },
      { kind: 'not-sent', at: 3, port: PORT, failure: failure('FIRST') },
      { kind: 'not-listening', at: 1, port: PORT, failure: failure('EADDRINUSE') },
      { kind: 'cancelled', at: 5 },
      strange('no-mapping'),
      strange('malformed'),
      strange('no-mapping', 2001),
    ]);
    expect(run).toMatchObject({ cancelled: true, controlFailure: failure('FIRST') });
    expect(port.listening).toEqual({ kind: 'no', failure: failure('EADDRINUSE') });
    expect([port.notSent, port.strange]).toEqual([failure('FIRST'), ['malformed', 'no-mapping']]);
  });

  it('knows the sockets of the controls by their first mapping, and the public addresses', () => {
    const other = { local: 50_002, mapped: { address: '203.0.113.45', port: 40_000 } };
    const { run } = collect([
      control('alternate', 2000, { ...other, mapped: { address: '203.0.113.45', port: 41_000 } }),
      control('primary', 1000),
      control('alternate', 1000, other),
      answered('outbound', 2000, { mapped: { address: '203.0.113.46', port: 1 } }),
    ]);
    expect(run.bystanders).toEqual([
      { local: 50_001, mapped: 50_001 },
      { local: 50_002, mapped: 40_000 },
    ]);
    expect(run.publicAddresses).toEqual(['203.0.113.44', '203.0.113.46']);
    expect(run.controlAddress).toBe('203.0.113.44');
  });
});

describe('what no socket got', () => {
  const around = alive(1990, 2310);
  const quiet = [...silent('cold', 2000), ...silent('warm', 2000), ...around];
  const heldBack = (...seen: readonly Observation[]) => collect(seen).port.heldBack;

  it('is counted by tries, where the question came to nothing', () => {
    const seen = [captured('cold', 2), captured('cold', 3), captured('cold', 3), captured('warm', 2)];
    expect(heldBack(...quiet, ...seen)).toEqual({ cold: 2, warm: 1 });
    expect(heldBack(...quiet)).toEqual({});
  });

  it('is none if the socket got one of them, in time or late', () => {
    expect(heldBack(...quiet, captured('cold', 2), answered('cold', 2050))).toEqual({});
    const late = [sent('outbound', 2020), answered('cold', 2050)];
    expect(heldBack(...quiet, captured('cold', 2), ...late)).toEqual({});
  });

  it('is none while the question is not settled', () => {
    expect(heldBack(...silent('cold', 2000), captured('cold', 2), captured('cold', 3))).toEqual({});
  });
});

describe('what this machine passes on', () => {
  const quiet = [...silent('cold', 2000), ...silent('warm', 2000), ...alive(1990, 2310)];
  const to = (...seen: readonly Observation[]) => collect(seen).port.passedOn;

  it('is told by question, with where the first one went', () => {
    const seen = [passedOn('cold', '172.17.0.3', 2200), passedOn('cold', '172.17.0.2', 2100)];
    expect(to(...quiet, ...seen)).toEqual({ cold: { address: '172.17.0.2', port: PORT } });
    expect(to(...quiet)).toEqual({});
  });

  it('is none if the socket got one of them, or while the question is not settled', () => {
    expect(to(...quiet, passedOn('cold', '172.17.0.2'), answered('cold', 2050))).toEqual({});
    expect(to(...silent('cold', 2000), passedOn('cold', '172.17.0.2'))).toEqual({});
  });
});

describe('who turned packets back', () => {
  it('is who did it first', () => {
    expect(collect([]).port.turnedBack).toBeNull();
    const seen = [turnedBack('outbound', '203.0.113.1', 2100), turnedBack('warm', '192.168.0.1', 2000)];
    expect(collect(seen).port.turnedBack).toEqual({ by: '192.168.0.1', type: 3, code: 13 });
  });
});
