import { describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../lab/scenarios/index.ts';
import { err, ok } from '../base/index.ts';
import { fewestSockets } from '../plan/index.ts';
import type { Report } from '../report/index.ts';
import type { System, UdpHandlers } from '../system/index.ts';
import { conclude } from './conclude.ts';
import {
  type CheckRequest,
  type RunEvent,
  type RunningCheck,
  socketsNeeded,
  startCheck,
  startReflector,
} from './index.ts';
import {
  ALTERNATE,
  DEAD,
  FORWARDED,
  type Lab,
  NOT_FORWARDED,
  openLab,
  PRIMARY,
  REQUEST,
  seenAs,
  serverOf,
  toStrangers,
} from './test-lab.ts';

const results = ({ ports }: Report) => [...new Set(ports.map(({ result }) => result))];
const kinds = (events: readonly RunEvent[]) => [...new Set(events.map(({ kind }) => kind))];
const leaderOf = (events: readonly RunEvent[]) => events.find((event) => event.kind === 'planned')?.plan.server.name;
const range = (from: number, to = from) => ({ from, to });

/** The PBX of a lab, with a resolver of its own. */
const resolving = (lab: Lab, resolve: System['names']['resolve']): System => ({
  ...lab.pbx,
  names: { ...lab.pbx.names, resolve },
});

/** The PBX of a lab, and how many timers of it are still to come. */
function timing({ pbx }: Lab): { readonly system: System; pending(): number } {
  const pending = new Set<object>();
  const at: System['clock']['at'] = (when, callback) => {
    const token = {};
    pending.add(token);
    const timer = pbx.clock.at(when, () => {
      pending.delete(token);
      callback();
    });
    return {
      cancel() {
        pending.delete(token);
        timer.cancel();
      },
    };
  };
  return { system: { ...pbx, clock: { ...pbx.clock, at } }, pending: () => pending.size };
}

const checkWith = (lab: Lab, system: System, request: Partial<CheckRequest> = {}) =>
  lab.run(startCheck(system, { ...REQUEST, ...request }, 'lab').finished);

test('tells what happens in the order in which it happens, and gives the same list', async () => {
  const lab = await openLab({ ...FORWARDED, held: [9001] });
  const told: RunEvent[] = [];
  const { events } = await lab.run(lab.start({}, (event) => told.push(event)).finished);
  expect(told).toEqual(events);
  const order = [
    'started',
    'family',
    'resolved',
    'gateway',
    'server',
    'server-checked',
    'mode',
    'planned',
    'observed',
    'holders',
    'ended',
  ];
  // What the router says, or that it does not, comes whenever it comes.
  expect(kinds(events).filter((kind) => kind !== 'router')).toEqual(order);
  expect(kinds(events)).toContain('router');
  expect(events.at(-1)).toMatchObject({ kind: 'ended', cancelled: false });
});

test('leaves no socket, no timer and no listener behind', async () => {
  const lab = await openLab(NOT_FORWARDED);
  let told = 0;
  const { system, pending } = timing(lab);
  await lab.run(startCheck(system, REQUEST, 'lab', () => told++).finished);
  expect([lab.leftOpen(), pending()]).toEqual([0, 0]);
  const before = told;
  await lab.advance(600_000);
  expect(told).toBe(before);
});

describe('several servers', () => {
  const dead = serverOf('dead.example', DEAD);

  test.each([
    ['first', [dead, serverOf(PRIMARY)], ['unreachable', 'ok']],
    ['last', [serverOf(PRIMARY), dead], ['ok', 'unreachable']],
  ])('the dead one is %s: the other one leads', async (_, servers, states) => {
    const { report } = await (await openLab(FORWARDED)).check({ servers });
    expect(report.verdict).toBe('supported');
    expect(report.servers.map(({ state }) => state)).toEqual(states);
    expect(report.servers.map(({ name }) => name)).toEqual(servers.map(({ name }) => name));
  });

  test('all dead: nothing is asked, and nothing is remembered', async () => {
    const lab = await openLab(FORWARDED);
    const { report, events } = await lab.check({ servers: [dead, serverOf('198.51.100.78')] });
    expect(report).toMatchObject({ verdict: 'inconclusive', reason: 'servers-unreachable' });
    expect(results(report)).toEqual(['untested']);
    expect(kinds(events)).not.toContain('planned');
    expect(await lab.pbx.files.readState('past-checks.json')).toBeNull();
  });

  test('one that can ask everything goes before one that cannot, wherever it stands', async () => {
    const lab = await openLab(FORWARDED);
    const single = {
      primary: ALTERNATE,
      alternate: null,
      port: 5_000,
      alternatePort: 5_001,
      rfc3489: false,
      lab: false,
      fault: null,
    };
    await lab.run(startReflector(lab.reflector, single));
    const servers = [{ name: 'single', host: ALTERNATE, port: 5_000 }, serverOf(PRIMARY)];
    const { report, events } = await lab.check({ servers });
    expect(report.servers.map(({ state }) => state)).toEqual(['no-second-address', 'ok']);
    expect(leaderOf(events)).toBe(PRIMARY);
    const alone = await lab.check({ servers: servers.slice(0, 1), noWait: true });
    expect(leaderOf(alone.events)).toBe('single');
  });

  test('are reported in the order in which they were named, however late one is resolved', async () => {
    const lab = await openLab(FORWARDED);
    const { clock } = lab.pbx;
    const late = resolving(
      lab,
      () => new Promise((resolve) => clock.at(clock.now() + 1_000, () => resolve(ok([PRIMARY])))),
    );
    const { report } = await checkWith(lab, late, { servers: [serverOf('late.example'), serverOf(ALTERNATE)] });
    expect(report.servers.map(({ name }) => name)).toEqual(['late.example', ALTERNATE]);
  });

  test('a name without an address does not keep the next one from being asked', async () => {
    const { report } = await (await openLab(FORWARDED)).check({
      servers: [serverOf('nowhere.example'), serverOf(PRIMARY)],
    });
    expect(report.servers.map(({ state }) => state)).toEqual(['unresolvable', 'ok']);
    expect(report.verdict).toBe('supported');
  });
});

describe('a name with several addresses', () => {
  const check = async (addresses: readonly string[]) => {
    const lab = await openLab(FORWARDED);
    const { report } = await checkWith(
      lab,
      resolving(lab, () => Promise.resolve(ok(addresses))),
      {
        servers: [serverOf('stun.example')],
      },
    );
    return { report, lab };
  };

  test('each is asked; the first that answers leads', async () => {
    const { report } = await check([DEAD, PRIMARY]);
    expect(report.verdict).toBe('supported');
    expect(report.servers).toMatchObject([
      { name: 'stun.example', address: DEAD, state: 'unreachable' },
      { name: 'stun.example', address: PRIMARY, state: 'ok' },
    ]);
  });

  test('no more than four', async () => {
    const { report } = await check([DEAD, '198.51.100.78', '198.51.100.79', '198.51.100.80', PRIMARY]);
    expect(report.servers).toHaveLength(4);
    expect(report.verdict).toBe('inconclusive');
  });
});

describe('a cancelled check', () => {
  /** Cancels at that time of the run; what is left of it then. */
  async function cancelAt(lab: Lab, time: number, request: Partial<CheckRequest> = {}) {
    const run = lab.start(request);
    let at = Number.NaN;
    lab.pbx.clock.at(lab.now() + time, () => {
      at = lab.now();
      run.cancel();
    });
    const { report, events } = await lab.run(run.finished);
    return { report, events, tookAfterwards: lab.now() - at };
  }

  const EARLY = [0, 1, 5, 10, 15, 19, 20, 21, 25, 30, 35, 39, 40, 41, 45, 50, 55, 59, 60, 61];
  const MIDDLE = [65, 70, 75, 80, 81, 85, 90, 100, 101, 105, 110, 120, 121, 130, 140, 141, 150, 160, 161];
  const LATE = [170, 180, 190, 200, 250, 300, 400, 500, 700, 900, 1_100, 1_300];

  test.each([
    ['where all is forwarded', FORWARDED, ['closed', 'translated', 'no-answer'], [...EARLY, ...MIDDLE.slice(0, 14)]],
    ['where nothing is', NOT_FORWARDED, ['open', 'translated', 'no-answer'], [...EARLY, ...MIDDLE, ...LATE]],
    [
      'behind random source ports',
      { ...FORWARDED, router: { ...(FORWARDED.router as RouterOf), outward: 'random' as const } },
      ['open', 'closed', 'no-answer'],
      [...EARLY, ...MIDDLE.slice(0, 14)],
    ],
  ])('%s: at any moment it ends at once, and calls no port what it is not', async (_, network, never, moments) => {
    for (const moment of moments) {
      const lab = await openLab(network);
      const { report, tookAfterwards } = await cancelAt(lab, moment);
      const found = {
        moment,
        verdict: report.verdict,
        reason: report.reason,
        wrong: results(report).filter((one) => never.includes(one)),
      };
      expect(found).toEqual({ moment, verdict: 'cancelled', reason: null, wrong: [] });
      expect(report.findings.map(({ code }) => code)).toContain('cancelled');
      expect([tookAfterwards, lab.leftOpen()]).toEqual([0, 0]);
      expect(report.ports).toHaveLength(7);
    }
  });

  test.each(EARLY)('%d ms after its begin it does not blame a server for what it was not asked', async (moment) => {
    const { report } = await cancelAt(await openLab(FORWARDED), moment);
    expect(report.servers.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(report.findings.map(({ code }) => code)).toEqual(['cancelled']);
  });

  test('a server that was found dead by then is called dead', async () => {
    const servers = [serverOf(DEAD), serverOf(PRIMARY)];
    const { report } = await cancelAt(await openLab(NOT_FORWARDED), 3_700, { servers });
    expect(report.servers).toMatchObject([{ state: 'unreachable' }, { state: 'ok' }]);
  });

  test('by its own listener, at every single event', async () => {
    const { events } = await (await openLab({ ...NOT_FORWARDED, held: [9001] })).check();
    const ends = events.findIndex(({ kind }) => kind === 'ended');
    expect(ends).toBeGreaterThan(50);
    for (let which = 0; which < ends; which++) {
      const lab = await openLab({ ...NOT_FORWARDED, held: [9001] });
      let count = 0;
      const run = lab.start({}, (_, running) => {
        // The first event comes before there is a run to be cancelled.
        if (count++ === which) queueMicrotask(() => running().cancel());
      });
      const { report } = await lab.run(run.finished);
      expect([which, report.verdict, lab.leftOpen()]).toEqual([which, 'cancelled', 0]);
    }
  });

  test('while a name is being resolved, it does not wait for the resolver', async () => {
    const lab = await openLab({ ...FORWARDED, dns: 'silent' });
    const told: string[] = [];
    const run = lab.start({ servers: [serverOf('stun.example')] }, ({ kind }) => told.push(kind));
    lab.pbx.clock.at(100, () => run.cancel());
    const { report } = await lab.run(run.finished);
    expect([lab.now(), report.verdict, report.servers]).toEqual([100, 'cancelled', []]);
    await lab.advance(10_000);
    expect(told).toEqual(['started', 'ended']);
  });

  test('while it waits for the router to forget, it does not wait any more', async () => {
    const lab = await openLab(NOT_FORWARDED);
    await lab.check();
    const begun = lab.now();
    const { system, pending } = timing(lab);
    const run = startCheck(system, REQUEST, 'lab');
    lab.pbx.clock.at(begun + 10_000, () => run.cancel());
    const { report, events } = await lab.run(run.finished);
    expect(kinds(events)).toContain('waiting');
    expect(kinds(events)).not.toContain('planned');
    expect([report.verdict, lab.now() - begun, lab.leftOpen(), pending()]).toEqual(['cancelled', 10_000, 0, 0]);
  });

  test('of a server inside, it does not wait: nothing would be known of the router', async () => {
    const lab = await openLab(NOT_FORWARDED);
    await lab.check();
    const inside = seenAs(lab.pbx, '192.168.0.100');
    const { report, events } = await lab.run(startCheck(inside, REQUEST, 'lab').finished);
    expect(kinds(events)).not.toContain('waiting');
    expect(report.reason).toBe('server-inside');
  });

  test('by the listener that hears of the wait, it does not begin to wait', async () => {
    const lab = await openLab(NOT_FORWARDED);
    await lab.check();
    const begun = lab.now();
    const run = lab.start({}, ({ kind }, running) => {
      if (kind === 'waiting') running().cancel();
    });
    const { report } = await lab.run(run.finished);
    expect(report.verdict).toBe('cancelled');
    expect(lab.now() - begun).toBeLessThan(1_000);
  });

  test.each(['family', 'resolved', 'server-checked', 'planned'])('by the listener that hears "%s"', async (kind) => {
    const lab = await openLab(FORWARDED);
    let cancelledAt = Number.NaN;
    const run: RunningCheck = lab.start({ servers: [serverOf('stun.example'), serverOf(DEAD)] }, (event, running) => {
      if (event.kind !== kind) return;
      running().cancel();
      cancelledAt = lab.now();
    });
    const { report } = await lab.run(run.finished);
    expect([report.verdict, lab.leftOpen(), lab.now()]).toEqual(['cancelled', 0, cancelledAt]);
  });

  test('leaves nothing for the next one to wait for, if no port was asked', async () => {
    const lab = await openLab(NOT_FORWARDED);
    await cancelAt(lab, 65);
    const { events } = await lab.check();
    expect(kinds(events)).not.toContain('waiting');
  });

  test('twice, and after its end, is as good as once', async () => {
    const lab = await openLab(FORWARDED);
    const run = lab.start();
    run.cancel();
    run.cancel();
    const { report, events } = await lab.run(run.finished);
    const count = events.length;
    run.cancel();
    await lab.advance(1_000);
    expect([report.verdict, events.length]).toEqual(['cancelled', count]);
  });
});

describe('when something breaks', () => {
  /** Sockets of this system fail in this way from the `count`-th packet on. */
  function breaking(lab: Lab, count: number): System {
    let sent = 0;
    return {
      ...lab.pbx,
      udp: {
        ...lab.pbx.udp,
        open(local, handlers: UdpHandlers) {
          const socket = lab.pbx.udp.open(local, handlers);
          return {
            ...socket,
            send(bytes, to) {
              sent++;
              if (sent === count) throw new Error('broken');
              socket.send(bytes, to);
            },
          };
        },
      },
    };
  }

  test.each([1, 2, 3, 10, 30, 60, 100])('at packet %d, no part of the run outlives it', async (count) => {
    const lab = await openLab(NOT_FORWARDED);
    const servers = [serverOf(PRIMARY), serverOf(DEAD)];
    await expect(checkWith(lab, breaking(lab, count), { servers })).rejects.toThrow('broken');
    expect(lab.leftOpen()).toBe(0);
  });

  test.each(['family', 'resolved', 'server', 'planned', 'observed'])('in a listener of "%s"', async (kind) => {
    const lab = await openLab(FORWARDED);
    let told = 0;
    const run = lab.start({ servers: [serverOf(PRIMARY), serverOf(DEAD)] }, (event) => {
      told++;
      if (event.kind === kind) throw new Error('broken listener');
    });
    await expect(lab.run(run.finished)).rejects.toThrow('broken listener');
    expect(lab.leftOpen()).toBe(0);
    const before = told;
    await lab.advance(60_000);
    expect(told).toBe(before);
  });

  test('in the resolver', async () => {
    const lab = await openLab(FORWARDED);
    const broken = resolving(lab, () => Promise.reject(new Error('broken resolver')));
    const servers = [serverOf(PRIMARY), serverOf('stun.example')];
    await expect(checkWith(lab, broken, { servers })).rejects.toThrow('broken resolver');
    expect(lab.leftOpen()).toBe(0);
  });
});

describe('which ports are asked', () => {
  const udp = [range(9_000, 9_299)];
  const asked = ({ ports }: Report) => ports.map(({ port }) => port);

  test('all, where the server allows more than strangers may ask', async () => {
    const { report } = await (await openLab(FORWARDED)).check({ udp });
    expect(asked(report)).toHaveLength(300);
    expect(report.plannedPorts).toBe(300);
  });

  test.each([
    [null, null, 100],
    ['all' as const, null, 300],
    [50, null, 50],
    [null, { kind: 'paced' as const, packetsPerSecond: 200 }, 300],
  ])('of a stranger, with sample %j and rate %j', async (sample, rate, count) => {
    const lab = await openLab(FORWARDED);
    const { report } = await checkWith(lab, toStrangers(lab.pbx), { udp, sample, rate });
    expect(asked(report)).toHaveLength(count);
    expect(asked(report)).toEqual(expect.arrayContaining([9_000, 9_299]));
    expect(report.plannedPorts).toBe(300);
    expect(results(report)).toEqual(['open']);
    expect(report.findings.some(({ code }) => code === 'sampled')).toBe(count < 300);
  });

  const firstAsked = (events: readonly RunEvent[]) => {
    const sent = events.flatMap((event) =>
      event.kind === 'observed' && event.observation.kind === 'sent' ? [event.observation.port] : [],
    );
    return [...new Set(sent)];
  };

  test('in random order, another one for another run; the report is in order all the same', async () => {
    const runs = await Promise.all([1, 2].map(async (seed) => (await openLab(FORWARDED, { seed })).check({ udp })));
    const orders = runs.map(({ events }) => firstAsked(events));
    expect(orders[0]).not.toEqual(orders[1]);
    for (const order of orders) expect(order).not.toEqual(asked(runs[0]?.report ?? unreachable()));
    for (const { report } of runs) expect(asked(report)).toEqual([...asked(report)].sort((a, b) => a - b));
  });

  test('from the lowest to the highest, when that is asked for', async () => {
    const { events, report } = await (await openLab(FORWARDED)).check({ udp, order: 'sequential' });
    expect(firstAsked(events)).toEqual(asked(report));
  });

  test('another random choice for another run, each port once, in order', async () => {
    const choices = await Promise.all(
      [1, 2].map(async (seed) => asked((await (await openLab(FORWARDED, { seed })).check({ udp, sample: 40 })).report)),
    );
    expect(choices[0]).not.toEqual(choices[1]);
    for (const choice of choices) expect(choice).toEqual([...new Set(choice)].sort((a, b) => a - b));
  });
});

describe('a sample of ports that differ', () => {
  const udp = [range(5_060), range(9_000, 18_999)];
  const upTo = (last: number): NetworkSpec => ({
    ...FORWARDED,
    router: { ...(FORWARDED.router as RouterOf), forwards: [{ ports: [range(5_060, last)], to: 'pbx' }] },
  });
  const portsWith = ({ ports }: Report, result: string) =>
    ports.filter((port) => port.result === result).map(({ port }) => port);

  test.each([
    [9_000, 1, 1_000],
    [12_345, 2, 1_000],
    [18_998, 3, 1_000],
    [15_000, 4, 20],
  ])('up to %d: the last open port is found, with seed %d and %d sockets', async (last, seed, freeSockets) => {
    const lab = await openLab(upTo(last), { seed, freeSockets });
    const { report, events } = await lab.check({ udp, sample: 100 });
    expect([portsWith(report, 'open').at(-1), portsWith(report, 'closed')[0]]).toEqual([last, last + 1]);
    expect(report.ports.length).toBeLessThan(120);
    expect(results(report).sort()).toEqual(['closed', 'open']);
    expect(kinds(events)).toContain('extended');
    expect(conclude(events)).toEqual(report);
    expect(lab.leftOpen()).toBe(0);
  });

  test('the report says which ports it infers, and how sure that is', async () => {
    const { report } = await (await openLab(upTo(12_345))).check({ udp, sample: 100 });
    const { inferred = [], mostDiffering, confidence } = report.sample ?? {};
    expect(inferred.map(({ result, cause }) => [result, cause])).toEqual([
      ['open', null],
      ['closed', 'not-forwarded'],
    ]);
    const count = inferred.reduce((sum, one) => sum + one.count, 0);
    // The boundary is exact: there is no port of which nothing is known.
    expect(count + report.ports.length).toBe(10_001);
    expect([confidence, mostDiffering]).toEqual([0.95, 306]);
    expect(report.findings.find(({ code }) => code === 'sampled')?.facts).toMatchObject({
      inferred: count,
      mostDiffering,
    });
    expect((await (await openLab(FORWARDED)).check()).report.sample).toBeUndefined();
  });

  test('of a stranger, at ten packets per second', async () => {
    const lab = await openLab(upTo(12_345));
    const { report } = await checkWith(lab, toStrangers(lab.pbx), { udp });
    expect([portsWith(report, 'open').at(-1), portsWith(report, 'closed')[0]]).toEqual([12_345, 12_346]);
    expect(report.ports.length).toBeLessThan(120);
  });

  test('a router that takes us for a scanner meanwhile: no port that is open is called closed', async () => {
    for (let after = 90; after < 120; after += 3) {
      const network = upTo(12_345);
      const guarded = { ...network, router: { ...(network.router as RouterOf), scanGuard: { after } } };
      const { report } = await (await openLab(guarded, { seed: after })).check({ udp, sample: 100 });
      expect([after, portsWith(report, 'closed').filter((port) => port <= 12_345)]).toEqual([after, []]);
    }
  });

  test('the next check knows of all ports that were asked', async () => {
    const lab = await openLab(upTo(12_345));
    const { report } = await lab.check({ udp, sample: 100 });
    const note = (await lab.pbx.files.readState('past-checks.json')) ?? '';
    const [{ flows }] = JSON.parse(note) as [{ flows: { ports: string }[] }];
    const noted = flows.flatMap(({ ports }) => ports.split(', '));
    expect(noted).toEqual(expect.arrayContaining([expect.stringMatching('12345')]));
    const later = await lab.check({ udp: [range(portsWith(report, 'closed')[0] ?? 0)] });
    expect(kinds(later.events)).toContain('waiting');
  });

  test.each([
    ['at once', (cancel: () => void) => cancel()],
    ['a moment later', queueMicrotask],
  ])('cancelled %s when a later round begins, it keeps what it knows', async (_, when) => {
    const lab = await openLab(upTo(12_345));
    const run = lab.start({ udp, sample: 100 }, ({ kind }, running) => {
      if (kind === 'extended') when(() => running().cancel());
    });
    const { report } = await lab.run(run.finished);
    expect([report.verdict, lab.leftOpen()]).toEqual(['cancelled', 0]);
    expect(report.ports.length).toBeGreaterThan(100);
  });
});

test.each<[string, NetworkSpec]>([
  ['where all is forwarded', FORWARDED],
  ['where nothing is', NOT_FORWARDED],
])("a stranger's server is asked no more than ten times in any second, %s", async (_, network) => {
  const lab = await openLab(network);
  const at: number[] = [];
  const counted: System = {
    ...lab.pbx,
    udp: {
      ...lab.pbx.udp,
      open(local, handlers, load) {
        const socket = lab.pbx.udp.open(local, handlers, load);
        const send: typeof socket.send = (bytes, to) => {
          if (to.address.startsWith('198.51.100.')) at.push(lab.now());
          socket.send(bytes, to);
        };
        return { send, close: () => socket.close() };
      },
    },
  };
  await lab.run(startCheck(toStrangers(counted), REQUEST, 'lab').finished);
  const busiest = Math.max(...at.map((begin) => at.filter((time) => time >= begin && time < begin + 1000).length));
  expect(busiest).toBeLessThanOrEqual(10);
});

describe('fewer sockets than ports', () => {
  const udp = [range(9_000, 9_039)];
  /** With as many sockets as slices of this size take. */
  const check = async (network: NetworkSpec, size: number) => {
    const { report, events } = await (await openLab(network, { freeSockets: fewestSockets - 1 + size })).check({ udp });
    const planned = events.find((event) => event.kind === 'planned');
    // Of each port: how long it took, and what its packets looked like, is another matter.
    const ports = report.ports.map((port) => ({ ...port, tookMs: 0 }));
    const findings = report.findings.map(({ proof: _, ...finding }) => finding);
    const timeless = { ...report, durationMs: 0, loss: 0, ports, findings };
    return { report: timeless, slices: planned?.plan.slices.length };
  };

  test.each([1, 2, 4, 30])('in slices of %d: every port has the same result', async (size) => {
    for (const network of [FORWARDED, NOT_FORWARDED]) {
      const [few, many] = [await check(network, size), await check(network, 40)];
      const said = ({ report }: typeof few) =>
        report.ports.map(({ port, result, mapped }) => ({ port, result, mapped }));
      expect(said(few)).toEqual(said(many));
      expect([few.slices, many.slices]).toEqual([Math.ceil(40 / size), 1]);
    }
  });

  test.each([1, 2, 4, 30])('in slices of %d: the very same report', async (size) => {
    for (const network of [FORWARDED, NOT_FORWARDED]) {
      const [few, many] = [await check(network, size), await check(network, 40)];
      expect(few.report).toEqual(many.report);
    }
  });

  test('sockets that somebody else takes meanwhile make no port untested', async () => {
    const lab = await openLab(FORWARDED, { freeSockets: 30 });
    const generous = { ...lab.pbx, udp: { ...lab.pbx.udp, freeSockets: () => 1_000 } };
    const { report } = await checkWith(lab, generous, { udp: [range(9_000, 9_099)] });
    expect(results(report)).toEqual(['open']);
    expect(lab.leftOpen()).toBe(0);
  });
});

test.each([
  ['a server', [serverOf(PRIMARY)], fewestSockets],
  ['a name', [serverOf('a.example')], fewestSockets],
  ['two names and a server', [serverOf('a.example'), serverOf('b.example'), serverOf(PRIMARY)], fewestSockets],
  ['twenty servers', Array.from({ length: 20 }, (_, index) => serverOf(`198.51.100.${index}`)), fewestSockets],
  ['a domain of four hosts', [{ ...serverOf('domain.example'), mayBeDomain: true as const }], fewestSockets],
])('servers that find no sockets wait for their turn, however many there are: %s', async (_, servers, needed) => {
  expect(socketsNeeded({ ...REQUEST, servers })).toBe(needed);
  const addresses = [DEAD, '198.51.100.78', '198.51.100.79', PRIMARY];
  const hosts = ['a', 'b', 'c', 'd'].map((letter) => ({ host: `${letter}.domain.example`, port: 3478 }));
  const lab = await openLab(FORWARDED, { freeSockets: needed });
  const system = resolving(lab, () => Promise.resolve(ok(addresses)));
  const names = { ...system.names, stunServices: () => Promise.resolve(hosts) };
  const { report } = await checkWith(lab, { ...system, names }, { servers });
  expect(report.servers.length).toBeGreaterThan(0);
  expect(report.servers.filter(({ detail }) => detail === 'EMFILE')).toEqual([]);
  expect(lab.leftOpen()).toBe(0);
});

test('with many sockets all servers are asked at once', async () => {
  const servers = Array.from({ length: 20 }, (_, index) => serverOf(`198.51.100.${60 + index}`));
  const lab = await openLab(FORWARDED);
  await lab.check({ servers });
  // None of them is there: one after the other would take a minute.
  expect(lab.now()).toBeLessThan(6_000);
});

test('cancelled while servers wait for their turn, the run ends at once', async () => {
  const servers = Array.from({ length: 20 }, (_, index) => serverOf(`198.51.100.${60 + index}`));
  const lab = await openLab(FORWARDED, { freeSockets: fewestSockets });
  const running = lab.start({ servers });
  await lab.advance(1_000);
  running.cancel();
  const { report } = await lab.run(running.finished, 10);
  expect([report.verdict, lab.leftOpen()]).toEqual(['cancelled', 0]);
});

describe('what an earlier check left in the router', () => {
  const forwards = FORWARDED.router?.forwards ?? [];

  test.each([[[range(5060)]], [[range(5060), range(9000)]], [[range(9000, 9006)]]])(
    'a forward that is gone is not seen any more: %j',
    async (udp) => {
      const lab = await openLab(FORWARDED);
      expect(results((await lab.check({ udp })).report)).toEqual(['open']);
      lab.repair({ forwards: [] });
      expect(results((await lab.check({ udp })).report)).toEqual(['closed']);
    },
  );

  /** A name may stand for both addresses of the server, and give now one first, now the other. */
  test.each([
    ['then the other', [PRIMARY, ALTERNATE]],
    ['twice, then the other', [PRIMARY, PRIMARY, ALTERNATE]],
    ['then the other, and again', [PRIMARY, ALTERNATE, PRIMARY]],
    ['then the other twice', [PRIMARY, ALTERNATE, ALTERNATE]],
  ])('one address of the server, %s: a closed port stays closed', async (_, addresses) => {
    const lab = await openLab(NOT_FORWARDED);
    for (const address of addresses) {
      const { report } = await lab.check({ servers: [serverOf(address)] });
      expect([address, results(report)]).toEqual([address, ['closed']]);
    }
  });

  test('and the same where a forward is taken away before the last one', async () => {
    const lab = await openLab(FORWARDED);
    for (const address of [PRIMARY, ALTERNATE]) await lab.check({ servers: [serverOf(address)] });
    lab.repair({ forwards: [] });
    expect(results((await lab.check({ servers: [serverOf(PRIMARY)] })).report)).toEqual(['closed']);
  });

  test('a repair is seen at once after a wait, which can be left out', async () => {
    const lab = await openLab(NOT_FORWARDED);
    await lab.check();
    lab.repair({ forwards });
    const begun = lab.now();
    const { report, events } = await lab.check({ noWait: true });
    expect(kinds(events)).not.toContain('waiting');
    expect(lab.now() - begun).toBeLessThan(5_000);
    expect(results(report)).toEqual(['open']);
    const again = await (async () => {
      const other = await openLab(NOT_FORWARDED);
      await other.check();
      other.repair({ forwards });
      return other.check();
    })();
    expect(kinds(again.events)).toContain('waiting');
    expect(results(again.report)).toEqual(['open']);
  });
});

test('a machine without a route to the server is named by what it listens on', async () => {
  const lab = await openLab(FORWARDED);
  const host = { ...lab.pbx.host, sourceFor: () => Promise.resolve(null) };
  const { report } = await checkWith(lab, { ...lab.pbx, host });
  expect(report.bindAddress).toBe('0.0.0.0');
});

test('why a name has no address is in the report', async () => {
  const lab = await openLab(FORWARDED);
  const refused = resolving(lab, () => Promise.resolve(err({ kind: 'refused', code: 'ECONNREFUSED' })));
  const { report } = await checkWith(lab, refused, { servers: [serverOf('stun.example')] });
  expect(report).toMatchObject({
    verdict: 'inconclusive',
    reason: 'dns',
    servers: [{ detail: 'refused', address: null }],
  });
});

test('what vouches for silences is not waited for longer than they take: 2,001 closed ports within 19 s', async () => {
  const lab = await openLab(NOT_FORWARDED);
  const { report } = await lab.check({ udp: [range(5060), range(9000, 10_999)], sample: 'all' });
  expect(results(report)).toEqual(['closed']);
  expect(report.durationMs).toBeLessThan(19_000);
});

const unreachable = (): never => {
  throw new Error('there is a run');
};

type RouterOf = NonNullable<typeof FORWARDED.router>;
