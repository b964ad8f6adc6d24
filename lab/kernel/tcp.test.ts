import { describe, test } from 'vitest';
import type { Forward, RouterSpec } from '../scenarios/index.ts';
import type { KernelLab } from './index.ts';
import { asks, labIsHere, withLab, withRouter } from './test-tools.ts';

const here = await labIsHere();

const range = (from: number, to = from) => ({ from, to });
const forward = (port: number, rest: Partial<Forward> = {}): Forward => ({ ports: [range(port)], to: 'pbx', ...rest });

/** Listens at these ports of the PBX; what it hears is a line of a file: its port, the caller's address, the words. */
const LISTEN = `
  const { appendFileSync } = require('node:fs');
  const hear = (port) => (socket) => {
    let heard = '';
    socket.on('error', () => {}).on('data', (bytes) => { heard += bytes; });
    socket.on('end', () => appendFileSync('/run/tmp/heard', port + ' ' + socket.remoteAddress + ' ' + heard + '\\n'));
  };
  for (const port of process.argv.slice(1)) require('node:net').createServer(hear(port)).listen(+port, '0.0.0.0');`;

/** Calls these ports of the public address at once, from the reflector's second address. */
const CALL = `
  const [patience, ...ports] = process.argv.slice(1);
  const call = (port) => new Promise((resolve) => {
    const socket = require('node:net').connect({ port: +port, host: '203.0.113.44', localAddress: '198.51.100.20' });
    const timer = setTimeout(() => { socket.destroy(); resolve('timed-out'); }, +patience);
    socket.on('error', ({ code }) => { clearTimeout(timer); resolve(code); });
    socket.on('connect', () => { clearTimeout(timer); socket.end('hello', () => resolve('connected')); });
  });
  Promise.all(ports.map(call)).then((outcomes) => { console.log(outcomes.join(' ')); setTimeout(process.exit, 200); });`;

async function listening(lab: KernelLab, ports: readonly number[]): Promise<void> {
  void lab.run('pbx', [process.execPath, '-e', LISTEN, ...ports.map(String)]);
  const bound = async () => (await lab.run('pbx', ['ss', '-Hltn', 'src 0.0.0.0'])).stdout;
  for (;;) {
    const list = await bound();
    if (ports.every((port) => list.includes(`0.0.0.0:${port} `))) return;
  }
}

async function calls(lab: KernelLab, ports: readonly number[], patience = 1500): Promise<readonly string[]> {
  const { stdout } = await lab.run('inet', [process.execPath, '-e', CALL, `${patience}`, ...ports.map(String)]);
  return stdout.trim().split(' ');
}

const heard = async (lab: KernelLab): Promise<readonly string[]> => {
  const { stdout } = await lab.run('pbx', ['sh', '-c', 'sort /run/tmp/heard 2>/dev/null || :']);
  return stdout.trim().split('\n').filter(Boolean);
};

