import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PUBLIC, seenFrom } from '../engine/test-plan.ts';
import type { Answer, PortEvidence } from '../evidence/index.ts';
import { judgeRun } from './index.ts';
import { legOf, PORT, QUESTIONS, runOf, server, UNKNOWN } from './test-evidence.ts';

/** Whatever evidence says, possible or not. */
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom<Answer>({ kind: 'yes', because: [] }, { kind: 'no', because: [] }),
  fc.constantFrom(...UNKNOWN).map((why): Answer => ({ kind: 'unknown', why, because: [] })),
);
const mapping = fc.constantFrom(PORT, PORT, 20_000, 30_000).map(seenFrom);
const failure = fc.constantFrom(
  { kind: 'in-use', code: 'EADDRINUSE' } as const,
  { kind: 'permission', code: 'EACCES' } as const,
  { kind: 'other', code: 'E' } as const,
);

const STRANGE = [
  'wrong-source',
  'wrong-socket',
  'malformed',
  'no-mapping',
  'other-mapping',
  'unasked',
] as const satisfies PortEvidence['strange'];

const port: fc.Arbitrary<PortEvidence> = fc.record({
  port: fc.constant(PORT),
  listening: fc.oneof(
    { weight: 8, arbitrary: fc.constant({ kind: 'yes' } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'unknown' } as const) },
    { weight: 1, arbitrary: failure.map((reason) => ({ kind: 'no', failure: reason }) as const) },
  ),
  answers: fc.record(Object.fromEntries(QUESTIONS.map((question) => [question, answer]))) as unknown as fc.Arbitrary<
    PortEvidence['answers']
  >,
  mapped: fc.option(mapping, { freq: 4 }),
  mappedElsewhere: fc.record(
    { elsewhere: mapping, 'far-elsewhere': mapping, 'fresh-elsewhere': mapping },
    { requiredKeys: [] },
  ),
  arrivedOn: fc.constantFrom(null, null, null, 9001),
  notSent: fc.option(failure, { freq: 1 }),
  strange: fc.uniqueArray(fc.constantFrom(...STRANGE), { maxLength: 2 }),
  heldBack: fc.record({ cold: fc.constantFrom(1, 2), warm: fc.constantFrom(1, 2) }, { requiredKeys: [] }),
  passedOn: fc.constantFrom({}, {}, { cold: { address: '172.17.0.2', port: PORT } }),
  turnedBack: fc.constantFrom(null, null, { by: '192.168.0.1', type: 3, code: 13 }),
});

const run = fc
  .record({
    ports: fc.array(port, { minLength: 1, maxLength: 4 }),
    cancelled: fc.constantFrom(false, false, false, true),
    filter: fc.constantFrom('closed', 'closed', 'open', 'unknown'),
    mappingChanges: fc.constantFrom(false, false, false, true),
    controlAddress: fc.constantFrom(PUBLIC, PUBLIC, '203.0.113.99', null),
    bystanders: fc.array(fc.record({ local: fc.constant(50_001), mapped: fc.constantFrom(50_001, 4711) }), {
      maxLength: 2,
    }),
    controlFailure: fc.option(failure, { freq: 1 }),
  })
  .map(({ ports, ...rest }) =>
    runOf(
      ports.map((one, index) => ({ ...one, port: PORT + index })),
      rest,
    ),
  );

const judge = (evidence: ReturnType<typeof runOf>) =>
  judgeRun({
    servers: [server('ok')],
    asked: [],
    legs: [legOf(evidence)],
    calls: [],
    askedCalls: [],
    cancelled: false,
    family: 'ipv4',
  });

const isYes = (one: Answer) => one.kind === 'yes';
const isNo = (one: Answer) => one.kind === 'no';
const cannotAsk = (one: Answer) => one.kind === 'unknown' && one.why === 'cannot-ask';

/** Each verdict beside what it rests on. */
const judged = (evidence: ReturnType<typeof runOf>) =>
  judge(evidence).ports.map((verdict, index) => {
    const seen = evidence.ports[index];
    if (!seen) throw new Error('a verdict without evidence');
    return { verdict, seen, filter: evidence.filter, cold: seen.answers.cold, warm: seen.answers.warm };
  });

const assert = (holds: (one: ReturnType<typeof judged>[number]) => boolean) =>
  fc.assert(
    fc.property(run, (evidence) => {
      expect(judged(evidence).filter((one) => !holds(one))).toEqual([]);
    }),
    { numRuns: 5000 },
  );

it('calls no port open that let nobody in, or nobody but whom any mapping would', () => {
  assert(
    ({ verdict, filter, cold, warm }) =>
      verdict.result !== 'open' || isYes(cold) || (cannotAsk(cold) && isYes(warm) && filter === 'closed'),
  );
});

it('calls no port open that does not listen, or is not known to keep its number somewhere', () => {
  assert(
    ({ verdict, seen }) =>
      verdict.result !== 'open' ||
      (seen.listening.kind === 'yes' &&
        [seen.mapped, ...Object.values(seen.mappedElsewhere)].some((at) => at?.port === seen.port)),
  );
});

it('calls no port closed without a no: to the cold question, or to the warm one where no cold one can be asked', () => {
  assert(
    ({ verdict, seen, cold, warm }) =>
      verdict.result !== 'closed' || isNo(cold) || (cannotAsk(cold) && isNo(warm)) || seen.arrivedOn !== null,
  );
});

it('calls no port closed that let a cold packet in, nor translated that keeps its number everywhere', () => {
  assert(({ verdict, cold }) => verdict.result !== 'closed' || !isYes(cold));
  assert(
    ({ verdict, seen }) =>
      verdict.result !== 'translated' ||
      [seen.mapped, ...Object.values(seen.mappedElsewhere)].some((at) => at && at.port !== seen.port),
  );
});

it('calls no port silent that was heard: no-answer needs a no to the plain question', () => {
  assert(({ verdict, seen }) => verdict.result !== 'no-answer' || isNo(seen.answers.outbound));
});

it('supports a run only if every port is open, and nobody has cancelled it', () => {
  fc.assert(
    fc.property(run, (evidence) => {
      const { verdict, reason, ports } = judge(evidence);
      const isAllOpen = ports.every(({ result }) => result === 'open');
      expect(verdict === 'supported').toBe(isAllOpen && !evidence.cancelled);
      expect(reason === null).toBe(verdict === 'supported' || verdict === 'cancelled');
      const isProven = ports.some(({ result }) => ['closed', 'translated', 'no-answer'].includes(result));
      expect(verdict === 'unsupported').toBe(isProven && !evidence.cancelled);
    }),
    { numRuns: 2000 },
  );
});
