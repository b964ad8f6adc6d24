import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { noMachine, openPbx, PBX, type Pbx } from '../lab/systemd/index.ts';
import type { Report } from '../src/report/index.ts';
import { ensureBuilt, FULLCONE } from './test-command.ts';

/*
 * Exclusive mode of the built command, on a machine with a real systemd. `npm run kills` kills the checker at fifty moments.
 */

const why = noMachine();
const KILLS = 4;
const ACTIVE = PBX.map(() => 'active');
const PORTS = ['--udp', '5060,9000-9049', '--tcp', '5060', '--yes'];
/** Slow enough to be met in the middle. */
const SLOWLY = [...PORTS, '--rate', '60'];
const LONGEST_RUN = 3_500;

const reportOf = (out: string): Report => JSON.parse(out) as Report;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe.skipIf(why !== null)(`exclusive mode with a real systemd${why === null ? '' : ` (${why})`}`, () => {
  let pbx: Pbx;
  beforeAll(async () => {
    ensureBuilt();
    pbx = await openPbx(FULLCONE);
    await pbx.begin(PBX);
  });
  afterAll(() => pbx?.close());

  /** In the middle: a service is stopped. */
  const met = () =>
    vi.waitFor(async () => expect(await pbx.states(PBX)).not.toEqual(ACTIVE), { timeout: 10_000, interval: 20 });

  const nobodyLeft = async (limit: number): Promise<string> => {
    const began = performance.now();
    let left = await pbx.left();
    while (left !== '' && performance.now() - began < limit) {
      await pause(200);
      left = await pbx.left();
    }
    return left;
  };

  afterEach(async () => {
    expect(await pbx.states([...PBX, 'idle.service'])).toEqual([...ACTIVE, 'inactive']);
    expect(await nobodyLeft(10_000)).toBe('');
  });

  test('stops what holds the ports with what goes along, and starts all of it again, and nothing else', async () => {
    const { code, out, error } = await pbx.check(...PORTS, '--json').ended;
    const report = reportOf(out);
    expect(error).toContain('along with it: ivr.service, queue.service');
    expect([code, report.verdict, report.mode, report.ports.length]).toEqual([0, 'supported', 'exclusive', 52]);
    expect(report.services?.failures).toEqual([]);
    expect(report.services?.services.map(({ service }) => service).sort()).toEqual([...PBX].sort());
  });

  test('a service is down for the time of its tests and a second, at most', async () => {
    const before = new Map(
      await Promise.all(['sip', 'media'].map(async (name) => [name, await pbx.log(name)] as const)),
    );
    const { out } = await pbx.check(...SLOWLY, '--json').ended;
    for (const [name, log] of before) {
      const [down, up] = (await pbx.log(name)).slice(log.length);
      expect([down?.[1], up?.[1]]).toEqual(['down', 'up']);
      const own = reportOf(out).services?.services.find(({ service }) => service === `${name}.service`);
      const at = (step: string) => own?.steps.find((one) => one.step === step)?.atMs ?? Number.NaN;
      const asked = at('starting') - at('stopped');
      expect((up?.[0] ?? Number.NaN) - (down?.[0] ?? Number.NaN)).toBeLessThan(asked + 1_000);
    }
  });

  test.each(['SIGINT', 'SIGHUP', 'SIGTERM'] as const)('%s restores first, then ends', async (name) => {
    const run = pbx.check(...SLOWLY, '--json');
    await met();
    run.signal(name);
    const { code, out } = await run.ended;
    expect([code, reportOf(out).verdict]).toEqual([130, 'cancelled']);
    expect(await pbx.states(PBX)).toEqual(ACTIVE);
  });

  test('the checker restores itself when its keeper is killed', async () => {
    const run = pbx.check(...SLOWLY, '--json');
    await met();
    const { code: found } = await pbx.run(['systemctl', 'kill', '-s', 'KILL', 'fullcone-keeper-*.service']);
    const { code, out, error } = await run.ended;
    expect([found, code, reportOf(out).reason]).toEqual([0, 2, 'services']);
    expect(error).toContain('the process that watches over them is gone');
    expect(await pbx.backWithin(10_000)).toBeLessThan(10_000);
  });

  test.each(Array.from({ length: KILLS }, (_, index) => index))(
    'killed at a random moment, all is back within 10 s (%d)',
    async () => {
      const run = pbx.check(...SLOWLY);
      const moment = Math.random() * LONGEST_RUN;
      await pause(moment);
      run.signal('SIGKILL');
      await run.ended;
      const back = await pbx.backWithin(10_000);
      expect(back, `killed after ${Math.round(moment)} ms`).toBeLessThan(10_000);
    },
  );

  test('after a power cut the system starts its services as ever, and the next check is none the worse', async () => {
    await pbx.run(['systemctl', 'enable', ...PBX]);
    const run = pbx.check(...SLOWLY);
    await met();
    await pbx.cyclePower();
    await run.ended;
    expect(await pbx.backWithin(10_000)).toBeLessThan(10_000);
    expect(await pbx.left()).toBe('');
    const { code, out } = await pbx.check(...PORTS, '--json').ended;
    expect([code, reportOf(out).verdict]).toEqual([0, 'supported']);
  });

  describe('what does not work is said at once, with what systemd says, and everything else runs', () => {
    test.each([
      ['broken.service', 'start', 'no licence'],
      ['dying.service', 'start', 'gave up'],
      ['stubborn.service', 'stop', 'deactivating'],
    ])('%s', async (name, what, said) => {
      await pbx.begin([name]);
      const { code, out, error } = await pbx.check('--udp', '5060,7000', '--yes', '--json').ended;
      await pbx.run(['systemctl', 'stop', '--no-block', name]);
      await pbx.run(['systemctl', 'kill', '-s', 'KILL', name]);
      const { verdict, reason, services } = reportOf(out);
      expect([code, verdict, reason]).toEqual([2, 'inconclusive', 'services']);
      expect(services?.failures[0]).toMatchObject({ what, service: name });
      expect(error).toMatch(new RegExp(`fullcone: ${name}.*\\n(.*\\n)*.*${said}`));
    });

    test('a user who may not stop anything is told so before', async () => {
      const before = await pbx.log('sip');
      const run = await pbx.run([
        ...['setpriv', '--reuid', '1', '--regid', '1', '--clear-groups', process.execPath, '/opt/lab/fullcone.js'],
        ...['check', '--server', 'embedded', '--mode', 'exclusive', '--udp', '5060', '--yes'],
      ]);
      expect(run.code).toBe(2);
      expect(run.error).toContain('may not stop services');
      expect(await pbx.log('sip')).toEqual(before);
    });
  });
});
