import { describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../lab/scenarios/index.ts';
import { startCheck } from './check.ts';
import { type CheckRequest, type FinishedCheck, startReflector } from './index.ts';
import { FORWARDED, type Lab, NOT_FORWARDED, openLab, PRIMARY, serverOf, toStrangers } from './test-lab.ts';

const SECOND = '198.51.100.30';
const SECOND_ALTERNATE = '198.51.100.40';
const BOTH = [serverOf(PRIMARY), serverOf(SECOND)];
const UDP = [{ from: 9000, to: 9019 }];

async function openBoth(network: NetworkSpec, seed = 1, freeSockets?: number): Promise<Lab> {
  const lab = await openLab({ ...network, second: true }, { seed, ...(freeSockets ? { freeSockets } : {}) });
  const options = { primary: SECOND, alternate: SECOND_ALTERNATE, port: 3478, alternatePort: 3479 };
  await lab.run(startReflector(lab.reflector, { ...options, rfc3489: false, lab: false, fault: null }));
  return lab;
}

const check = (lab: Lab, request: Partial<CheckRequest> = {}) => lab.check({ servers: BOTH, udp: UDP, ...request });

const results = ({ report }: FinishedCheck) => [...new Set(report.ports.map(({ result }) => result))].sort();

const codes = ({ report }: FinishedCheck) => report.findings.map(({ code }) => code);

const planned = ({ events }: FinishedCheck) => events.filter((event) => event.kind === 'planned');

const dying = (network: NetworkSpec, diesAfter: number): NetworkSpec => ({
  ...network,
  server: { kind: 'full', diesAfter },
});

const cone = (network: NetworkSpec): NetworkSpec => ({
  ...network,
  router: network.router && { ...network.router, filtering: 'endpoint-independent' },
});

/** The rule ends there. */
const upTo = (last: number): NetworkSpec => ({
  ...FORWARDED,
  router: FORWARDED.router && { ...FORWARDED.router, forwards: [{ ports: [{ from: 9000, to: last }], to: 'pbx' }] },
});

/** From the first packet on to the last that a check sends. */
const MOMENTS = Array.from({ length: 40 }, (_, index) => 5 + 4 * index);

describe('a server that dies at any moment, with another one behind it', () => {
  test.each([
    ['some ports are', upTo(9019)],
    ['all ports are', FORWARDED],
  ])('leaves no port that is open unknown, or called closed (%s forwarded)', async (_, network) => {
    const wrong: unknown[] = [];
    for (const after of MOMENTS) {
      const found = results(await check(await openBoth(dying(network, after), after)));
      if (found.join() !== 'open') wrong.push([after, found]);
    }
    expect(wrong).toEqual([]);
  });

  test('makes no port open that is closed', async () => {
    const wrong: unknown[] = [];
    for (const after of MOMENTS) {
      const found = results(await check(await openBoth(dying(NOT_FORWARDED, after), after)));
      if (found.join() !== 'closed') wrong.push([after, found]);
    }
    expect(wrong).toEqual([]);
  });

  test('nor where the router lets everybody in on a mapping: what has spoken stays unknown', async () => {
    const seen = new Set<string>();
    for (const after of MOMENTS)
      for (const result of results(await check(await openBoth(dying(cone(NOT_FORWARDED), after), after))))
        seen.add(result);
    expect([...seen].sort()).toEqual(['closed', 'untested']);
  });
});

describe('what the first server finds wrong', () => {
  test('is asked of the second for a few ports, and some that work', async () => {
    const lab = await openBoth(upTo(9009));
    const done = await check(lab, { udp: [{ from: 9000, to: 9099 }] });
    expect(planned(done).map(({ round, plan }) => [round, plan.server.name, plan.slices.flat().length])).toEqual([
      ['first', PRIMARY, 100],
      ['again', SECOND, 12],
    ]);
    expect(codes(done)).toContain('confirmed');
    expect(done.report.findings.find(({ code }) => code === 'confirmed')?.facts).toMatchObject({
      count: 8,
      server: SECOND,
      first: PRIMARY,
    });
  });

  test('is not asked again where the second shares an address with it', async () => {
    const lab = await openBoth(NOT_FORWARDED);
    const done = await check(lab, { servers: [serverOf(PRIMARY), serverOf('198.51.100.20')] });
    expect(planned(done)).toHaveLength(1);
  });

  test('nor where all is well', async () => {
    expect(planned(await check(await openBoth(FORWARDED)))).toHaveLength(1);
  });

  test('is found not to be so by the second: all of it is asked again', async () => {
    // All ports look closed to the first server.
    const lab = await openBoth({ ...upTo(9099), server: { kind: 'full', alternateFilters: true } });
    const done = await check(lab, { udp: [{ from: 9000, to: 9099 }] });
    expect(done.report.verdict).toBe('supported');
    expect(codes(done)).toContain('taken-over');
  });

  test('twice within three minutes: the second is not waited for', async () => {
    const lab = await openBoth(NOT_FORWARDED);
    await check(lab);
    const again = await check(lab);
    expect(again.events.filter(({ kind }) => kind === 'waiting').length).toBeLessThanOrEqual(1);
    expect(results(again)).toEqual(['closed']);
  });
});

test('with --no-wait the second is asked at once: the router has been told to forget', async () => {
  const lab = await openBoth(NOT_FORWARDED);
  await check(lab);
  const again = await check(lab, { noWait: true });
  expect(planned(again).map(({ round }) => round)).toEqual(['first', 'again']);
});

describe('servers that are not ours', () => {
  test('share the load', async () => {
    const lab = await openBoth(FORWARDED);
    const run = startCheck(toStrangers(lab.pbx), { ...REQUEST_OF_STRANGERS }, 'lab');
    const done = await lab.run(run.finished);
    expect(planned(done).map(({ round, plan }) => [round, plan.slices.flat().length])).toEqual([
      ['first', 15],
      ['first', 15],
    ]);
    expect(done.report.verdict).toBe('supported');
    expect(done.report.ports).toHaveLength(30);
  });

  test('share sockets, too, where there are few', async () => {
    const lab = await openBoth(FORWARDED, 1, 70);
    const udp = [{ from: 9000, to: 9119 }];
    const run = startCheck(toStrangers(lab.pbx), { ...REQUEST_OF_STRANGERS, udp, sample: 'all' }, 'lab');
    const { report, events } = await lab.run(run.finished);
    expect(planned({ events } as FinishedCheck).filter(({ round }) => round === 'first')).toHaveLength(2);
    expect([report.verdict, report.ports.length]).toEqual(['supported', 120]);
  });

  test('share a sample, and one of them refines it', async () => {
    const network = upTo(9777);
    const lab = await openBoth(network);
    const udp = [{ from: 9000, to: 9999 }];
    const run = startCheck(toStrangers(lab.pbx), { ...REQUEST_OF_STRANGERS, udp, sample: 40 }, 'lab');
    const done = await lab.run(run.finished);
    expect(
      planned(done)
        .map(({ round }) => round)
        .slice(0, 3),
    ).toEqual(['first', 'first', 'refine']);
    expect(done.report.findings.map(({ code }) => code)).toContain('range-ends-early');
    expect(done.report.findings.find(({ code }) => code === 'range-ends-early')?.facts).toMatchObject({
      lastOpen: 9777,
    });
  });
});

const REQUEST_OF_STRANGERS: CheckRequest = {
  servers: BOTH,
  udp: [{ from: 9000, to: 9029 }],
  tcp: [],
  tcpIfPossible: false,
  family: null,
  bindAddress: '0.0.0.0',
  rate: null,
  sample: null,
  order: 'random',
  mode: 'bind',
  serverList: null,
  hostName: null,
  noWait: false,
  noRouter: false,
};
