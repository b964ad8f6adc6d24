import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../base/index.ts';
import type { Question } from '../plan/index.ts';
import { seenFrom } from './test-plan.ts';
import { wanted } from './wanted.ts';

const PORT = 9000;
/** What another router might have made of it. */
const OTHER = 20_000;
const THIRD = 30_000;

interface Situation {
  /** `cold+ warm-`: the cold question was answered, the tries of the warm one are over. */
  readonly settled?: string;
  readonly warmTries?: number;
  readonly mapped?: number;
  readonly elsewhere?: Partial<Record<Question, number>>;
  /** Questions that the server cannot be asked. */
  readonly cannot?: readonly Question[];
  readonly enough?: readonly Question[];
  readonly confirming?: boolean;
  readonly isSentinel?: boolean;
}

function ask(situation: Situation): string {
  const { settled = '', warmTries = 0, mapped, elsewhere = {}, cannot = [], enough = [] } = situation;
  const { confirming = false, isSentinel = false } = situation;
  const outcomes = settled
    .split(' ')
    .map((word) => [word.slice(0, -1), word.endsWith('+') ? 'answered' : 'not-answered']);
  const places = Object.entries(elsewhere).map(([question, port]) => [question, seenFrom(port)] as const);
  const progress = {
    port: PORT,
    settled: Object.fromEntries(outcomes) as Partial<Record<Question, 'answered' | 'not-answered'>>,
    tried: { warm: warmTries },
    isStale: false,
    isSentinel,
    mapped: mapped === undefined ? null : seenFrom(mapped),
    mappedElsewhere: Object.fromEntries(places) as Partial<Record<Question, Endpoint>>,
  };
  const run = {
    can: (question: Question) => question !== 'cold-near' && !cannot.includes(question),
    enough: (question: Question) => enough.includes(question),
    confirming: () => confirming,
  };
  return wanted(progress, run).join(' ');
}

const BASIC = ['cold', 'warm', 'relay', 'change-port', 'elsewhere', 'far-elsewhere', 'fresh-elsewhere'] as const;
const NO_COLD = ['cold', 'relay'] as const;

const noElse = (settled: string, mapped = PORT) => ({ settled, mapped });

type Row = readonly [about: string, situation: Situation, expected: string];

const check = (rows: readonly Row[]) =>
  it.each(rows)('%s', (_about, situation, expected) => {
    expect(ask(situation)).toBe(expected);
  });

describe('the order of questions, of a port that', () => {
  check([
    ['has not been asked anything: cold, before it has sent anything', {}, 'cold'],
    ['let the cold packet in: outbound, and never warm', { settled: 'cold+' }, 'outbound'],
    ['let nothing in yet: warm', { settled: 'cold-' }, 'warm'],
    ['has asked the warm question once: still only this', { settled: 'cold-', warmTries: 1 }, 'warm'],
    ['asks it a second time: the plain request, too', { settled: 'cold-', warmTries: 2 }, 'warm outbound'],
    [
      'knows its mapping by then: no second plain request',
      { settled: 'cold- outbound+', warmTries: 3, mapped: PORT },
      'warm',
    ],
    ['got no plain answer: the warm question goes on', { settled: 'cold- outbound-', warmTries: 3 }, 'warm'],
    ['got a warm answer: it is done', noElse('cold- warm+'), ''],
    ['let nothing in at all: from another port of the same address?', noElse('cold- warm- outbound+'), 'change-port'],
    [
      'let nothing in, as enough others: it is done',
      { ...noElse('cold- warm- outbound+'), enough: ['change-port'] },
      '',
    ],
    ['was asked that, too: it is done', noElse('cold- warm- outbound+ change-port-'), ''],
    ['is open: it is done', noElse('cold+ outbound+'), ''],
  ]);
});

