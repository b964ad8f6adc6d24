import { describe, expect, test } from 'vitest';
import type { ModelOptions, UnitSpec, UnitsSpec } from '../../lab/model/index.ts';
import type { NetworkSpec } from '../../lab/scenarios/index.ts';
import type { Report } from '../report/index.ts';
import { conclude, planExclusive, type RunEvent } from './index.ts';
import { FORWARDED, type Lab, lettingIn, NOT_FORWARDED, openLab, REQUEST } from './test-lab.ts';

/* A PBX of three services, as a 3CX is built: two of them hold ports, and one goes where the first goes. */

const SIP: UnitSpec = { name: 'sip', udp: [5060], tcp: [5060] };
const IVR: UnitSpec = { name: 'ivr', requires: ['sip'] };
const MEDIA: UnitSpec = { name: 'media', udp: [9000, 9001, 9002, 9003] };
const UNITS = [SIP, IVR, MEDIA];

const open = (spec: Partial<UnitsSpec> = {}, network = FORWARDED) =>
  openLab(network, { services: { units: UNITS, ...spec } });

const withTrouble = (name: string, trouble: NonNullable<UnitSpec['trouble']>): readonly UnitSpec[] =>
  UNITS.map((unit) => (unit.name === name ? { ...unit, trouble } : unit));

const statesOf = (lab: Lab): Record<string, string> =>
  Object.fromEntries(
    UNITS.map(({ name }) => [name, lab.units.changes.findLast((one) => one.name === name)?.state ?? 'never touched']),
  );

const ALL_RUN = { sip: 'running', ivr: 'running', media: 'running' };

const results = ({ ports }: Report) => ports.map(({ protocol, port, result }) => `${protocol}/${port} ${result}`);

const stepsOf = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => {
    if (event.kind !== 'service') return [];
    const { step } = event;
    return step.step === 'failed'
      ? [`${step.service ?? 'keeper'}: ${step.what} ${step.failure.kind}`]
      : [`${step.service} ${step.step}`];
  });

describe('a check in exclusive mode', () => {
  test('stops what holds the ports, each only while they are asked, and gives one report', async () => {
    const lab = await open();
    const { report, events } = await lab.run((await lab.startExclusive()).finished);
    expect(results(report)).toEqual(REQUEST.udp.flatMap(({ from, to }) => range(from, to)).map((p) => `udp/${p} open`));
    expect(report.verdict).toBe('supported');
    expect(stepsOf(events)).toEqual([
      ...['ivr stopping', 'ivr stopped', 'sip stopping', 'sip stopped'],
      ...['sip starting', 'sip started', 'ivr starting', 'ivr started', 'sip held'],
      ...['media stopping', 'media stopped', 'media starting', 'media started', 'media held'],
    ]);
    expect(statesOf(lab)).toEqual(ALL_RUN);
    expect([lab.leftOpen(), lab.units.keepers()]).toEqual([0, 0]);
    expect(conclude(JSON.parse(JSON.stringify(events)) as RunEvent[])).toEqual(report);
  });

  test('asks first what nobody holds, and stops nothing for it', async () => {
    const lab = await open();
    const run = await lab.startExclusive();
    const { events } = await lab.run(run.finished);
    const legs = events.flatMap((event) => (event.kind === 'planned' ? [event.plan.slices.flat().sort()] : []));
    expect(legs).toEqual([[9004, 9005], [5060], [9000, 9001, 9002, 9003]]);
    const first = events.findIndex((event) => event.kind === 'service');
    const asked = events.findLastIndex((event) => event.kind === 'observed' && event.leg === 0);
    expect(first).toBeGreaterThan(asked);
  });

  test('a service is down while its ports are asked, and not a second longer', async () => {
    const lab = await open({}, NOT_FORWARDED);
    const { report, events } = await lab.run((await lab.startExclusive()).finished);
    expect(report.verdict).toBe('unsupported');
    for (const { service, downMs } of report.services?.services ?? []) {
      const leg = service === 'media' ? 2 : 1;
      const times = events.flatMap((event) =>
        event.kind === 'observed' && event.leg === leg ? [event.observation.at] : [],
      );
      const asked = Math.max(...times) - Math.min(...times);
      expect(downMs ?? Number.NaN).toBeLessThan(asked + 1000);
      expect(downMs).toBeGreaterThan(asked);
    }
  });

  test('TCP ports are called while their service is stopped', async () => {
    const lab = await open();
    const tcp = [{ from: 5060, to: 5061 }];
    const { report } = await lab.run((await lab.startExclusive({ tcp })).finished);
    expect(results(report).slice(-2)).toEqual(['tcp/5060 open', 'tcp/5061 open']);
    expect(statesOf(lab)).toEqual(ALL_RUN);
  });

  test.each([
    ['a port that nobody holds', [{ from: 5060, to: 5069 }]],
    [
      'a port that its service holds again',
      [
        { from: 5060, to: 5060 },
        { from: 5090, to: 5090 },
      ],
    ],
  ])(
    'a router that has had enough before a service is stopped closes none of its ports: the witness is %s',
    async (_, tcp) => {
      const units = UNITS.map((unit) => (unit === MEDIA ? { ...MEDIA, tcp: [5090] } : unit));
      const asked = async (network: NetworkSpec, meddle?: ModelOptions['meddle']) => {
        const lab = await openLab(network, { services: { units }, ...(meddle ? { meddle } : {}) });
        const { report } = await lab.run((await lab.startExclusive({ tcp })).finished);
        return results(report).filter((line) => line.startsWith('tcp'));
      };
      const last = tcp.at(-1)?.to === 5090 ? 'tcp/5090' : 'tcp/5060';
      expect((await asked(FORWARDED)).filter((line) => !line.endsWith('open'))).toEqual([]);
      expect(await asked(FORWARDED, lettingIn(tcp.length === 1 ? 9 : 1))).toContain(`${last} untested`);
      expect(await asked(but(Number(last.slice(4))))).toContain(`${last} closed`);
    },
  );

  test('where nothing is held, nothing is stopped and nobody keeps watch', async () => {
    const lab = await open({ keeper: 'cannot' });
    const { report } = await lab.run((await lab.startExclusive({ udp: [{ from: 7000, to: 7003 }] })).finished);
    expect(report.verdict).toBe('supported');
    expect(lab.units.changes).toEqual([]);
  });

  test('a port that a call takes meanwhile is asked with those of its service', async () => {
    const lab = await open();
    const run = await lab.startExclusive({}, ({ kind }) => {
      if (kind === 'exclusive') lab.units.take('media', 9004);
    });
    const { report, events } = await lab.run(run.finished);
    expect(events).toContainEqual(
      expect.objectContaining({ observation: expect.objectContaining({ kind: 'not-listening', port: 9004 }) }),
    );
    expect([report.verdict, report.sample]).toEqual(['supported', undefined]);
    expect(results(report)).toHaveLength(7);
  });

  test('what waits for the router waits before anything is stopped', async () => {
    const lab = await open({}, NOT_FORWARDED);
    await lab.check();
    const { report, events } = await lab.run((await lab.startExclusive()).finished);
    const waited = events.flatMap((event) => (event.kind === 'waiting' ? [event.for] : []));
    expect(Math.max(...waited)).toBeGreaterThan(10_000);
    expect(Math.max(...(report.services?.services ?? []).map(({ downMs }) => downMs ?? 0))).toBeLessThan(10_000);
  });

  test('without a server nothing is stopped', async () => {
    const lab = await open({}, { ...FORWARDED, server: { kind: 'silent' } });
    const run = await lab.startExclusive();
    expect((await lab.run(run.finished)).report.verdict).toBe('inconclusive');
    expect(lab.units.changes).toEqual([]);
  });
});

