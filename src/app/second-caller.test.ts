import { describe, expect, test } from 'vitest';
import type { ModelOptions } from '../../lab/model/index.ts';
import type { NetworkSpec, RouterSpec, ServerSpec } from '../../lab/scenarios/index.ts';
import { type CheckRequest, type FinishedCheck, startReflector } from './index.ts';
import { type Lab, lettingIn, openLab, PRIMARY, serverOf } from './test-lab.ts';

const SECOND = '198.51.100.30';
const BOTH = [serverOf(PRIMARY), serverOf(SECOND)];
const UDP = [{ from: 9000, to: 9003 }];
const TCP = [{ from: 5000, to: 5019 }];

/** UDP is open; of TCP what is forwarded up to that port. */
const upTo = (last: number, server: Partial<ServerSpec> = {}, router: Partial<RouterSpec> = {}): NetworkSpec => ({
  router: {
    outward: 'preserve',
    filtering: 'address-and-port',
    forwards: [
      { ports: UDP, to: 'pbx', protocols: ['udp'] },
      ...(last < 5000 ? [] : [{ ports: [{ from: 5000, to: last }], to: 'pbx', protocols: ['tcp'] } as const]),
    ],
    ...router,
  },
  server: { kind: 'full', ...server },
  second: true,
});

async function openBoth(network: NetworkSpec, seed = 1, more: Partial<ModelOptions> = {}): Promise<Lab> {
  const lab = await openLab(network, { seed, ...more });
  const options = { primary: SECOND, alternate: '198.51.100.40', port: 3478, alternatePort: 3479 };
  await lab.run(startReflector(lab.reflector, { ...options, rfc3489: false, lab: false, fault: null }));
  return lab;
}

const check = (lab: Lab, request: Partial<CheckRequest> = {}) =>
  lab.check({ servers: BOTH, udp: UDP, tcp: TCP, ...request });

const tcpOf = ({ report }: FinishedCheck) => report.ports.filter(({ protocol }) => protocol === 'tcp');
const results = (done: FinishedCheck) => [...new Set(tcpOf(done).map(({ result }) => result))].sort().join();
const legs = ({ events }: FinishedCheck) =>
  events.flatMap((event) =>
    event.kind === 'calls-planned' ? [[event.plan.server, event.plan.slices.flat().length]] : [],
  );
const found = ({ report }: FinishedCheck, code: string) => report.findings.find((finding) => finding.code === code);

/** From the first packet to the last. */
const MOMENTS = Array.from({ length: 40 }, (_, index) => 5 + 5 * index);

describe('a server that dies at any moment while it calls, with another one behind it', () => {
  test.each([
    ['open', 5019],
    ['closed', 0],
  ])('leaves no port unknown, and none wrong: all are %s', async (right, last) => {
    const wrong: unknown[] = [];
    for (const after of MOMENTS) {
      const got = results(await check(await openBoth(upTo(last, { diesAfter: after }), after)));
      if (got !== right) wrong.push([after, got]);
    }
    expect(wrong).toEqual([]);
  });

  test('takes the run little longer', async () => {
    for (const after of [60, 100, 140]) {
      const { events } = await check(await openBoth(upTo(0, { diesAfter: after })));
      const last = events.at(-1);
      expect(last?.kind === 'ended' && last.duration).toBeLessThan(60_000);
    }
  });
});

describe('a server that cannot call, though it says so', () => {
  const lost = { callsLost: true } as const;

  test('is contradicted by the second: all ports that look like those are called again', async () => {
    const done = await check(await openBoth(upTo(5019, lost)));
    expect([done.report.verdict, results(done)]).toEqual(['supported', 'open']);
    expect(legs(done)).toEqual([
      [PRIMARY, 20],
      [SECOND, 8],
      [SECOND, 12],
    ]);
    expect(found(done, 'contradicted')?.facts).toMatchObject({ count: 20, server: SECOND, first: PRIMARY });
    expect(found(done, 'contradicted')?.ports).toEqual(['tcp/5000-5019']);
  });

  test('closes nothing of what the second did not come to', async () => {
    const lab = await openBoth(upTo(5019, lost));
    const running = lab.start({ servers: BOTH, udp: UDP, tcp: TCP }, (event, run) => {
      if (event.kind === 'calls-planned' && event.leg === 2) run().cancel();
    });
    const done = await lab.run(running.finished);
    expect([done.report.verdict, results(done)]).toEqual(['cancelled', 'open,untested']);
  });

  test('closes what the second cannot reach either', async () => {
    const done = await check(await openBoth(upTo(5004, lost)));
    const open = tcpOf(done).filter(({ result }) => result === 'open');
    expect(open.map(({ port }) => port)).toEqual([5000, 5001, 5002, 5003, 5004]);
    expect(results(done)).toBe('closed,open');
  });
});

describe('what the first server finds wrong', () => {
  test('is asked of the second for a few ports, and some that work; found together with what UDP has shown', async () => {
    const done = await check(await openBoth(upTo(5004)), { udp: [{ from: 9000, to: 9009 }] });
    expect(legs(done)).toEqual([
      [PRIMARY, 20],
      [SECOND, 12],
    ]);
    expect(done.report.findings.filter(({ code }) => code === 'confirmed')).toHaveLength(1);
    expect(found(done, 'confirmed')?.facts).toMatchObject({ count: 6 + 8, server: SECOND, first: PRIMARY });
  });

  test('is not asked again where all is well, nor of a server that shares an address with it', async () => {
    expect(legs(await check(await openBoth(upTo(5019))))).toHaveLength(1);
    const lab = await openBoth(upTo(0));
    expect(legs(await check(lab, { servers: [serverOf(PRIMARY), serverOf('198.51.100.20')] }))).toHaveLength(1);
  });
});

test('a router that has had enough of both closes nothing', async () => {
  const done = await check(await openBoth(upTo(5019), 1, { meddle: lettingIn(8) }));
  expect(legs(done).length).toBeGreaterThan(1);
  expect(results(done)).toBe('open,untested');
});

test('cancelled while the second one calls, it ends at once', async () => {
  const lab = await openBoth(upTo(0));
  const running = lab.start({ servers: BOTH, udp: UDP, tcp: TCP }, (event, run) => {
    if (event.kind === 'calls-planned' && event.leg === 1) run().cancel();
  });
  const done = await lab.run(running.finished);
  expect(done.report.verdict).toBe('cancelled');
  expect(legs(done)).toHaveLength(2);
});
