import { describe, expect, test, vi } from 'vitest';
import type { KernelLab } from '../lab/kernel/index.ts';
import { labIsHere, PLAIN, withLab } from '../lab/kernel/test-tools.ts';
import { FULLCONE } from '../lab/run-kernel.ts';

/* What this machine does itself to packets of its ports: passes them on to a container, or routes them by their numbers. */

const isHere = await labIsHere();

const FORWARDS = [
  { ports: [{ from: 5060, to: 5060 }], to: 'pbx' },
  { ports: [{ from: 9000, to: 9001 }], to: 'pbx' },
] as const;

const withServer = (body: (lab: KernelLab) => Promise<void>, more: { readonly heldTcp?: readonly number[] } = {}) =>
  withLab({ router: { ...PLAIN, forwards: FORWARDS }, server: { kind: 'full' }, ...more }, body, {
    server: 'fullcone',
    fullcone: FULLCONE,
  });

async function done(lab: KernelLab, host: 'pbx' | 'router', ...command: readonly string[]): Promise<void> {
  const { status, stderr } = await lab.run(host, command);
  expect([status, stderr]).toEqual([0, '']);
}

interface Seen {
  readonly status: number | null;
  readonly stderr: string;
  readonly report: {
    readonly verdict: string;
    readonly reason: string | null;
    readonly mode: string;
    readonly ports: readonly { protocol: string; port: number; result: string; cause: string | null }[];
    readonly findings: readonly { code: string; facts: Record<string, unknown> }[];
  } | null;
}

async function check(lab: KernelLab, ...words: readonly string[]): Promise<Seen> {
  const all = ['check', '--server', '198.51.100.10', '--rate', 'max', '--json', '--all', '--no-wait', ...words];
  const { status, stdout, stderr } = await lab.run('pbx', [...FULLCONE, ...all]);
  return { status, stderr, report: stdout === '' ? null : (JSON.parse(stdout) as Seen['report']) };
}

const resultsOf = ({ report }: Seen): string[] =>
  (report?.ports ?? []).map(({ protocol, port, result, cause }) => `${protocol} ${port} ${result} ${cause}`).sort();

/** As container engines do it. */
const PASSES_ON = `table ip engine {
  chain inward {
    type nat hook prerouting priority dstnat
    ip daddr 192.168.0.100 meta l4proto { tcp, udp } th dport 9000 dnat to 172.17.0.2
  }
  chain outward {
    type nat hook postrouting priority srcnat
    ip saddr 172.17.0.0/16 oifname "eth0" masquerade
  }
}`;

/** And the machine's own packet filter lets nothing through. */
const STOPS = `table ip stops {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established accept
  }
}`;

/** Takes connections, and says nothing. */
const PHONE_SYSTEM = `require('node:net').createServer((socket) => socket.resume()).listen(9000, '172.17.0.2', () => console.log('ready'))`;

/** A network of its own in the phone system's machine, to which port 9000 is passed on. */
async function addContainer(lab: KernelLab, rules: readonly string[], listens: boolean): Promise<void> {
  const inside = 'nsenter --net=/run/netns/box';
  await done(
    lab,
    'pbx',
    'sh',
    '-ec',
    `ip netns add box
     ip link add box0 type veth peer name eth0 netns box
     ip address add 172.17.0.1/16 dev box0
     ip link set box0 up
     echo 1 >/proc/sys/net/ipv4/ip_forward
     ${inside} ip link set lo up
     ${inside} ip address add 172.17.0.2/16 dev eth0
     ${inside} ip link set eth0 up
     ${inside} ip route add default via 172.17.0.1`,
  );
  for (const text of rules) await done(lab, 'pbx', 'nft', text);
  if (!listens) return;
  const [enter = '', ...words] = inside.split(' ');
  void lab.run('pbx', [enter, ...words, process.execPath, '-e', PHONE_SYSTEM]);
  const listening = async () => (await lab.run('pbx', [enter, ...words, 'ss', '-Hltn'])).stdout;
  await vi.waitFor(async () => expect(await listening()).toContain(':9000'), 5000);
}

const PORTS = ['--udp', '5060,9000', '--tcp', '9000'];