describe('whatever goes wrong, everything else is restored', () => {
  test.each<[string, readonly UnitSpec[], Partial<UnitsSpec>, string, Record<string, string>]>([
    ['one will not stop', withTrouble('media', 'stop-hangs'), {}, 'media: stop timed-out', ALL_RUN],
    [
      'one refuses to stop',
      withTrouble('sip', 'stop-fails'),
      {},
      'sip: stop failed',
      { ...ALL_RUN, sip: 'never touched', media: 'never touched' },
    ],
    [
      'one that goes along will not',
      withTrouble('ivr', 'stop-hangs'),
      {},
      'ivr: stop timed-out',
      { ...ALL_RUN, media: 'never touched', sip: 'never touched' },
    ],
    [
      'one does not start again',
      withTrouble('ivr', 'start-fails'),
      {},
      'ivr: start failed',
      { ...ALL_RUN, ivr: 'failed', media: 'never touched' },
    ],
    [
      'what others need does not',
      withTrouble('sip', 'start-fails'),
      {},
      'sip: start failed',
      { ivr: 'failed', sip: 'failed', media: 'never touched' },
    ],
    [
      'one hangs while it starts',
      withTrouble('media', 'start-hangs'),
      {},
      'media: start timed-out',
      { ...ALL_RUN, media: 'changing' },
    ],
    [
      'one dies as soon as it runs',
      withTrouble('media', 'dies'),
      {},
      'media: start died',
      { ...ALL_RUN, media: 'failed' },
    ],
    ['one does not take its ports', withTrouble('media', 'does-not-hold'), {}, 'media: hold timed-out', ALL_RUN],
    [
      'nobody keeps watch',
      UNITS,
      { keeper: 'cannot' },
      'keeper: guard no-keeper',
      { sip: 'never touched', ivr: 'never touched', media: 'never touched' },
    ],
  ])('%s', async (_, units, spec, trouble, states) => {
    const lab = await open({ units, ...spec });
    const { report, events } = await lab.run((await lab.startExclusive()).finished);
    expect(stepsOf(events)).toContain(trouble);
    expect(statesOf(lab)).toEqual(states);
    expect([report.verdict, report.reason]).toEqual(['inconclusive', 'services']);
    expect(results(report)).toHaveLength(7);
    expect(report.findings[0]?.code).toMatch(/^services?-/);
    expect([lab.leftOpen(), lab.units.keepers()]).toEqual([0, 0]);
    expect(conclude(JSON.parse(JSON.stringify(events)) as RunEvent[])).toEqual(report);
  });

  test('a bug of ours', async () => {
    const lab = await open();
    let isThrown = false;
    const run = await lab.startExclusive({}, (event) => {
      if (isThrown || event.kind !== 'observed' || event.leg !== 1) return;
      isThrown = true;
      throw new Error('a bug');
    });
    await expect(lab.run(run.finished)).rejects.toThrow('a bug');
    expect(statesOf(lab)).toEqual({ ...ALL_RUN, media: 'never touched' });
    expect([lab.leftOpen(), lab.units.keepers()]).toEqual([0, 0]);
  });

  test.each([50, 120, 350, 900, 1500, 2500])('its keeper is gone after %d ms', async (livesFor) => {
    const lab = await open({ keeper: { livesFor } }, NOT_FORWARDED);
    const { report, events } = await lab.run((await lab.startExclusive()).finished);
    // What is being asked ends at once: until then nobody would restore.
    const steps = events.flatMap((event) => (event.kind === 'service' ? [event.step] : []));
    const lost = steps.findIndex(({ step }) => step === 'failed');
    const next = steps.slice(lost).find(({ step }) => step === 'starting');
    expect((next?.at ?? Number.NaN) - (steps[lost]?.at ?? 0)).toBeLessThan(200);
    expect(new Set(['running', 'never touched', ...Object.values(statesOf(lab))]).size).toBe(2);
    expect([report.verdict, report.reason]).toEqual(['inconclusive', 'services']);
    expect([lab.leftOpen(), lab.units.keepers()]).toEqual([0, 0]);
  });

  test('its keeper is gone at any moment, also while something starts', async () => {
    const whole = await open();
    await whole.run((await whole.startExclusive()).finished);
    const [first, last] = [whole.units.changes[0]?.at ?? 0, whole.units.changes.at(-1)?.at ?? 0];
    let interrupted = 0;
    for (let livesFor = 10; livesFor < last - first; livesFor += 20) {
      const lab = await open({ keeper: { livesFor } });
      const { events } = await lab.run((await lab.startExclusive()).finished);
      const steps = stepsOf(events);
      if (steps.indexOf('keeper: guard keeper-lost') > steps.indexOf('sip starting')) interrupted++;
      expect(new Set(['running', 'never touched', ...Object.values(statesOf(lab))]).size).toBe(2);
      expect(steps.filter((step) => step.includes(': start'))).toEqual([]);
      expect(lab.units.keepers()).toBe(0);
    }
    expect(interrupted).toBeGreaterThan(3);
  });
});

