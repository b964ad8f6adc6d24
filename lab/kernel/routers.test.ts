import { describe, test } from 'vitest';
import type { RouterSpec } from '../scenarios/index.ts';
import type { KernelLab } from './index.ts';
import { type Ask, asks, echoing, labIsHere, seenPort, withLab, withRouter } from './test-tools.ts';

const here = await labIsHere();

const A1 = '198.51.100.10:3478';
const A1_OTHER = '198.51.100.10:3479';
const A2 = '198.51.100.20:3478';
const A2_OTHER = '198.51.100.20:3479';
const A3 = '198.51.100.30:3478';
const PUBLIC = '203.0.113.44';

const OUTWARD = ['preserve', 'random', 'stable-other', 'endpoint-independent'] as const;
const FILTERING = ['address-and-port', 'address', 'endpoint-independent'] as const;

const FORWARD: RouterSpec['forwards'] = [{ ports: [{ from: 9000, to: 9009 }], to: 'pbx' }];

/** From a port that is not checked, for an answer to a port that has not spoken. */
const cold = (port: number, more: Partial<Ask> = {}): Ask => ({
  ...{ port: 7000, server: A1, from: A2, to: port, hear: port },
  ...more,
});

const fromAll = (port: number): Ask[] => [A1, A1_OTHER, A2, A3].map((server) => ({ port, server }));

describe.runIf(here)('on the way out', { concurrent: true }, () => {
  test('preserve: the same number for everybody', async ({ expect }) => {
    await withRouter({}, async (lab) => {
      await echoing(lab);
      const heard = await asks(lab, fromAll(9000));
      expect(heard.map((one) => one && 'seen' in one && one.seen)).toEqual(Array(4).fill(`${PUBLIC}:9000`));
    });
  });

  test('random: another number for everybody', async ({ expect }) => {
    await withRouter({ outward: 'random' }, async (lab) => {
      await echoing(lab);
      const ports = (await asks(lab, fromAll(9000))).map(seenPort);
      expect(new Set([...ports, 9000]).size).toBe(5);
    });
  });

  test('stable-other: one other number, and another one for another port', async ({ expect }) => {
    await withRouter({ outward: 'stable-other' }, async (lab) => {
      await echoing(lab);
      const ports = (await asks(lab, [...fromAll(9000), { port: 9001, server: A1 }])).map(seenPort);
      expect(ports).toEqual([25_384, 25_384, 25_384, 25_384, 25_385]);
    });
  });

  test('preserve beside a neighbour (trap 7): another number towards his server', async ({ expect }) => {
    const body = async (lab: KernelLab) => {
      await echoing(lab);
      const [before, his, after] = (
        await asks(
          lab,
          [A2, A1, A3].map((server) => ({ port: 9000, server })),
        )
      ).map(seenPort);
      expect(before).toBe(9000);
      expect(his).toBeTypeOf('number');
      expect(his).not.toBe(9000);
      // Linux goes on with the number that it chose last for this inside port, though 9000 is free towards A3.
      expect(after).toBe(his);
    };
    await withRouter({}, body, { neighbour: [9000] });
  });

  test('endpoint-independent beside a neighbour: one other number for everybody', async ({ expect }) => {
    const body = async (lab: KernelLab) => {
      await echoing(lab);
      const ports = (await asks(lab, [...fromAll(9000), { port: 9001, server: A2 }])).map(seenPort);
      expect(ports[0]).toBeTypeOf('number');
      expect(ports[0]).not.toBe(9000);
      expect(ports).toEqual([ports[0], ports[0], ports[0], ports[0], 9001]);
    };
    await withRouter({ outward: 'endpoint-independent' }, body, { neighbour: [9000] });
  });

  test('blocked: in silence, or with an ICMP error', async ({ expect }) => {
    const ports = [{ from: 9001, to: 9002 }];
    const questions = [9000, 9001, 9003].map((port) => ({ port, server: A1, connected: true }));
    await withRouter({ blocked: { ports, how: 'drop' } }, async (lab) => {
      await echoing(lab);
      expect((await asks(lab, questions)).map(seenPort)).toEqual([9000, 'null', 9003]);
      await lab.repair({ blocked: { ports, how: 'reject' } });
      expect((await asks(lab, questions)).map(seenPort)).toEqual([9000, '{"error":"EHOSTUNREACH"}', 9003]);
    });
  });
});

