import { expect, test } from 'vitest';
import { createModel, type Model } from '../../lab/model/index.ts';
import { type Endpoint, formatEndpoint } from '../base/index.ts';
import {
  BINDING,
  CHANGE_REQUEST,
  decodeMessage,
  encodeMessage,
  makeAttribute,
  OTHER_ADDRESS,
  readAttribute,
} from '../stun/index.ts';
import type { System, UdpHandlers } from '../system/index.ts';
import { type ReflectorOptions, type RunningReflector, startReflector } from './reflector.ts';

const OPTIONS: ReflectorOptions = {
  primary: '198.51.100.10',
  alternate: '198.51.100.20',
  port: 3478,
  alternatePort: 3479,
  fault: null,
  rfc3489: false,
  lab: false,
};
const PRIMARY = { address: '198.51.100.10', port: 3478 };
const ID = new Uint8Array(12);

const model = (): Model => createModel({ router: null, server: { kind: 'full' } }, { seed: 1 });

async function start(lab: Model, overrides: Partial<ReflectorOptions> = {}): Promise<RunningReflector> {
  const started = await lab.run(startReflector(lab.reflector, { ...OPTIONS, ...overrides }));
  if (started.kind === 'error') throw new Error(JSON.stringify(started.error));
  return started.value;
}

const request = (...attributes: ReturnType<typeof makeAttribute>[]): Uint8Array =>
  encodeMessage({ class: 'request', method: BINDING, transactionId: ID, attributes });
const changeBoth = () => request(makeAttribute(CHANGE_REQUEST, { address: true, port: true }, ID));

/** What comes back to a fresh port of the PBX: from where, and what it is. */
async function ask(lab: Model, bytes: Uint8Array, to: Endpoint = PRIMARY): Promise<string[]> {
  const heard: string[] = [];
  const handlers: UdpHandlers = {
    bound: () => socket.send(bytes, to),
    failed: ({ code }) => heard.push(code),
    datagram: (answer, from) => heard.push(`${formatEndpoint(from)} ${describe(answer)}`),
    notSent: ({ code }) => heard.push(code),
  };
  const socket = lab.pbx.udp.open({ address: to.address.includes(':') ? '::' : '0.0.0.0', port: 0 }, handlers);
  await lab.advance(1_000);
  socket.close();
  return heard;
}

function describe(bytes: Uint8Array): string {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'message') return decoded.kind;
  const other = readAttribute(decoded.message, OTHER_ADDRESS);
  return `${decoded.message.class}${other?.kind === 'ok' ? ` other ${formatEndpoint(other.value)}` : ''}`;
}

test('four roles listen, and CHANGE-REQUEST is answered from the role that it names', async () => {
  const lab = model();
  const running = await start(lab);
  expect(Object.keys(running.endpoints)).toHaveLength(4);
  expect(await ask(lab, request())).toEqual(['198.51.100.10:3478 success other 198.51.100.20:3479']);
  expect(await ask(lab, changeBoth())).toEqual(['198.51.100.20:3479 success other 198.51.100.20:3479']);
  const alternatePort = { address: '198.51.100.20', port: 3478 };
  expect(await ask(lab, changeBoth(), alternatePort)).toEqual(['198.51.100.10:3479 success other 198.51.100.10:3479']);
});

test('with one address it is a plain server that refuses CHANGE-REQUEST', async () => {
  const lab = model();
  const running = await start(lab, { alternate: null });
  expect(running.endpoints).toEqual({ primary: PRIMARY });
  expect(lab.openSockets()).toBe(1);
  expect(await ask(lab, request())).toEqual(['198.51.100.10:3478 success']);
  expect(await ask(lab, changeBoth())).toEqual(['198.51.100.10:3478 error']);
});

test('with one address the second port means nothing', async () => {
  const lab = model();
  const running = await start(lab, { alternate: null, port: 3479 });
  expect(running.endpoints).toEqual({ primary: { ...PRIMARY, port: 3479 } });
});

test('counts what it did and why it kept silent', async () => {
  const lab = model();
  const running = await start(lab, { fault: 'ignores-change-request' });
  expect(await ask(lab, changeBoth())).toEqual(['198.51.100.10:3478 success other 198.51.100.20:3479']);
  expect(await ask(lab, new TextEncoder().encode('hello'))).toEqual([]);
  expect(await ask(lab, changeBoth().subarray(0, 26))).toEqual([]);
  const counts = running.counts();
  expect(counts).toMatchObject({ received: 3, answered: 1, notSent: 0, dropped: { 'not-stun': 1, malformed: 1 } });
  expect(Object.values(counts.dropped).reduce((sum, count) => sum + count)).toBe(2);
});