describe('a port that gets no answer', () => {
  check([
    ['has the plain question left', { settled: 'cold- warm-' }, 'outbound'],
    ['is asked whether it gets out at all', { settled: 'cold- warm- outbound-' }, 'relay'],
    ['is not asked that if enough others were', { settled: 'cold- warm- outbound-', enough: ['relay'] }, ''],
    ['is done then', { settled: 'cold- warm- outbound- relay-' }, ''],
    ['is done even when that was answered', { settled: 'cold- warm- outbound- relay+' }, ''],
    ['is asked so although the cold packet got in', { settled: 'cold+ outbound-' }, 'relay'],
    ['is not asked what the server cannot do', { settled: 'warm- outbound-', cannot: NO_COLD }, ''],
  ]);
});

describe('a port whose number is rewritten', () => {
  const closed = noElse('cold- warm- outbound+', OTHER);
  const forwarded = noElse('cold+ outbound+', OTHER);
  check([
    [
      'has nothing to expect from the warm question',
      { settled: 'cold- outbound+', warmTries: 2, mapped: OTHER },
      'elsewhere',
    ],
    ['is looked at from the other port of the primary', closed, 'elsewhere'],
    [
      'differs there: that is proof enough',
      { ...closed, settled: 'cold- elsewhere+', elsewhere: { elsewhere: THIRD } },
      '',
    ],
    [
      'agrees there: from the far end',
      { ...closed, settled: 'cold- elsewhere+', elsewhere: { elsewhere: OTHER } },
      'far-elsewhere',
    ],
    [
      'is preserved there: from the far end',
      { ...closed, settled: 'cold- elsewhere+', elsewhere: { elsewhere: PORT } },
      'far-elsewhere',
    ],
    ['is not seen there: it is done', { ...closed, settled: 'cold- elsewhere-' }, ''],
    [
      'was looked at from everywhere: it is done',
      { ...closed, settled: 'cold- elsewhere+ far-elsewhere+', elsewhere: { elsewhere: OTHER } },
      '',
    ],
    // Trap 2: what it sends to the role of the cold packet goes back the way that this came.
    ['heard one role: the other one is asked', forwarded, 'fresh-elsewhere'],
    [
      'agrees there',
      { ...forwarded, settled: 'cold+ fresh-elsewhere+', elsewhere: { 'fresh-elsewhere': OTHER } },
      'elsewhere',
    ],
    ['differs there', { ...forwarded, settled: 'cold+ fresh-elsewhere+', elsewhere: { 'fresh-elsewhere': THIRD } }, ''],
    [
      'is never asked for the far end once it heard it',
      { ...forwarded, settled: 'cold+ fresh-elsewhere+ elsewhere+', elsewhere: { 'fresh-elsewhere': PORT } },
      '',
    ],
    ['of a server with one address: nothing more', { settled: 'outbound+', mapped: OTHER, cannot: BASIC }, ''],
  ]);
});

describe('a preserved port that may be chance', () => {
  const open = { ...noElse('cold+ outbound+'), confirming: true };
  const closed = { ...noElse('cold- warm- outbound+ change-port-'), confirming: true };
  check([
    ['is not looked at before all are finished', { ...open, confirming: false }, ''],
    ['is looked at from where it has heard nothing', open, 'fresh-elsewhere'],
    ['is confirmed there', { ...open, settled: 'cold+ fresh-elsewhere+', elsewhere: { 'fresh-elsewhere': PORT } }, ''],
    [
      'is rewritten there: a third place tells',
      { ...open, settled: 'cold+ fresh-elsewhere+', elsewhere: { 'fresh-elsewhere': OTHER } },
      'elsewhere',
    ],
    ['gets no answer there: it is done', { ...open, settled: 'cold+ fresh-elsewhere-' }, ''],
    ['is closed: from the other port of the primary', closed, 'elsewhere'],
    [
      'is closed and rewritten there',
      { ...closed, settled: 'cold- warm- change-port- elsewhere+', elsewhere: { elsewhere: OTHER } },
      'far-elsewhere',
    ],
    ['has questions left: these come first', { ...closed, settled: 'cold- warm- outbound+' }, 'change-port'],
    ['does not answer: nothing to confirm', { settled: 'cold- warm- outbound- relay-', confirming: true }, ''],
  ]);
});

