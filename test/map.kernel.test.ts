import { describe, test } from 'vitest';
import { type KernelLab, openLab } from '../lab/kernel/index.ts';
import { labIsHere } from '../lab/kernel/test-tools.ts';
import { FULLCONE } from '../lab/run-kernel.ts';
import type { NetworkSpec } from '../lab/scenarios/index.ts';
import type { MapReport, Report } from '../src/report/index.ts';
import { type Daemon, killMiniupnpd, miniupnpdIsHere, startMiniupnpd } from './test-miniupnpd.ts';

/* Mappings made by a real router, Debian's miniupnpd, and what a check from outside says of them. */

const isHere = (await labIsHere()) && miniupnpdIsHere();

/** It takes the addresses of the lab's picture, which are for documentation, for private ones. */
const SAID = '11.22.33.44';
const ALL: Daemon = { natPmp: true, upnp: true, says: SAID };

async function withRouter(
  daemon: Daemon,
  body: (lab: KernelLab) => Promise<void>,
  more: Partial<NetworkSpec> = {},
): Promise<void> {
  const lab = await openLab(
    {
      router: { outward: 'preserve', filtering: 'address-and-port', forwards: [], speaks: { protocols: [] } },
      server: { kind: 'full' },
      dns: 'refused',
      ...more,
    },
    { server: 'fullcone', fullcone: FULLCONE },
  );
  try {
    await startMiniupnpd(lab, daemon);
    await body(lab);
  } finally {
    await lab.close();
  }
}

interface Mapped {
  readonly status: number | null;
  readonly report: MapReport;
  /** `made udp 5060,9000-9003`. */
  readonly outcomes: readonly string[];
}

async function map(lab: KernelLab, words: readonly string[], host: 'pbx' | 'host2' = 'pbx'): Promise<Mapped> {
  const all = [...FULLCONE, 'map', '--yes', '--json', ...words];
  // Each machine notes its own.
  const env = host === 'pbx' ? {} : { XDG_STATE_HOME: '/run/state-of-host2' };
  const { status, stdout, stderr } = await lab.run(host, all, { timeout: 60_000, env });
  if (!stdout.startsWith('{')) throw new Error(`exit ${status}: ${stderr}`);
  const report = JSON.parse(stdout) as MapReport;
  const outcomes = report.mappings.map(
    ({ outcome, protocol, ranges }) =>
      `${outcome} ${protocol} ${ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join()}`,
  );
  return { status, report, outcomes };
}

/** From outside, after the router has forgotten what earlier checks left. */
async function check(lab: KernelLab, udp: string): Promise<readonly [string, ...string[]]> {
  await lab.run('router', ['conntrack', '-F']);
  const words = ['check', '--server', '198.51.100.10', '--udp', udp, '--json', '--no-wait', '--no-router'];
  const { stdout, status, stderr } = await lab.run('pbx', [...FULLCONE, ...words], { timeout: 60_000 });
  if (status === null || status > 2) throw new Error(`exit ${status}: ${stderr}`);
  const { verdict, ports } = JSON.parse(stdout) as Report;
  return [verdict, ...ports.map(({ port, result, cause }) => `${port} ${result} ${cause}`)];
}

const rulesOf = async (lab: KernelLab): Promise<string> =>
  (await lab.run('router', ['nft', '-s', 'list', 'table', 'inet', 'filter'])).stdout;

/** Looks again and again; the test's own time limit ends it. */
async function until(lab: KernelLab, rules: RegExp): Promise<void> {
  while (!rules.test(await rulesOf(lab))) await new Promise((resolve) => setTimeout(resolve, 100));
}