test('strangers are answered as often as the budget allows, and what they do not get is counted', async () => {
  const lab = model();
  const running = await start(lab);
  const heard: string[] = [];
  const handlers: UdpHandlers = {
    bound: () => Array.from({ length: 60 }, () => socket.send(request(), PRIMARY)),
    failed: ({ code }) => heard.push(code),
    datagram: (answer) => heard.push(describe(answer)),
    notSent: ({ code }) => heard.push(code),
  };
  const socket = lab.pbx.udp.open({ address: '0.0.0.0', port: 0 }, handlers);
  await lab.advance(500);
  expect(heard.filter((one) => one.startsWith('success'))).toHaveLength(50);
  expect(heard.filter((one) => one === 'error')).toHaveLength(1);
  const { received, answered, dropped } = running.counts();
  expect([received, answered, dropped['over-budget']]).toEqual([60, 51, 9]);
  socket.close();
});

test('closed, it answers nothing and holds nothing', async () => {
  const lab = model();
  const running = await start(lab);
  running.close();
  running.close();
  expect(lab.openSockets()).toBe(0);
  expect(await ask(lab, request())).not.toContainEqual(expect.stringContaining('success'));
  await start(lab);
});

test.each<[string, Partial<ReflectorOptions>, object]>([
  ['one address twice', { alternate: '198.51.100.10' }, { kind: 'same-address', address: '198.51.100.10' }],
  ['one port twice', { alternatePort: 3478 }, { kind: 'same-port', port: 3478 }],
  ['all addresses', { primary: '0.0.0.0' }, { kind: 'not-an-address', address: '0.0.0.0' }],
  ['a name', { alternate: 'stun.example' }, { kind: 'not-an-address', address: 'stun.example' }],
  ['all addresses of IPv6', { primary: '::' }, { kind: 'not-an-address', address: '::' }],
  ['brackets', { primary: '[2001:db8::1]' }, { kind: 'not-an-address', address: '[2001:db8::1]' }],
  [
    'IPv4 in the form of IPv6',
    { alternate: '::ffff:198.51.100.20' },
    { kind: 'not-an-address', address: '::ffff:198.51.100.20' },
  ],
  ['a link-local address', { primary: 'fe80::10' }, { kind: 'link-local', address: 'fe80::10' }],
  ['a zone', { primary: 'fe80::10%eth0' }, { kind: 'link-local', address: 'fe80::10%eth0' }],
  ['two families', { alternate: '2001:db8::20' }, { kind: 'other-family', address: '2001:db8::20' }],
  [
    'one address in two forms',
    { primary: '2001:DB8::10', alternate: '2001:db8:0::10' },
    { kind: 'same-address', address: '2001:db8::10' },
  ],
  ['any port', { port: 0 }, { kind: 'not-a-port', port: 0 }],
  ['a port too high', { alternatePort: 65_536 }, { kind: 'not-a-port', port: 65_536 }],
  [
    'an address of another machine',
    { alternate: '203.0.113.99' },
    { kind: 'no-such-address', endpoint: { address: '203.0.113.99', port: 3479 }, code: 'EADDRNOTAVAIL' },
  ],
])('refuses %s and leaves nothing open', async (_, overrides, error) => {
  const lab = model();
  const started = await lab.run(startReflector(lab.reflector, { ...OPTIONS, ...overrides }));
  expect(started).toEqual({ kind: 'error', error });
  expect(lab.openSockets()).toBe(0);
});

test('refuses a role that somebody holds, and lets go of the other three', async () => {
  const lab = model();
  const endpoint = { address: '198.51.100.20', port: 3478 };
  const ignore = (): null => null;
  lab.reflector.udp.open(endpoint, { bound: ignore, failed: ignore, datagram: ignore, notSent: ignore });
  const started = await lab.run(startReflector(lab.reflector, OPTIONS));
  expect(started).toEqual({ kind: 'error', error: { kind: 'in-use', endpoint, code: 'EADDRINUSE' } });
  expect(lab.openSockets()).toBe(1);
});

test('when a role is lost, the rest goes on as a plain server', async () => {
  const lab = model();
  const lose: (() => void)[] = [];
  const udp: System['udp'] = {
    ...lab.reflector.udp,
    open(local, handlers) {
      const socket = lab.reflector.udp.open(local, handlers);
      if (local.address === '198.51.100.20') {
        lose.push(() => {
          socket.close();
          handlers.failed({ kind: 'other', code: 'EIO' });
        });
      }
      return socket;
    },
  };
  await lab.run(startReflector({ ...lab.reflector, udp }, OPTIONS));
  lose[0]?.();
  expect(await ask(lab, request())).toEqual(['198.51.100.10:3478 success']);
  expect(await ask(lab, changeBoth())).toEqual(['198.51.100.10:3478 error']);
});

test('over IPv6 it is the same, however its addresses are written', async () => {
  const lab = createModel({ router: null, ipv6: null, server: { kind: 'full' } }, { seed: 1 });
  const running = await start(lab, { primary: '2001:DB8:100:0::10', alternate: '2001:db8:100::20' });
  expect(running.endpoints.primary).toEqual({ address: '2001:db8:100::10', port: 3478 });
  const primary = { address: '2001:db8:100::10', port: 3478 };
  const said = '[2001:db8:100::20]:3479 success other [2001:db8:100::20]:3479';
  expect(await ask(lab, changeBoth(), primary)).toEqual([said]);
});