describe('a sentinel, which has heard both alternate roles', () => {
  const rewritten = { ...noElse('cold+ outbound+', OTHER), isSentinel: true };
  const preserved = { ...noElse('cold+ outbound+'), isSentinel: true, confirming: true };
  check([
    ['is looked at from the primary first', preserved, 'elsewhere'],
    ['is confirmed there', { ...preserved, settled: 'cold+ elsewhere+', elsewhere: { elsewhere: PORT } }, ''],
    [
      'is rewritten there',
      { ...preserved, settled: 'cold+ elsewhere+', elsewhere: { elsewhere: OTHER } },
      'fresh-elsewhere',
    ],
    ['has another number: from the primary first, too', rewritten, 'elsewhere'],
  ]);
});

describe('a server that', () => {
  check([
    ['cannot send cold packets is asked warm at once', { cannot: NO_COLD }, 'warm'],
    ['has one address is asked plainly', { cannot: BASIC }, 'outbound'],
    ['has one address and does not answer: it is done', { settled: 'outbound-', cannot: BASIC }, ''],
    [
      'has one address: nothing to refine, nothing to confirm',
      { ...noElse('outbound+'), cannot: BASIC, confirming: true },
      '',
    ],
  ]);
});

describe('traps 1, 2 and 4', () => {
  /** Every situation that can come about, and more. */
  function* situations(): Generator<Situation> {
    const outcomes = ['', '+', '-'];
    const questions: readonly Question[] = ['cold', 'warm', 'outbound', 'change-port', 'elsewhere', 'fresh-elsewhere'];
    for (let code = 0; code < 3 ** questions.length; code++) {
      const words = questions.map(
        (question, at) => [question, outcomes[Math.floor(code / 3 ** at) % 3] ?? ''] as const,
      );
      const settled = words.flatMap(([question, how]) => (how ? [question + how] : [])).join(' ');
      for (const mapped of [PORT, OTHER])
        for (const confirming of [false, true])
          for (const there of [PORT, OTHER])
            yield {
              settled,
              mapped,
              confirming,
              warmTries: 2,
              elsewhere: { elsewhere: there, 'fresh-elsewhere': there },
            };
    }
  }
  const all = [...situations()].map((situation) => ({ ...situation, asked: ask(situation).split(' ') }));
  const settledIs = (what: string) => (one: Situation) => (one.settled ?? '').split(' ').includes(what);
  const offenders = (holds: (one: (typeof all)[number]) => boolean) => all.filter((one) => !holds(one));

  it('nothing goes to an alternate address while its filtering questions are open', () => {
    const far = all.filter(({ asked }) => asked.some((question) => /^(far|fresh)-elsewhere$/.test(question)));
    expect(far.length).toBeGreaterThan(50);
    const settled = (one: Situation) =>
      settledIs('cold+')(one) || (settledIs('cold-')(one) && /warm[+-]/.test(one.settled ?? ''));
    // A rewritten port has nothing to expect from the warm question: its answer would go to the other number.
    expect(far.filter((one) => !settled(one) && one.mapped === PORT)).toEqual([]);
    expect(far.filter((one) => !settledIs('cold+')(one) && !settledIs('cold-')(one))).toEqual([]);
  });

  it('nothing leaves the port while the cold question is open', () => {
    expect(offenders((one) => /cold[+-]/.test(one.settled ?? '') || one.asked.join() === 'cold')).toEqual([]);
  });

  it('a port that heard a cold packet never speaks to the role that sent it, nor asks the other one for an answer', () => {
    const forwarded = all.filter(settledIs('cold+'));
    expect(forwarded.filter(({ asked }) => asked.includes('far-elsewhere') || asked.includes('warm'))).toEqual([]);
  });

  it('the role that is fresh is used only where it was not asked for an answer', () => {
    const fresh = all.filter(({ asked }) => asked.includes('fresh-elsewhere'));
    expect(fresh.filter((one) => !settledIs('cold+')(one))).toEqual([]);
  });
});
