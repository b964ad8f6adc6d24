import { describe, test } from 'vitest';
import { type KernelLab, openLab } from '../lab/kernel/index.ts';
import { labIsHere } from '../lab/kernel/test-tools.ts';
import { FULLCONE } from '../lab/run-kernel.ts';
import type { NetworkSpec, OuterNat } from '../lab/scenarios/index.ts';
import type { NatReport, Report } from '../src/report/index.ts';
import { type Daemon, miniupnpdIsHere, startMiniupnpd } from './test-miniupnpd.ts';

/* What a real router says of itself: Debian's miniupnpd, on the lab's router, in its own nft tables. */

const isHere = (await labIsHere()) && miniupnpdIsHere();

/** It takes the addresses of the lab's picture, which are for documentation, for private ones. */
const SAID = '11.22.33.44';

/** The internet sees the router by that address, from now on. */
async function moveTo(lab: KernelLab, address: string): Promise<void> {
  const steps = [
    ['inet', `ip route add ${address}/32 via 203.0.113.44`],
    ['router', `ip address add ${address}/32 dev wan`],
    ['router', 'nft add table ip moved'],
    ['router', "nft 'add chain ip moved out { type nat hook postrouting priority srcnat - 1; }'"],
    ['router', `nft 'add rule ip moved out oifname "wan" snat to ${address}'`],
  ] as const;
  for (const [host, command] of steps) {
    const { status, stderr } = await lab.run(host, ['sh', '-c', command]);
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  }
}

async function withDaemon<T>(
  daemon: Daemon,
  body: (lab: KernelLab) => Promise<T>,
  { outer, publicAddress }: { outer?: OuterNat; publicAddress?: string } = {},
): Promise<T> {
  const network: NetworkSpec = {
    router: { outward: 'preserve', filtering: 'address-and-port', forwards: [], speaks: { protocols: [] } },
    server: { kind: 'full' },
    dns: 'refused',
    ...(outer ? { outer } : {}),
  };
  const lab = await openLab(network, { server: 'fullcone', fullcone: FULLCONE });
  try {
    if (publicAddress !== undefined) await moveTo(lab, publicAddress);
    await startMiniupnpd(lab, daemon);
    return await body(lab);
  } finally {
    await lab.close();
  }
}

async function ask<T>(lab: KernelLab, command: 'nat' | 'check', ...words: string[]): Promise<T> {
  const ports = command === 'check' ? ['--udp', '5060,9000'] : [];
  const all = [...FULLCONE, command, '--server', '198.51.100.10', ...ports, '--json', ...words];
  const { status, stdout, stderr } = await lab.run('pbx', all, { timeout: 60_000 });
  if (status === null || status > 2) throw new Error(`exit ${status}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

const BOTH: Daemon = { natPmp: true, upnp: true, says: SAID };

describe.runIf(isHere).concurrent('miniupnpd', () => {
  test('by NAT-PMP: the address that the servers see', async ({ expect }) => {
    const seen = { publicAddress: SAID };
    const report = await withDaemon(BOTH, (lab) => ask<NatReport>(lab, 'nat'), seen);
    expect(report.router).toMatchObject({ nats: 'one-nat', wanAddress: SAID, by: 'nat-pmp', gateway: '192.168.0.1' });
  });

  test('by UPnP: search, description and question over real sockets', async ({ expect }) => {
    const daemon = { ...BOTH, natPmp: false };
    const report = await withDaemon(daemon, (lab) => ask<NatReport>(lab, 'nat'), { publicAddress: SAID });
    expect(report.router).toMatchObject({ nats: 'one-nat', wanAddress: SAID, by: 'upnp' });
  });

  test('another address than the servers see', async ({ expect }) => {
    const report = await withDaemon(BOTH, (lab) => ask<Report>(lab, 'check'));
    expect(report.router).toMatchObject({ nats: 'other-public-address', wanAddress: SAID });
    expect(report.findings.map(({ code }) => code)).toEqual(['nothing-forwarded', 'other-public-address']);
  });

  test.for([
    { natPmp: true, upnp: true },
    { natPmp: false, upnp: true },
    { natPmp: true, upnp: false },
  ])('behind a carrier NAT it says that it has no address: %j', async (daemon, { expect }) => {
    const report = await withDaemon(daemon, (lab) => ask<Report>(lab, 'check'), { outer: { inside: '100.64.0.2' } });
    expect(report.router).toMatchObject({ nats: null, reason: 'no-address', wanAddress: null });
    expect(report.findings.map(({ code }) => code)).toEqual(['nothing-forwarded', 'router-without-address']);
  });

  test('is asked nothing that changes anything, and with --no-router nothing at all', async ({ expect }) => {
    await withDaemon({ natPmp: true, upnp: true }, async (lab) => {
      const rules = async () => (await lab.run('router', ['nft', '-st', 'list', 'ruleset'])).stdout;
      const log = async () => (await lab.run('router', ['cat', '/run/upnp.log'])).stdout;
      const [before, quiet] = [await rules(), await log()];
      await ask(lab, 'nat', '--no-router');
      expect(await log()).toBe(quiet);
      await ask(lab, 'nat');
      expect(await rules()).toBe(before);
      const heard = await log();
      expect(heard).toMatch(/NAT-PMP public address request/);
      expect(heard).toMatch(/PCP request received/);
      expect(heard).toMatch(/GetExternalIPAddress/);
      expect(heard).not.toMatch(/PortMapping|port mapping request|redirecting/i);
    });
  });

  test.for([
    ['Vigor2865', 'DrayTek Vigor, DrayOS 3.8+', 'the router calls itself DrayTek Vigor (--router draytek)'],
    ['Grey-Box', 'Any router', /the router calls itself ".*Grey-Box.*", which is none of those that are known/],
  ] as const)('advise asks it who it is: %s', async ([model, first, said], { expect }) => {
    const { stdout, stderr } = await withDaemon(
      { natPmp: true, upnp: true, lines: [`model_name=${model}`] },
      async (lab) => {
        const report = await ask<Report>(lab, 'check');
        const words = [...FULLCONE, 'advise', '--router', 'auto', '/run/tmp/report.json'];
        // Of a terminal there is none here: nobody is asked.
        return lab.run('pbx', [
          'sh',
          '-c',
          'printf %s "$0" >/run/tmp/report.json && exec "$@"',
          JSON.stringify(report),
          ...words,
        ]);
      },
    );
    expect(stdout.split('\n')[0]).toBe(first);
    expect(stdout).toMatch(/UDP 5060,\s+9000/);
    expect(stderr).toMatch(said);
  });
});