describe.runIf(here)('on the way in', { concurrent: true }, () => {
  const answers = [A1_OTHER, A2, A3].map((from) => ({ port: 9100, server: A1, from }));
  const letIn = {
    'address-and-port': [false, false, false],
    address: [true, false, false],
    'endpoint-independent': [true, true, true],
  } as const;

  for (const outward of OUTWARD)
    for (const filtering of FILTERING)
      test(`${outward}, ${filtering}: whom an own packet lets in`, async ({ expect }) => {
        await withRouter({ outward, filtering }, async (lab) => {
          await echoing(lab);
          const [first, ...heard] = await asks(lab, [{ port: 9100, server: A1 }, ...answers, cold(9101)]);
          expect(first).toMatchObject({ from: A1 });
          expect(heard.map((one) => one !== null)).toEqual([...letIn[filtering], false]);
        });
      });

  for (const outward of OUTWARD)
    test(`${outward}: a forward lets in what nobody asked for`, async ({ expect }) => {
      await withRouter({ outward, forwards: FORWARD }, async (lab) => {
        await echoing(lab);
        const heard = await asks(lab, [cold(9000), cold(9009, { from: A2_OTHER }), cold(9010)]);
        expect(heard.map((one) => one && 'from' in one && one.from)).toEqual([A2, A2_OTHER, null]);
      });
    });

  test('a shifted forward arrives elsewhere', async ({ expect }) => {
    await withRouter({ forwards: [{ ports: [{ from: 9000, to: 9009 }], to: 'pbx', shift: 20 }] }, async (lab) => {
      await echoing(lab);
      const heard = await asks(lab, [cold(9003, { hear: 9023 }), cold(9004)]);
      expect(heard.map((one) => one !== null)).toEqual([true, false]);
    });
  });

  test('a forward to the wrong host goes there', async ({ expect }) => {
    const forwards: RouterSpec['forwards'] = [
      { ports: [{ from: 9000, to: 9000 }], to: 'host2' },
      { ports: [{ from: 9001, to: 9001 }], to: 'nobody' },
    ];
    await withRouter({ forwards }, async (lab) => {
      await echoing(lab);
      expect(await asks(lab, [cold(9000), cold(9001)])).toEqual([null, null]);
      const { stdout } = await lab.run('router', ['conntrack', '-L', '-p', 'udp']);
      expect(stdout).toMatch(/src=198\.51\.100\.20 dst=203\.0\.113\.44 sport=3478 dport=9000 .*src=192\.168\.0\.50 /);
      expect(stdout).toMatch(/src=198\.51\.100\.20 dst=203\.0\.113\.44 sport=3478 dport=9001 .*src=192\.168\.0\.77 /);
    });
  });

  test('TCP is forwarded too', async ({ expect }) => {
    const listen = `require('node:net').createServer((socket) => socket.end('hello')).listen(9000)`;
    const call = `const socket = require('node:net').connect(9000, '${PUBLIC}');
      socket.on('error', (error) => console.log(error.code)); socket.on('data', (bytes) => console.log(String(bytes)))`;
    await withRouter({ forwards: FORWARD }, async (lab) => {
      void lab.run('pbx', [process.execPath, '-e', listen]);
      const bound = async () => (await lab.run('pbx', ['ss', '-Hltn'])).stdout.includes(':9000');
      while (!(await bound()));
      expect((await lab.run('inet', [process.execPath, '-e', call])).stdout.trim()).toBe('hello');
    });
  });
});

describe.runIf(here)('to a foreign STUN client and server it is', { concurrent: true }, () => {
  const mapping = { random: 'Address and Port Dependent', other: 'Endpoint Independent' } as const;
  const filtered = {
    'address-and-port': 'Address and Port Dependent',
    address: 'Address Dependent',
    'endpoint-independent': 'Endpoint Independent',
  } as const;

  for (const outward of OUTWARD)
    for (const filtering of FILTERING)
      test(`what ${outward}, ${filtering} is called in RFC 4787`, async ({ expect }) => {
        const body = async (lab: KernelLab) => {
          const { stdout } = await lab.run('pbx', ['turnutils_natdiscovery', '-m', '-f', '198.51.100.10']);
          expect(stdout).toContain(`NAT with ${mapping[outward === 'random' ? 'random' : 'other']} Mapping!`);
          expect(stdout).toContain(`NAT with ${filtered[filtering]} Filtering!`);
        };
        await withRouter({ outward, filtering }, body, { server: { kind: 'full' } });
      });
});