describe.runIf(isHere)('a phone system in a container to which this machine passes a port on', () => {
  test.each(['live', 'bind'])('%s: the router forwards it, and nothing is said of what is behind', async (mode) => {
    await withServer(async (lab) => {
      await addContainer(lab, [PASSES_ON], true);
      const seen = await check(lab, ...PORTS, '--mode', mode);
      expect(resultsOf(seen)).toEqual([
        'tcp 9000 untested passed-on',
        'udp 5060 open null',
        'udp 9000 untested passed-on',
      ]);
      expect([seen.status, seen.report?.verdict, seen.report?.reason]).toEqual([2, 'inconclusive', 'passed-on']);
      const finding = seen.report?.findings.find(({ code }) => code === 'passed-on');
      expect(finding?.facts['passedTo']).toBe('172.17.0.2');
    });
  });

  test('nor where nobody is there', async () => {
    await withServer(async (lab) => {
      await addContainer(lab, [PASSES_ON], false);
      expect(resultsOf(await check(lab, ...PORTS))).toContain('tcp 9000 untested passed-on');
    });
  });

  test('where its own filter stops it on the way there, it is closed', async () => {
    await withServer(async (lab) => {
      await addContainer(lab, [PASSES_ON, STOPS], true);
      expect(resultsOf(await check(lab, ...PORTS))).toEqual([
        'tcp 9000 closed host-firewall',
        'udp 5060 open null',
        'udp 9000 closed host-firewall',
      ]);
    });
  });

  test('where the router does not forward it, it is closed', async () => {
    await withServer(async (lab) => {
      await lab.repair({ forwards: [FORWARDS[0]] });
      await addContainer(lab, [PASSES_ON], true);
      expect(resultsOf(await check(lab, ...PORTS))).toEqual([
        'tcp 9000 closed not-forwarded',
        'udp 5060 open null',
        'udp 9000 closed not-forwarded',
      ]);
    });
  });
});

/** As many routers do by a rule that names no interface. */
const HIDES_SENDERS = `table ip hides {
  chain senders {
    type nat hook postrouting priority srcnat - 10
    oifname "lan" masquerade
  }
}`;

test.runIf(isHere)('a call that nobody takes is no fault of a router that hides who calls, either', async () => {
  await withServer(async (lab) => {
    await done(lab, 'router', 'nft', HIDES_SENDERS);
    const holder = `require('node:net').createServer().listen(9001, '127.0.0.1')`;
    void lab.run('pbx', [process.execPath, '-e', holder]);
    await vi.waitFor(async () => expect((await lab.run('pbx', ['ss', '-Hltn'])).stdout).toContain(':9001'), 5000);
    const seen = await check(lab, '--udp', '5060', '--tcp', '9001', '--mode', 'live');
    expect(resultsOf(seen)[0]).toBe('tcp 9001 untested not-taken');
  });
});

describe.runIf(isHere)('routing rules of this machine that look at ports', () => {
  const rule = (lab: KernelLab, ...words: readonly string[]) => done(lab, 'pbx', 'ip', 'rule', 'add', ...words);

  test('auto sends from the ports themselves, so that the rules hold', async () => {
    await withServer(async (lab) => {
      await rule(lab, 'ipproto', 'udp', 'sport', '9000', 'blackhole');
      const seen = await check(lab, '--udp', '5060,9000-9001');
      expect(seen.report?.mode).toBe('bind');
      expect(resultsOf(seen)).toEqual([
        'udp 5060 open null',
        expect.stringMatching(/^udp 9000 no-answer/),
        'udp 9001 open null',
      ]);
      const others = await check(lab, '--udp', '5060,9001');
      expect([others.report?.mode, ...resultsOf(others)]).toEqual(['live', 'udp 5060 open null', 'udp 9001 open null']);
    });
  });

  test('live says that it cannot, and sends nothing', async () => {
    await withServer(async (lab) => {
      await rule(lab, 'sport', '9000-9999', 'blackhole');
      const { status, stderr, report } = await check(lab, '--udp', '5060,9000-9001', '--mode', 'live');
      expect([status, report]).toEqual([64, null]);
      expect(stderr).toMatch(/UDP 9000-9001 .*ip rule/);
    });
  });
});