describe.runIf(here)('over TCP', { concurrent: true }, () => {
  test('a forward is of both protocols, or of the one that it names', async ({ expect }) => {
    const forwards = [forward(9000, { protocols: ['tcp'] }), forward(9001, { protocols: ['udp'] }), forward(9002)];
    await withRouter({ forwards }, async (lab) => {
      const ports = [9000, 9001, 9002, 9003];
      await listening(lab, ports);
      expect(await calls(lab, ports)).toEqual(['connected', 'timed-out', 'connected', 'timed-out']);
      expect(await heard(lab)).toEqual(['9000 198.51.100.20 hello', '9002 198.51.100.20 hello']);
      const arrivals = `const bound = [9000, 9001, 9002, 9003].map((port) => require('node:dgram').createSocket('udp4')
        .on('message', () => console.log(port)).bind(port));
        setTimeout(process.exit, 1500);`;
      const hearing = lab.run('pbx', [process.execPath, '-e', arrivals]);
      while ((await lab.run('pbx', ['ss', '-Hlun'])).stdout.trim().split('\n').length < 4);
      const knocks = ports.map((to, index) => ({ port: 7000 + index, server: `203.0.113.44:${to}` }));
      await asks(lab, knocks, { host: 'inet', wait: 50 });
      expect((await hearing).stdout.trim().split('\n').sort()).toEqual(['9001', '9002']);
    });
  });

  test('a shifted forward arrives elsewhere', async ({ expect }) => {
    await withRouter({ forwards: [forward(9000, { protocols: ['tcp'], shift: 5 })] }, async (lab) => {
      await listening(lab, [9000, 9005]);
      expect(await calls(lab, [9000, 9005])).toEqual(['connected', 'timed-out']);
      expect(await heard(lab)).toEqual(['9005 198.51.100.20 hello']);
    });
  });

  test('who answers in our place: the router, another process, another host, nobody', async ({ expect }) => {
    const router: Partial<RouterSpec> = {
      forwards: [forward(9000, { to: 'host2' }), { ports: [range(9001, 9002)], to: 'pbx' }],
      // A forward goes before.
      tcpService: [range(443), range(9000)],
      tcpReject: [range(22), range(9001)],
    };
    const body = async (lab: KernelLab) => {
      await listening(lab, [22, 443, 9000]);
      const ports = [443, 22, 80, 9000, 9001, 9002];
      const outcomes = ['connected', 'ECONNREFUSED', 'timed-out', 'ECONNREFUSED', 'connected', 'ECONNREFUSED'];
      expect(await calls(lab, ports)).toEqual(outcomes);
      expect(await heard(lab)).toEqual([]);
      expect((await lab.run('pbx', ['ss', '-Hltnp'])).stdout).toMatch(/:9001 .*"asterisk"/);
      const { stdout } = await lab.run('router', ['conntrack', '-L', '-p', 'tcp']);
      expect(stdout).toMatch(/ dport=443 /);
      expect(stdout).not.toMatch(/ dport=(22|80) /);
    };
    await withRouter(router, body, { heldTcp: [9001] });
  });

  test('a router that takes everything refuses where nobody listens', async ({ expect }) => {
    await withRouter({ input: 'take', tcpService: [range(443)] }, async (lab) => {
      expect(await calls(lab, [443, 9000])).toEqual(['connected', 'ECONNREFUSED']);
    });
  });

  // Unlike the model's, a router of Linux tells the caller that nobody has answered its three ARP requests.
  test('a forward to a machine that does not exist is silent for 3 s', async ({ expect }) => {
    await withRouter({ forwards: [forward(9000, { to: 'nobody' })] }, async (lab) => {
      expect(await calls(lab, [9000], 2000)).toEqual(['timed-out']);
    });
    await withRouter({ forwards: [forward(9000, { to: 'nobody' })] }, async (lab) => {
      expect(await calls(lab, [9000], 8000)).toEqual(['EHOSTUNREACH']);
    });
  });

  test('a repair moves forwards, what the router serves and what it rejects', async ({ expect }) => {
    await withRouter({ tcpService: [range(443)], tcpReject: [range(22)] }, async (lab) => {
      await listening(lab, [9000]);
      const ports = [443, 444, 22, 23, 9000];
      expect(await calls(lab, ports)).toEqual(['connected', 'timed-out', 'ECONNREFUSED', 'timed-out', 'timed-out']);
      await lab.repair({ tcpService: [range(444)], tcpReject: [range(23)], forwards: [forward(9000)] });
      expect(await calls(lab, ports)).toEqual(['timed-out', 'connected', 'timed-out', 'ECONNREFUSED', 'connected']);
      expect((await lab.run('router', ['ss', '-Hltn'])).stdout.trim().split('\n')).toHaveLength(1);
    });
  });

  test('without a router the PBX answers itself', async ({ expect }) => {
    const body = async (lab: KernelLab) => {
      await listening(lab, [9000]);
      expect(await calls(lab, [9000, 9001, 9002])).toEqual(['connected', 'connected', 'ECONNREFUSED']);
      expect(await heard(lab)).toEqual(['9000 198.51.100.20 hello']);
    };
    await withLab({ router: null, heldTcp: [9001] }, body);
  });

  test('a server that is silent does not answer; one that is down refuses', async ({ expect }) => {
    const call = `const socket = require('node:net').connect(3478, '198.51.100.10');
      socket.on('error', ({ code }) => console.log(code)); setTimeout(process.exit, 500);`;
    for (const [kind, outcome] of [
      ['silent', ''],
      ['down', 'ECONNREFUSED'],
    ] as const)
      await withLab({ server: { kind } }, async (lab) => {
        expect((await lab.run('pbx', [process.execPath, '-e', call])).stdout.trim()).toBe(outcome);
      });
  });
});
