import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ConsoleMachine, noMachine, openConsoleMachine } from '../lab/systemd/index.ts';
import { ensureBuilt, FULLCONE } from './test-command.ts';

/* The console by its own unit, polkit rule and services.json of docs/systemd, on a machine with a real systemd and polkit. */

const why = noMachine();
const WISH = { scope: { kind: 'all' }, mode: 'exclusive', mayStopServices: true, noWait: true };

describe.skipIf(why !== null)(`the console as a service${why === null ? '' : ` (${why})`}`, () => {
  let machine: ConsoleMachine;
  const put = async (section: string, change: object): Promise<void> => {
    const settings = (await machine.ask('GET', 'settings')).body;
    const { status } = await machine.ask('PUT', `settings/${section}`, { ...settings[section], ...change });
    expect(status).toBe(200);
  };
  const over = async (id: number) =>
    vi.waitFor(
      async () => {
        const { body } = await machine.ask('GET', `runs/${id}`);
        expect(body.state).not.toBe('running');
        return body;
      },
      { timeout: 30_000, interval: 300 },
    );
  const services = (wanted: RegExp, timeout = 10_000) =>
    vi.waitFor(async () => expect(await machine.services()).toMatch(wanted), { timeout, interval: 50 });

  beforeAll(async () => {
    ensureBuilt();
    machine = await openConsoleMachine(FULLCONE);
    await put('network', { embedded: true });
    await put('pbx', { udp: '5060,9000-9049', mode: 'exclusive' });
  });
  afterAll(() => machine?.close());

  test('runs as an ordinary user who may open raw sockets, and nothing else', async () => {
    expect(await machine.status('Uid')).not.toMatch(/\b0\b/);
    for (const name of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(BigInt(`0x${await machine.status(name)}`)).toBe(1n << 13n);
    expect(await machine.status('NoNewPrivs')).toBe('1');
    const { out } = await machine.run([
      'sh',
      '-c',
      'stat -Lc "%a %U" /var/lib/fullcone /var/lib/fullcone/console.sqlite',
    ]);
    expect(out.trim().split('\n')).toEqual(['700 fullcone', '600 fullcone']);
  });

  test('asks beside the running phone system', async () => {
    const { status, body } = await machine.ask('POST', 'runs', { ...WISH, mode: 'live' });
    expect([status, body]).toEqual([201, { id: body.id, joined: false }]);
    expect(await over(body.id)).toMatchObject({ mode: 'live', verdict: 'supported', counts: { open: 51 } });
    expect(await machine.services()).toBe('active active');
  });

  test('stops and starts the units that it was given, by polkit', async () => {
    const { body } = await machine.ask('POST', 'runs', WISH);
    const run = await over(body.id);
    expect(run).toMatchObject({ mode: 'exclusive', verdict: 'supported' });
    expect(run.report.services.failures).toEqual([]);
    expect(run.report.services.services.map(({ service }: { service: string }) => service).sort()).toEqual([
      'media',
      'sip',
    ]);
    expect(await machine.services()).toBe('active active');
  });

  test.each([
    ['another unit', ['systemctl', '--no-ask-password', 'stop', 'polkit.service']],
    [
      'one of its own making, who would be root',
      ['systemd-run', '--no-ask-password', '--unit=fullcone-x', '--', 'true'],
    ],
    ['another thing than to start and stop', ['systemctl', '--no-ask-password', 'mask', '--runtime', 'sip.service']],
  ])('may not touch %s', async (_, command) => {
    const { code, error } = await machine.run(['setpriv', '--reuid=fullcone', '--clear-groups', ...command]);
    expect([code !== 0, error]).toEqual([true, expect.stringMatching(/authentication|denied/i)]);
  });

  test('killed in the middle, what it stopped runs again, and so does the console, which says so', async () => {
    await put('pbx', { rate: 10 });
    const { body } = await machine.ask('POST', 'runs', WISH);
    await services(/inactive/);
    await machine.run(['systemctl', 'kill', '--kill-whom=main', '--signal=KILL', 'fullcone-console.service']);
    await services(/^active active$/);
    await vi.waitFor(async () => expect((await machine.ask('GET', `runs/${body.id}`)).body.state).toBe('interrupted'), {
      timeout: 15_000,
      interval: 300,
    });
  });

  test('stopped in the middle, as a machine is shut down, it starts them first, and the run is kept as cancelled', async () => {
    const { body } = await machine.ask('POST', 'runs', WISH);
    await services(/inactive/);
    const { code } = await machine.run(['systemctl', 'stop', 'fullcone-console.service']);
    expect([code, await machine.services()]).toEqual([0, 'active active']);
    await machine.run(['systemctl', 'start', 'fullcone-console.service']);
    await vi.waitFor(
      async () => expect((await machine.ask('GET', `runs/${body.id}`)).body).toMatchObject({ verdict: 'cancelled' }),
      { timeout: 15_000, interval: 300 },
    );
  });
});
