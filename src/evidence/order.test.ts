import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import type { NetworkSpec, RouterSpec } from '../../lab/scenarios/index.ts';
import { startCheck, startReflector } from '../app/index.ts';
import type { Observation } from '../engine/index.ts';
import type { ProbePlan } from '../plan/index.ts';
import { collectEvidence } from './index.ts';
import {
  answered,
  captured,
  control,
  controlLost,
  givenUp,
  listening,
  PLAN,
  PORT,
  refused,
  sent,
  silent,
  strange,
  turnedBack,
} from './test-observations.ts';

/** What was seen in a real run through a NAT of the model lab. */
async function observe(router: RouterSpec, rest: Partial<NetworkSpec> = {}) {
  const network: NetworkSpec = { router, server: { kind: 'full' }, loss: { out: 0.05, in: 0.05 }, ...rest };
  const model = createModel(network, { seed: 7, duplicate: 0.1, reorder: 0.1, jitter: 5 });
  const server = { primary: '198.51.100.10', alternate: '198.51.100.20', port: 3478, alternatePort: 3479 };
  const started = await model.run(
    startReflector(model.reflector, { ...server, rfc3489: false, fault: null, lab: false }),
  );
  const check = startCheck(
    model.pbx,
    {
      servers: [{ name: 'stun.example', host: '198.51.100.10', port: 3478 }],
      udp: [{ from: 9000, to: 9006 }],
      tcp: [],
      tcpIfPossible: false,
      family: null,
      bindAddress: '0.0.0.0',
      rate: null,
      sample: 'all',
      order: 'random',
      mode: 'bind',
      serverList: null,
      noWait: true,
      noRouter: false,
      hostName: null,
    },
    'test',
  );
  const { events } = await model.run(check.finished);
  if (started.kind === 'ok') started.value.close();
  const plan = events.find((event) => event.kind === 'planned')?.plan;
  if (!plan) throw new Error('nothing was planned');
  const observations = events.flatMap((event) => (event.kind === 'observed' ? [event.observation] : []));
  return { plan, observations };
}

const ROUTER: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };
const PART = [{ ports: [{ from: 9000, to: 9003 }], to: 'pbx' }] as const;
const SHIFTED = [{ ports: [{ from: 9000, to: 9010 }], to: 'pbx', shift: 1 }] as const;

/** Each fact in `because` once, in one order: these are a set. */
const facts = (plan: ProbePlan, observations: readonly Observation[]): string =>
  JSON.stringify(collectEvidence(plan, observations), (key, value: unknown) =>
    key === 'because' && Array.isArray(value)
      ? [...new Set(value.map((one) => JSON.stringify(one)))].toSorted()
      : value,
  );

/** Another order of the same list, in which some are there twice. */
const disorder = (observations: readonly Observation[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...observations], { minLength: observations.length }),
      fc.shuffledSubarray([...observations]),
    )
    .map(([all, again]) => [...again, ...all]);

const at = fc.integer({ min: 1000, max: 3000 });
const question = fc.constantFrom('cold', 'warm', 'outbound', 'change-port', 'sentinel', 'elsewhere' as const);
const role = fc.constantFrom('primary', 'alternate', 'alternate-primary-port' as const);
const publicAt = (port: number) => ({ address: '203.0.113.44', port });

/** Two failures are not of the same moment. */
const failure = fc.tuple(at, fc.constantFrom('EPERM', 'ENOBUFS')).map(([time, code]) => ({
  at: code === 'EPERM' ? time : time + 0.5,
  failure: { kind: 'other', code } as const,
}));

const anything: fc.Arbitrary<Observation> = fc.oneof(
  fc.tuple(question, at).map(([what, time]) => sent(what, time)),
  // Of one moment there is one answer.
  fc
    .tuple(question, at)
    .map(([what, time]) => answered(what, time, { arrivedOn: PORT + (time % 2), mapped: publicAt(9000 + (time % 3)) })),
  fc.tuple(role, at).map(([who, time]) => control(who, time, { local: 50_001 + (time % 2), mapped: publicAt(time) })),
  fc.tuple(role, at).map(([who, time]) => controlLost(who, time)),
  question.map((what) => refused(what)),
  fc.tuple(question, fc.integer({ min: 1, max: 3 })).map(([what, attempt]) => captured(what, attempt)),
  fc
    .tuple(question, at, fc.constantFrom('192.168.0.1', '203.0.113.1'))
    .map(([what, time, by]) => turnedBack(what, by, time)),
  question.map((what) => givenUp(what)),
  fc.constantFrom('malformed', 'wrong-source', 'no-mapping' as const).map((what) => strange(what)),
  failure.map((one): Observation => ({ kind: 'not-sent', port: PORT, ...one })),
  failure.map((one): Observation => ({ kind: 'control-failed', ...one })),
  fc.constant(listening()),
  at.map((time): Observation => ({ kind: 'refused-by-router', at: time })),
);

/** An engine gives a question up once. */
const anyRun = fc
  .tuple(
    fc.array(anything, { maxLength: 25 }),
    fc.uniqueArray(fc.tuple(question, at), { selector: ([what]) => what, maxLength: 3 }),
  )
  .map(([seen, silences]) => [...seen, ...silences.flatMap(([what, time]) => silent(what, time))]);

describe('in another order, and some of it twice, says the same', () => {
  it.each<[about: string, router: RouterSpec, rest: Partial<NetworkSpec>]>([
    ['part of a range', { ...ROUTER, forwards: PART }, {}],
    ['a symmetric NAT', { ...ROUTER, outward: 'random' }, {}],
    ['ports that arrive on others', { ...ROUTER, forwards: SHIFTED }, {}],
    [
      'a held port, and one that is blocked',
      { ...ROUTER, blocked: { ports: [{ from: 9004, to: 9005 }], how: 'drop' } },
      { held: [9001] },
    ],
  ])('what was seen of %s', async (_about, router, rest) => {
    const { plan, observations } = await observe(router, rest);
    expect(observations.length).toBeGreaterThan(100);
    const expected = facts(plan, observations);
    fc.assert(
      fc.property(disorder(observations), (other) => {
        expect(facts(plan, other)).toBe(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('whatever an engine might see', () => {
    fc.assert(
      fc.property(
        anyRun.chain((seen) => fc.tuple(fc.constant(seen), disorder(seen))),
        ([seen, other]) => {
          expect(facts(PLAN, other)).toBe(facts(PLAN, seen));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
