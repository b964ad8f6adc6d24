import { describe, expect, test } from 'vitest';
import type { NetworkSpec, RouterSpec, ServerSpec } from '../scenarios/index.ts';
import { NotAvailable, openLab } from './index.ts';
import { openLabAs } from './lab.ts';
import { asks, labIsHere, PLAIN, withLab, withRouter } from './test-tools.ts';

const here = await labIsHere();
const NODE = process.execPath;

const BASE: NetworkSpec = { router: PLAIN, server: { kind: 'down' }, dns: 'refused' };
const COTURN = { server: 'coturn', fullcone: [] } as const;

const IPV6: RouterSpec = { ...PLAIN, outward: 'untranslated' };

describe('a network that cannot be built is refused', () => {
  const one = [{ from: 9000, to: 9000 }];
  test.each<[string, Partial<NetworkSpec>, string]>([
    ['a neighbour without LAN', { router: null, neighbour: [9000] }, 'needs a LAN'],
    ['a port that is held twice', { held: [9000, 9000] }, 'held twice'],
    ['a TCP port that is held twice', { heldTcp: [443, 443] }, 'held twice'],
    ['a loss that is no chance', { loss: { out: 30, in: 0 } }, 'from 0 to 1'],
    ['a forward of nothing', { router: { ...PLAIN, forwards: [{ ports: [], to: 'pbx' }] } }, 'without a port'],
    [
      'a shift beyond the last port',
      { router: { ...PLAIN, forwards: [{ ports: one, to: 'pbx', shift: 60_000 }] } },
      'leaves the range',
    ],
    [
      'a forward of no protocol',
      { router: { ...PLAIN, forwards: [{ ports: one, to: 'pbx', protocols: [] }] } },
      'without a protocol',
    ],
    ['a service without a port', { router: { ...PLAIN, tcpService: [] } }, 'no port'],
    ['a port served and rejected', { router: { ...PLAIN, tcpService: one, tcpReject: one } }, 'both'],
    ['IPv6 without the router', { ipv6: null }, 'one family alone'],
    ['IPv4 without the router', { router: null, ipv6: IPV6 }, 'one family alone'],
    ['NAT64', { ipv6: { ...IPV6, outward: 'nat64' } }, "no rules of IPv6 for 'nat64'"],
    ['a pinhole to another host', { ipv6: { ...IPV6, forwards: [{ ports: one, to: 'host2' }] } }, 'leads elsewhere'],
    ['a forward of NAT66', { ipv6: { ...IPV6, outward: 'random', forwards: [{ ports: one, to: 'pbx' }] } }, 'NAT66'],
    ['a scan guard of IPv6', { ipv6: { ...IPV6, scanGuard: { after: 8 } } }, 'scanGuard over IPv6'],
    ['a block of nothing', { router: { ...PLAIN, blocked: { ports: [], how: 'drop' } } }, 'blocks no port'],
  ])('%s', async (_name, spec, why) => {
    await expect(openLabAs('rootless', { ...BASE, ...spec }, COTURN)).rejects.toThrow(why);
  });

  test.each(['ignores-change-request', 'no-response-port'] as const)(
    'coturn as %s, with a name to skip by',
    async (kind) => {
      await expect(openLabAs('rootless', { ...BASE, server: { kind } }, COTURN)).rejects.toThrow(NotAvailable);
    },
  );
});

describe.runIf(here)('a command', { concurrent: true }, () => {
  test('runs in its host with the working directory and variables of here', async ({ expect }) => {
    await withLab({}, async (lab) => {
      const script = 'pwd; echo $ANSWER; ip -br address show eth0; echo to stderr >&2; exit 7';
      const exit = await lab.run('host2', ['sh', '-c', script], { env: { ANSWER: '42' } });
      expect(exit).toMatchObject({ status: 7, stderr: 'to stderr\n' });
      expect(exit.stdout.split(/\s+/)).toEqual(expect.arrayContaining([process.cwd(), '42', '192.168.0.50/24']));
    });
  });

  test('keeps scratch and state inside the lab, from one command to the next', async ({ expect }) => {
    await withLab({}, async (lab) => {
      await lab.run('pbx', ['sh', '-c', 'echo seen >$XDG_STATE_HOME/last; mktemp']);
      expect((await lab.run('pbx', ['cat', '/run/state/last'])).stdout).toBe('seen\n');
    });
    await withLab({}, async (lab) => {
      expect((await lab.run('pbx', ['sh', '-c', 'ls $XDG_STATE_HOME'])).stdout).toBe('');
    });
  });

  test('is killed at its limit', async ({ expect }) => {
    await withLab({}, async (lab) => {
      const exit = await lab.run('pbx', ['sh', '-c', 'echo begun; exec sleep 60'], { timeout: 200 });
      expect(exit).toMatchObject({ status: null, stdout: 'begun\n' });
      expect(exit.ms).toBeGreaterThan(190);
      expect(exit.ms).toBeLessThan(5000);
    });
  });

  test('gets the signal itself, and may answer it', async ({ expect }) => {
    await withLab({}, async (lab) => {
      const script = 'trap "echo interrupted; exit 130" INT; sleep 60 & wait';
      const exit = await lab.run('pbx', ['bash', '-c', script], { signalAfter: { ms: 1000, signal: 'SIGINT' } });
      expect(exit).toMatchObject({ status: 130, stdout: 'interrupted\n' });
      // Though its child still has its output.
      expect(exit.ms).toBeLessThan(10_000);
    });
  });

  test('that does not exist has the exit code of a shell', async ({ expect }) => {
    await withLab({}, async (lab) => {
      expect(await lab.run('pbx', ['no-such-program'])).toMatchObject({ status: 127 });
    });
  });
});