test('cancelled at every moment: all of it runs, and no port was taken from a service that starts', async () => {
  const tcp = [{ from: 5060, to: 5060 }];
  const whole = await open({}, NOT_FORWARDED);
  const { events: all } = await whole.run((await whole.startExclusive({ tcp })).finished);
  // All that concerns services, and some of the rest.
  const moments = all.flatMap(({ kind }, index) => (kind === 'service' || index % 60 === 0 ? [index + 1] : []));
  for (const after of moments.filter((moment) => moment > 1 && moment < all.length)) {
    const lab = await open({}, NOT_FORWARDED);
    let seen = 0;
    const run = await lab.startExclusive({ tcp }, (_, running) => {
      if (++seen === after) running().cancel();
    });
    const { report, events } = await lab.run(run.finished);
    const states = new Set(Object.values(statesOf(lab)));
    states.delete('never touched');
    expect([...states, after]).toEqual([...(states.size > 0 ? ['running'] : []), after]);
    expect(stepsOf(events).filter((step) => step.includes(':'))).toEqual([]);
    expect(report.verdict).toBe('cancelled');
    expect(results(report)).toHaveLength(8);
    // The reflector may still be calling.
    await lab.advance(10_000);
    expect([lab.leftOpen(), lab.units.keepers()]).toEqual([0, 0]);
  }
});

describe('before anything is stopped', () => {
  const problemOf = async (spec: Partial<UnitsSpec>): Promise<unknown> => {
    const lab = await open(spec);
    const plan = await planExclusive(lab.pbx, REQUEST, null);
    return plan.kind === 'error' ? plan.error : 'none';
  };

  test('whoever may not is told so', async () => {
    expect(await problemOf({ mayNot: true })).toMatchObject({ kind: 'trouble', failure: { kind: 'permission' } });
  });

  test('a service that the checker itself belongs to is left alone, also where it would go along', async () => {
    expect(await problemOf({ self: 'sip' })).toEqual({ kind: 'own-service', service: 'sip' });
    expect(await problemOf({ self: 'ivr' })).toEqual({ kind: 'own-service', service: 'ivr' });
    expect(await problemOf({ self: 'another' })).toBe('none');
  });
});

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** All ports are forwarded but this one. */
const but = (port: number): NetworkSpec => ({
  router: {
    outward: 'preserve',
    filtering: 'address-and-port',
    forwards: [
      { ports: [{ from: 1, to: port - 1 }], to: 'pbx' },
      { ports: [{ from: port + 1, to: 65_535 }], to: 'pbx' },
    ],
  },
  server: { kind: 'full' },
});