describe.runIf(isHere).concurrent('miniupnpd', () => {
  test.for(['pcp', 'nat-pmp', 'upnp', 'auto'] as const)(
    '%s: closed; mapped: open; deleted: closed',
    async (by, { expect }) => {
      await withRouter(ALL, async (lab) => {
        const ports = ['--udp', '5060,9000-9003', '--tcp', '5061'];
        const closed = ['5060', '9000', '9001', '9002', '9003'].map((port) => `${port} closed not-forwarded`);
        expect(await check(lab, '5060,9000-9003')).toEqual(['unsupported', ...closed]);
        const made = await map(lab, [...ports, '--protocol', by]);
        expect(made).toMatchObject({ status: 0, outcomes: ['made udp 5060,9000-9003', 'made tcp 5061'] });
        expect(made.report).toMatchObject({ by: by === 'auto' ? 'pcp' : by, externalAddress: SAID, noted: true });
        expect(await check(lab, '5060,9000-9003')).toEqual([
          'supported',
          ...closed.map((one) => one.replace('closed not-forwarded', 'open null')),
        ]);
        const deleted = await map(lab, ['--delete']);
        expect(deleted).toMatchObject({ status: 0, outcomes: ['deleted udp 5060,9000-9003', 'deleted tcp 5061'] });
        expect(await rulesOf(lab)).not.toMatch(/dnat/);
        expect(await check(lab, '5060,9000-9003')).toEqual(['unsupported', ...closed]);
        expect((await map(lab, ['--delete'])).report.reason).toBe('nothing-noted');
      });
    },
  );

  test('--check: the mapping, then the check that proves it', async ({ expect }) => {
    await withRouter(ALL, async (lab) => {
      const words = ['map', '--yes', '--udp', '9000-9003', '--check', '198.51.100.10'];
      const { status, stdout, stderr } = await lab.run('pbx', [...FULLCONE, ...words], { timeout: 60_000 });
      expect([status, stdout]).toEqual([0, expect.stringMatching(/says yes to all 4 ports[\s\S]*\n\nSupported: /)]);
      expect([stdout.includes('fullcone check'), stderr.includes('fullcone:')]).toEqual([false, false]);
    });
  });

  test.for(['pcp', 'nat-pmp', 'upnp'] as const)(
    '%s: what another host has stays his, and he is named',
    async (by, { expect }) => {
      await withRouter(ALL, async (lab) => {
        expect((await map(lab, ['--udp', '9001', '--protocol', 'upnp'], 'host2')).outcomes).toEqual(['made udp 9001']);
        const before = await rulesOf(lab);
        expect(before).toMatch(/192\.168\.0\.50/);
        const { status, outcomes, report } = await map(lab, ['--udp', '9000-9002', '--protocol', by]);
        expect([status, outcomes]).toEqual([1, ['made udp 9000,9002', 'conflict udp 9001']]);
        expect(report.mappings[1]).toMatchObject({ owner: { client: '192.168.0.50', clientPort: 9001 }, leftOpen: [] });
        expect((await map(lab, ['--delete'])).outcomes).toEqual(['deleted udp 9000,9002']);
        expect(await rulesOf(lab)).toBe(before);
      });
    },
  );

  test.for(['pcp', 'nat-pmp', 'upnp'] as const)('%s: what its rules forbid', async (by, { expect }) => {
    const lines = [
      'deny 9001 0.0.0.0/0 0-65535',
      'allow 1024-65535 192.168.0.0/24 1024-65535',
      'deny 0-65535 0.0.0.0/0 0-65535',
    ];
    await withRouter({ ...ALL, lines }, async (lab) => {
      const { status, outcomes, report } = await map(lab, ['--udp', '9000-9001', '--protocol', by]);
      // By the other two it offers another port, or says that it cannot give this one, whatever the reason.
      const how = by === 'upnp' ? 'denied' : 'conflict';
      expect([status, outcomes]).toEqual([1, ['made udp 9000', `${how} udp 9001`]]);
      expect(report.mappings[1]).toMatchObject({ owner: null, leftOpen: [] });
      // Of what it offered instead nothing is left.
      expect((await rulesOf(lab)).match(/dport \d+ dnat/g)).toEqual(['dport 9000 dnat']);
    });
  });

  test('a lifetime runs out, and the port is closed again', async ({ expect }) => {
    await withRouter({ ...ALL, lines: ['min_lifetime=3', 'max_lifetime=86400'] }, async (lab) => {
      const { report } = await map(lab, ['--udp', '9000', '--lifetime', '10']);
      expect(report).toMatchObject({ lifetimeSeconds: 10, by: 'pcp' });
      expect((await check(lab, '9000'))[0]).toBe('supported');
      await new Promise((resolve) => setTimeout(resolve, 13_000));
      expect((await check(lab, '9000'))[0]).toBe('unsupported');
      expect((await map(lab, ['--list'])).report).toMatchObject({ own: [], entries: [] });
    });
  }, 60_000);

  test('its list names all, with hosts; what others have is not deleted', async ({ expect }) => {
    await withRouter(ALL, async (lab) => {
      await map(lab, ['--udp', '9001', '--protocol', 'upnp'], 'host2');
      await map(lab, ['--udp', '9000', '--protocol', 'upnp']);
      const { report } = await map(lab, ['--list']);
      expect(report.entries?.map(({ client, externalPort }) => `${client} ${externalPort}`).sort()).toEqual([
        '192.168.0.100 9000',
        '192.168.0.50 9001',
      ]);
      expect(report).toMatchObject({ entriesComplete: true, own: [{ by: 'upnp', udp: [{ from: 9000, to: 9000 }] }] });
    });
  });

  test('--keep: there until Ctrl-C, asked for again after a restart, and gone afterwards', async ({ expect }) => {
    const daemon = { ...ALL, lines: ['min_lifetime=3', 'max_lifetime=86400'] };
    await withRouter(daemon, async (lab) => {
      const words = [...FULLCONE, 'map', '--yes', '--udp', '9000', '--lifetime', '30', '--keep'];
      const begin = ['sh', '-c', `echo $$ >/run/keep.pid; exec ${words.join(' ')} 2>/run/keep.log`];
      const kept = lab.run('pbx', begin, { timeout: 110_000 });
      await until(lab, /dport 9000 dnat/);
      expect((await check(lab, '9000'))[0]).toBe('supported');
      // A restart so soon that nobody could tell it from a slow clock is none that we promise to see.
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      await killMiniupnpd(lab);
      await startMiniupnpd(lab, daemon, '/run/again.log');
      await until(lab, /dport 9000 dnat/);
      expect((await check(lab, '9000'))[0]).toBe('supported');
      await lab.run('pbx', ['sh', '-c', 'kill -INT $(cat /run/keep.pid)']);
      const { status, stdout } = await kept;
      expect(stdout).toContain('says yes to the port');
      expect(stdout).toContain('has the port no longer');
      expect((await lab.run('pbx', ['cat', '/run/keep.log'])).stdout).toMatch(/renewed every 15 s[\s\S]*has restarted/);
      expect([status, await rulesOf(lab)]).toEqual([0, expect.not.stringMatching(/dnat/)]);
    });
  }, 120_000);

  test('Ctrl-C tells what was made, which is just what the router has', async ({ expect }) => {
    await withRouter(ALL, async (lab) => {
      const words = ['map', '--yes', '--udp', '9000-11000', '--json', '--protocol', 'nat-pmp'];
      const { status, stdout } = await lab.run('pbx', [...FULLCONE, ...words], {
        signalAfter: { ms: 4_000, signal: 'SIGINT' },
      });
      const { mappings, cancelled } = JSON.parse(stdout) as MapReport;
      expect([status, cancelled, mappings.map(({ outcome }) => outcome)]).toEqual([130, true, ['made', 'not-asked']]);
      expect((await rulesOf(lab)).match(/dnat/g)).toHaveLength(mappings[0]?.count ?? 0);
      expect((await map(lab, ['--delete'])).status).toBe(0);
      expect(await rulesOf(lab)).not.toMatch(/dnat/);
    });
  }, 120_000);

  test.for(['pcp', 'nat-pmp', 'upnp'] as const)(
    '%s: behind a carrier NAT it makes none, and nothing is said to work',
    async (by, { expect }) => {
      const behind = { outer: { inside: '100.64.0.2' } };
      await withRouter(
        { natPmp: true, upnp: true },
        async (lab) => {
          const { status, outcomes } = await map(lab, ['--udp', '9000', '--protocol', by]);
          // The same reason, as each protocol has a word for it.
          const why = { pcp: 'no-resources', 'nat-pmp': 'no-address', upnp: 'failed' }[by];
          expect([status, outcomes]).toEqual([1, [`${why} udp 9000`]]);
          expect(await rulesOf(lab)).not.toMatch(/dnat/);
        },
        behind,
      );
    },
  );

  test('one that is silent is told to be so, and nothing is noted', async ({ expect }) => {
    await withRouter({ natPmp: false, upnp: true, says: SAID }, async (lab) => {
      expect(await map(lab, ['--udp', '9000', '--protocol', 'pcp'])).toMatchObject({
        status: 2,
        report: { reason: 'silent', by: null, own: [] },
      });
      expect(await map(lab, ['--udp', '9000'])).toMatchObject({ status: 0, report: { by: 'upnp' } });
    });
  });
});
