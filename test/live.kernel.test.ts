import { expect, test } from 'vitest';
import { callsWhile } from '../lab/calls.ts';
import { labIsHere, PLAIN, withLab } from '../lab/kernel/test-tools.ts';
import { FULLCONE } from '../lab/run-kernel.ts';

const isHere = await labIsHere();

const FORWARDS = [
  {
    ports: [
      { from: 5060, to: 5060 },
      { from: 9000, to: 10_999 },
    ],
    to: 'pbx',
  },
] as const;
const CHECK = ['check', '--server', '198.51.100.10', '--udp', '5060,9000-10999', '--rate', 'max', '--json'];

const withServer = (body: Parameters<typeof withLab>[1], held: readonly number[] = []) =>
  withLab({ router: { ...PLAIN, forwards: FORWARDS }, server: { kind: 'full' }, held }, body, {
    server: 'fullcone',
    fullcone: FULLCONE,
  });

/** Without CAP_NET_RAW, though it is root in all else. */
const POWERLESS = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw'];

test.runIf(isHere)('no packet of a call is lost while all ports are checked as fast as they can be', async () => {
  let report: unknown = null;
  await withServer(async (lab) => {
    const calls = await callsWhile(lab, 3, async () => {
      report = JSON.parse((await lab.run('pbx', [...FULLCONE, ...CHECK])).stdout);
    });
    expect(calls.sent).toBeGreaterThan(10_000);
    expect(calls.lost).toBe(0);
  });
  expect(report).toMatchObject({ verdict: 'supported', mode: 'live' });
});

test.runIf(isHere)('without the right it says which command grants it, and sends nothing', async () => {
  await withServer(async (lab) => {
    const before = await lab.counters();
    const { status, stdout, stderr } = await lab.run('pbx', [...POWERLESS, ...FULLCONE, ...CHECK, '--mode', 'live']);
    expect(status).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toContain(`sudo setcap cap_net_raw+ep ${process.execPath}`);
    expect(await lab.counters()).toEqual(before);
  });
});

test.runIf(isHere)('without the right it checks what is free, and names who holds what is not', async () => {
  await withServer(
    async (lab) => {
      const { status, stdout } = await lab.run('pbx', [...POWERLESS, ...FULLCONE, ...CHECK]);
      const { mode, ports } = JSON.parse(stdout) as { mode: string; ports: { port: number; result: string }[] };
      expect([status, mode]).toEqual([2, 'bind']);
      expect(ports.filter(({ result }) => result !== 'open')).toMatchObject([{ port: 9001, result: 'in-use' }]);
    },
    [9001],
  );
});

test.runIf(isHere)('with it, nothing is in use', async () => {
  await withServer(
    async (lab) => {
      const { status, stdout } = await lab.run('pbx', [...FULLCONE, ...CHECK]);
      expect([status, (JSON.parse(stdout) as { mode: string }).mode]).toEqual([0, 'live']);
    },
    [5060, 9001],
  );
});
