import { describe, test } from 'vitest';
import { type KernelLab, openLab } from '../lab/kernel/index.ts';
import { labIsHere } from '../lab/kernel/test-tools.ts';
import { FULLCONE } from '../lab/run-kernel.ts';
import type { NetworkSpec, RouterSpec } from '../lab/scenarios/index.ts';
import type { NatReport, Report } from '../src/report/index.ts';

/* What a row of the scenarios cannot say: which own address is asked for, how soon the answer is there, and the NAT. */

const isHere = await labIsHere();

const ROUTER: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };
const PINHOLE: RouterSpec = {
  ...ROUTER,
  outward: 'untranslated',
  forwards: [{ ports: [{ from: 9000, to: 9005 }], to: 'pbx' }],
};
const OWN = '2001:db8:1::100';
const SERVER = '[2001:db8:100::10]';
const CHECK = ['check', '--udp', '9000-9005', '--rate', 'max', '--json'];

const network = (ipv6: RouterSpec, more: Partial<NetworkSpec> = {}): NetworkSpec => ({
  router: ROUTER,
  ipv6,
  server: { kind: 'full' },
  ...more,
});

async function inLab<T>(spec: NetworkSpec, work: (lab: KernelLab) => Promise<T>): Promise<T> {
  const lab = await openLab(spec, { server: 'fullcone', fullcone: FULLCONE });
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

const command = (lab: KernelLab, ...words: readonly string[]) =>
  lab.run('pbx', [...FULLCONE, ...words], { timeout: 60_000 });

async function check(lab: KernelLab, ...words: readonly string[]): Promise<Report> {
  const { stdout, stderr } = await command(lab, ...CHECK, '--no-wait', ...words);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

async function shell(lab: KernelLab, text: string): Promise<string> {
  const { status, stdout, stderr } = await lab.run('pbx', ['sh', '-ec', text]);
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

const resultsOf = ({ ports }: Report) => [...new Set(ports.map(({ result }) => result))];

describe.runIf(isHere)('a machine with a temporary address (RFC 8981)', () => {
  /** The kernel makes one, and would rather send from it. */
  const MAKE = `
    echo 2 >/proc/sys/net/ipv6/conf/eth0/use_tempaddr
    ip -6 address del ${OWN}/64 dev eth0
    ip -6 address add ${OWN}/64 dev eth0 mngtmpaddr
    ip -6 route replace ::/0 via 2001:db8:1::1
    ip -6 route get 2001:db8:100::10 | sed 's/.* src \\([^ ]*\\).*/\\1/'`;

  test('is asked for by its stable one, which the pinhole is for', async ({ expect }) => {
    await inLab(network(PINHOLE), async (lab) => {
      const temporary = await shell(lab, MAKE);
      expect(temporary).toMatch(/^2001:db8:1:0?:/);
      expect(temporary).not.toBe(OWN);
      const stable = await check(lab, '--server', SERVER);
      expect([stable.bindAddress, stable.publicAddresses]).toEqual([OWN, [OWN]]);
      expect(resultsOf(stable)).toEqual(['open']);
      const told = await check(lab, '--server', SERVER, '--bind-address', temporary);
      expect([told.bindAddress, told.publicAddresses]).toEqual([temporary, [temporary]]);
      expect(resultsOf(told)).toEqual(['closed']);
    });
  });
});

describe.runIf(isHere)('a machine without IPv6', () => {
  test('says so at once, and sends nothing', async ({ expect }) => {
    await inLab(network(PINHOLE, { families: ['ipv4'] }), async (lab) => {
      for (const words of [
        ['--server', SERVER],
        ['-6', '--server', 'stun.example'],
      ]) {
        const { status, stdout, ms } = await command(lab, ...CHECK, ...words);
        const report = JSON.parse(stdout) as Report;
        expect([status, report.verdict, report.reason]).toEqual([2, 'inconclusive', 'wrong-family']);
        expect(report.findings.map(({ code }) => code)).toEqual(['host-without-family']);
        expect(ms).toBeLessThan(2_000);
      }
      expect((await lab.counters()).out).toBe(0);
      expect((await command(lab, 'nat', '-6', '--server', SERVER)).stdout).toMatch(/^This machine has no IPv6 address/);
    });
  });

  test.for(['all', 'eth0'])('nor where the system has it switched off (%s)', async (which, { expect }) => {
    await inLab(network(PINHOLE), async (lab) => {
      await shell(lab, `echo 1 >/proc/sys/net/ipv6/conf/${which}/disable_ipv6`);
      expect((await check(lab, '-6', '--server', SERVER)).reason).toBe('wrong-family');
      expect(resultsOf(await check(lab, '--server', 'stun.example'))).toEqual(['closed']);
    });
  });
});

test.runIf(isHere)('a server on ::1 is asked over IPv6, and is known as a trial', async ({ expect }) => {
  await inLab(network(PINHOLE), async (lab) => {
    const [node = '', file = ''] = FULLCONE;
    const words = `${node} ${file}`;
    const text = `${words} reflector --primary ::1 --single >/run/tmp/ready & server=$!
      until grep -q ready /run/tmp/ready; do sleep 0.05; done
      ${words} ${CHECK.join(' ')} --server ::1 --bind-address ::1 || :
      kill $server; wait $server || :`;
    const report = JSON.parse(await shell(lab, text)) as Report;
    expect([report.verdict, report.reason, report.bindAddress]).toEqual(['inconclusive', 'no-second-address', '::1']);
    expect(report.ports.map(({ family, mapped, port }) => [family, mapped === `[::1]:${port}`])).toEqual(
      Array.from({ length: 6 }, () => ['ipv6', true]),
    );
    expect(report.findings.map(({ code }) => code)).toContain('trial');
  });
});

describe.runIf(isHere)('the NAT over IPv6', () => {
  test.for([
    ['untranslated', OWN, 'none'],
    ['prefix', '2001:db8:3::100', 'endpoint-independent'],
    ['random', '2001:db8:2::44', 'address-and-port-dependent'],
  ] as const)('%s: seen as %s, mapping %s', async ([outward, publicAddress, mapping], { expect }) => {
    const { forwards } = outward === 'random' ? ROUTER : PINHOLE;
    const report = await inLab(network({ ...PINHOLE, outward, forwards }), async (lab) => {
      const { stdout } = await command(lab, 'nat', '-6', '--server', 'stun.example', '--fragments', '--json');
      return JSON.parse(stdout) as NatReport;
    });
    expect(report).toMatchObject({ family: 'ipv6', localAddress: OWN, publicAddress, mapping });
    expect(report.filtering).toBe('address-and-port-dependent');
    expect([report.fragments?.outward.result, report.fragments?.inward.result]).toEqual(['pass', 'pass']);
  });
});
