import { expect, test, vi } from 'vitest';
import { callsWhile } from '../lab/calls.ts';
import type { KernelLab } from '../lab/kernel/index.ts';
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
const CHECK_OF = ['check', '--server', '198.51.100.10', '--rate', 'max', '--json'];
const CHECK = [...CHECK_OF, '--udp', '5060,9000-10999'];

const withServer = (body: Parameters<typeof withLab>[1], held: readonly number[] = []) =>
  withLab({ router: { ...PLAIN, forwards: FORWARDS }, server: { kind: 'full' }, held }, body, {
    server: 'fullcone',
    fullcone: FULLCONE,
  });

/** As many routers do by a rule that names no interface, and some on purpose. */
const HIDES_SENDERS = `table ip hides {
  chain senders {
    type nat hook postrouting priority srcnat - 10
    oifname "lan" masquerade
  }
}`;

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

test.runIf(isHere)(
  'a router that puts its own address in the place of callers hides none of their packets',
  async () => {
    const ports = ['--udp', '5060', '--tcp', '5060,9001', '--all', '--no-wait'];
    const resultsOf = async (lab: KernelLab, mode: string) => {
      const { stdout } = await lab.run('pbx', [...FULLCONE, ...CHECK_OF, ...ports, '--mode', mode]);
      const report = JSON.parse(stdout) as { ports: { protocol: string; port: number; result: string }[] };
      return report.ports.map(({ protocol, port, result }) => `${protocol} ${port} ${result}`);
    };
    const spec = { router: { ...PLAIN, forwards: FORWARDS }, server: { kind: 'full' } } as const;
    const options = { server: 'fullcone', fullcone: FULLCONE } as const;
    const check = async (mode: string, heldTcp: readonly number[]) => {
      let results: string[] = [];
      await withLab(
        { ...spec, heldTcp },
        async (lab) => {
          const { status, stderr } = await lab.run('router', ['nft', HIDES_SENDERS]);
          expect([status, stderr]).toEqual([0, '']);
          results = await resultsOf(lab, mode);
        },
        options,
      );
      return results;
    };
    const all = ['tcp 5060 open', 'tcp 9001 open', 'udp 5060 malformed'];
    expect((await check('bind', [])).sort()).toEqual(all);
    expect((await check('live', [9001])).sort()).toEqual(all);
  },
);

test.runIf(isHere)('a call that the holder of the port does not take is no fault of the router', async () => {
  await withServer(async (lab) => {
    const holder = `require('node:net').createServer().listen(9001, '127.0.0.1')`;
    void lab.run('pbx', [process.execPath, '-e', holder]);
    await vi.waitFor(async () => expect((await lab.run('pbx', ['ss', '-Hltn'])).stdout).toContain(':9001'), 5000);
    const { status, stdout } = await lab.run('pbx', [...FULLCONE, ...CHECK_OF, '--udp', '5060', '--tcp', '9001']);
    const { ports } = JSON.parse(stdout) as { ports: object[] };
    expect([status, ...ports]).toMatchObject([
      2,
      { protocol: 'udp', result: 'open' },
      { protocol: 'tcp', result: 'untested', cause: 'not-taken' },
    ]);
  });
});

test.runIf(isHere)('a TCP port below 1024 needs no right to listen there, where the phone system does', async () => {
  const ports = [{ from: 443, to: 443 }];
  const spec = {
    router: { ...PLAIN, forwards: [{ ports, to: 'pbx' }] },
    server: { kind: 'full' },
    heldTcp: [443],
  } as const;
  await withLab(
    spec,
    async (lab) => {
      const unbinding = ['setpriv', '--bounding-set', '-net_bind_service', '--inh-caps', '-net_bind_service'];
      const words = ['check', '--server', '198.51.100.10', '--udp', '9000', '--tcp', '443', '--json', '--mode', 'live'];
      const { stdout } = await lab.run('pbx', [...unbinding, ...FULLCONE, ...words]);
      const { ports } = JSON.parse(stdout) as { ports: { protocol: string; result: string }[] };
      expect(ports.find(({ protocol }) => protocol === 'tcp')?.result).toBe('open');
    },
    { server: 'fullcone', fullcone: FULLCONE },
  );
});