describe.runIf(here)('the PBX', { concurrent: true }, () => {
  test('has the ports held that shall be held, by a program with a name', async ({ expect }) => {
    await withLab({ held: [5060, 9000] }, async (lab) => {
      const { stdout } = await lab.run('pbx', ['ss', '-Hlunp']);
      expect(stdout.match(/:(5060|9000) .*"asterisk"/g)).toHaveLength(2);
    });
  });

  const resolve = `const { Resolver } = require('node:dns').promises;
    new Resolver({ timeout: 300, tries: 1 }).resolve4('stun.example').then(String, ({ code }) => code).then(console.log)`;
  test.each([
    [undefined, '198.51.100.10'],
    ['no-such-name', 'ENOTFOUND'],
    ['refused', 'ECONNREFUSED'],
    ['silent', 'ETIMEOUT'],
  ] as const)('asks the resolver: %s', async (dns, answer) => {
    const { dns: _, ...network } = BASE;
    const lab = await openLab({ ...network, ...(dns ? { dns } : {}) }, COTURN);
    const { stdout } = await lab.run('pbx', [NODE, '-e', resolve]);
    await lab.close();
    expect(stdout.trim()).toBe(answer);
  });
});

/** A Binding request from a connected socket, so that ICMP is heard; prints OTHER-ADDRESS, if any. */
const BINDING = `import os, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.5); s.connect(("198.51.100.10", 3478))
try:
    s.send(struct.pack("!HHI", 1, 0, 0x2112A442) + os.urandom(12)); answer = s.recv(2048)
    other = answer.find(bytes.fromhex("802c0008"))
    print("answer from one address" if other < 0 else "other " + socket.inet_ntoa(answer[other + 8:other + 12]))
except ConnectionRefusedError: print("refused")
except socket.timeout: print("silence")`;

describe.runIf(here)('the server', { concurrent: true }, () => {
  test.each([
    ['full', 'other 198.51.100.20'],
    ['one-address', 'answer from one address'],
    ['down', 'refused'],
    ['silent', 'silence'],
  ] as const)('coturn, %s', async (kind, answer) => {
    const lab = await openLab({ ...BASE, server: { kind } }, COTURN);
    const { stdout, stderr } = await lab.run('pbx', ['python3', '-c', BINDING]);
    await lab.close();
    expect([stdout.trim(), stderr]).toEqual([answer, '']);
  });

  const start = 'reflector --primary 198.51.100.10';
  test.each<[ServerSpec['kind'], string]>([
    ['full', `${start} --alternate 198.51.100.20`],
    ['one-address', `${start} --single`],
    ['ignores-change-request', `${start} --alternate 198.51.100.20 --lab-fault ignores-change-request`],
    ['no-response-port', `${start} --alternate 198.51.100.20 --lab-fault no-response-port`],
  ])('the command line of our own, %s', async (kind, line) => {
    const fake = ['bash', '-c', 'echo "$@" >/run/line; echo it is ready; exec sleep 60', 'fake'];
    const lab = await openLab({ ...BASE, server: { kind } }, { server: 'fullcone', fullcone: fake });
    const { stdout } = await lab.run('inet', ['cat', '/run/line']);
    await lab.close();
    expect(stdout.trim()).toBe(line);
  });

  test('that does not start is told with its last words', async ({ expect }) => {
    const fake = { server: 'fullcone', fullcone: ['sh', '-c', 'echo no such address >&2; exit 3'] } as const;
    const opening = openLab({ ...BASE, server: { kind: 'full' } }, fake);
    await expect(opening).rejects.toThrow(/did not start: ended with 3\nno such address/);
  });
});

describe.runIf(here)('labs', () => {
  test('stand side by side without hearing of each other', async () => {
    const kinds = ['down', 'silent', 'down', 'silent'] as const;
    const labs = await Promise.all(kinds.map((kind) => openLab({ ...BASE, server: { kind } }, COTURN)));
    const question = [{ port: 9000, server: '198.51.100.10:3478', connected: true }];
    const heard = await Promise.all(labs.map((lab) => asks(lab, question)));
    await Promise.all(labs.map((lab) => lab.close()));
    expect(heard.flat()).toEqual([{ error: 'ECONNREFUSED' }, null, { error: 'ECONNREFUSED' }, null]);
    expect(new Set(labs.map(({ name }) => name)).size).toBe(4);
  });

  test('cannot be repaired into nonsense, nor without a router', async () => {
    const nothing = { blocked: { ports: [], how: 'drop' } } as const;
    await withRouter({}, (lab) => expect(lab.repair(nothing)).rejects.toThrow('blocks no port'));
    await withLab({ router: null }, (lab) => expect(lab.repair({})).rejects.toThrow('no router'));
  });
});