describe.runIf(here)('what the router does with a packet that nobody wants', { concurrent: true }, () => {
  const knock: Ask[] = [{ port: 7000, server: `${PUBLIC}:9000`, connected: true }];

  test('drop: silence, and no state', async ({ expect }) => {
    await withRouter({}, async (lab) => {
      await echoing(lab);
      expect(await asks(lab, knock, { host: 'inet' })).toEqual([null]);
      expect((await asks(lab, [cold(9000), { port: 9000, server: A2 }])).map(seenPort)).toEqual(['null', 9000]);
    });
  });

  test('take (trap 4): an ICMP error, and a state that changes the next mapping towards that peer', async ({
    expect,
  }) => {
    await withRouter({ input: 'take' }, async (lab) => {
      await echoing(lab);
      expect(await asks(lab, knock, { host: 'inet' })).toEqual([{ error: 'ECONNREFUSED' }]);
      const [asked, sent] = (await asks(lab, [cold(9000), { port: 9000, server: A2 }])).map(seenPort);
      expect(asked).toBe('null');
      expect(sent).toBeTypeOf('number');
      expect(sent).not.toBe(9000);
    });
  });
});

describe.runIf(here)('a repair', { concurrent: true }, () => {
  test('adds a forward and leaves the states as they are', async ({ expect }) => {
    await withRouter({ filtering: 'endpoint-independent' }, async (lab) => {
      await echoing(lab);
      expect((await asks(lab, [{ port: 9100, server: A1 }, cold(9000)])).map(seenPort)).toEqual([9100, 'null']);
      await lab.repair({ forwards: FORWARD });
      const states = await lab.run('router', ['conntrack', '-L', '-p', 'udp']);
      expect(states.stdout).toMatch(/sport=9100 dport=3478/);
      // 9100: the mapping of before the repair still lets everybody in.
      const heard = await asks(lab, [cold(9000), cold(9100, { from: A3 })]);
      expect(heard.map((one) => one !== null)).toEqual([true, true]);
      await lab.repair({ filtering: 'address-and-port', forwards: [] });
      expect(await asks(lab, [cold(9001), cold(9100, { from: A2_OTHER })])).toEqual([null, null]);
    });
  });
});

describe.runIf(here)('the link', { concurrent: true }, () => {
  test('without a router the public address is the PBX itself', async ({ expect }) => {
    await withLab({ router: null }, async (lab) => {
      await echoing(lab);
      const heard = await asks(lab, [{ port: 9000, server: A1 }, cold(9001)]);
      expect(heard).toEqual([
        { seen: `${PUBLIC}:9000`, from: A1 },
        { seen: `${PUBLIC}:7000`, from: A2 },
      ]);
    });
  });

  for (const router of [true, false])
    test(`loses what it shall and counts all, ${router ? 'with' : 'without'} router`, async ({ expect }) => {
      const body = async (lab: KernelLab) => {
        await echoing(lab);
        const batch = { port: 9000, server: A1, times: 50 };
        const heard = await asks(lab, Array<Ask>(10).fill(batch));
        const { out, in: back } = await lab.counters();
        expect(out).toBe(500);
        // Four standard deviations to both sides.
        expect(Math.abs(back / out - 0.7)).toBeLessThan(0.083);
        expect(Math.abs(heard.filter(Boolean).length / back - 0.8)).toBeLessThan(0.087);
      };
      await withLab({ loss: { out: 0.3, in: 0.2 }, ...(router ? {} : { router: null }) }, body);
    });

  test('ends at the internet host: there is no way out of the lab', async ({ expect }) => {
    await withRouter({}, async (lab) => {
      const { stdout } = await lab.run('inet', ['ip', 'route']);
      expect(stdout).not.toContain('default');
      expect((await lab.run('inet', ['ip', 'route', 'get', '192.0.2.1'])).stderr).toContain('unreachable');
    });
  });
});
