import { networkInterfaces } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../base/index.ts';
import type { SocketFailure, TcpListener, UdpSocket } from '../contract.ts';
import { nodeSystem } from './index.ts';
import { portSockets } from './proc-net.ts';

const { udp, tcp, host } = nodeSystem();

const isHere = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');

type Outcome = Endpoint | SocketFailure;

const isBound = (outcome: Outcome): outcome is Endpoint => 'port' in outcome;

function openUdp(local: Endpoint) {
  const received: { bytes: number[]; from: Endpoint }[] = [];
  const notSent: SocketFailure[] = [];
  return new Promise<{ at: Outcome; socket: UdpSocket; received: typeof received; notSent: typeof notSent }>(
    (resolve) => {
      const socket = udp.open(local, {
        bound: (at) => resolve({ at, socket, received, notSent }),
        failed: (at) => resolve({ at, socket, received, notSent }),
        datagram: (bytes, from) => received.push({ bytes: [...bytes], from }),
        notSent: (failure) => notSent.push(failure),
      });
      onTestFinished(() => socket.close());
    },
  );
}

function listenTcp(local: Endpoint) {
  const arrived: Endpoint[] = [];
  return new Promise<{ at: Outcome; listener: TcpListener; arrived: Endpoint[] }>((resolve) => {
    const listener = tcp.listen(local, {
      bound: (at) => resolve({ at, listener, arrived }),
      failed: (at) => resolve({ at, listener, arrived }),
      connected: () => undefined,
      arrived: (from) => arrived.push(from),
    });
    onTestFinished(() => listener.close());
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 500) throw new Error('waited in vain');
    await pause(5);
  }
}

const at = (address: string, port = 0): Endpoint => ({ address, port });

describe.runIf(isHere)('over IPv6', () => {
  test('datagrams are carried, with their source in its one form', async () => {
    const [left, right] = [await openUdp(at('::1')), await openUdp(at('0:0:0:0:0:0:0:1'))];
    if (!isBound(left.at) || !isBound(right.at)) throw new Error('not bound');
    left.socket.send(Uint8Array.of(1, 2), at('::1', right.at.port));
    await until(() => right.received.length === 1);
    expect(right.received).toEqual([{ bytes: [1, 2], from: at('::1', left.at.port) }]);
  });

  test('a port is held for each family by itself', async () => {
    const six = await openUdp(at('::'));
    if (!isBound(six.at)) throw new Error('not bound');
    const four = await openUdp(at('0.0.0.0', six.at.port));
    expect(four.at).toEqual(at('0.0.0.0', six.at.port));
    four.socket.send(Uint8Array.of(4), at('127.0.0.1', six.at.port));
    await until(() => four.received.length === 1);
    expect(six.received).toEqual([]);
    expect((await openUdp(at('::1', six.at.port))).at).toEqual({ kind: 'in-use', code: 'EADDRINUSE' });
  });

  test.each([
    ['::1', '127.0.0.1', { kind: 'other', code: 'EAFNOSUPPORT' }],
    ['127.0.0.1', '::1', { kind: 'other', code: 'EAFNOSUPPORT' }],
    ['::', '::ffff:127.0.0.1', { kind: 'unreachable', code: 'ENETUNREACH' }],
  ])('from %s nothing is sent to %s', async (own, other, failure) => {
    const { socket, notSent } = await openUdp(at(own));
    socket.send(Uint8Array.of(1), at(other, 9));
    await pause(20);
    expect(notSent).toEqual([failure]);
  });

  test('a call arrives, from the address that made it', async () => {
    const { at: bound, arrived } = await listenTcp(at('::1'));
    if (!isBound(bound)) throw new Error('not bound');
    const call = (to: Endpoint) => new Promise((resolve) => tcp.call('::1', to, Uint8Array.of(1), 2_000, resolve));
    expect(await call(bound)).toBe('connected');
    await until(() => arrived.length === 1);
    expect(arrived).toEqual([at('::1', expect.any(Number) as number)]);
    expect(await call(at('127.0.0.1', bound.port))).toBe('failed');
  });

  test('a listener on all addresses is one of IPv6 alone', async () => {
    const six = await listenTcp(at('::'));
    if (!isBound(six.at)) throw new Error('not bound');
    expect((await listenTcp(at('0.0.0.0', six.at.port))).at).toEqual(at('0.0.0.0', six.at.port));
  });

  test('the machine knows its addresses', async () => {
    expect(host.addresses()).toContain('::1');
    expect(host.addresses().filter((address) => /^fe[89ab]/.test(address))).toEqual([]);
    const there = ['::', '::1', '2001:db8::1', 'fe80::1', '::2'];
    expect(await Promise.all(there.map((address) => host.canBind(address)))).toEqual([true, true, false, false, false]);
    expect(await host.sourceFor('::1')).toBe('::1');
    // Nobody's, and so without a route.
    expect(await host.sourceFor('4000::1').catch(() => 'an error')).not.toBe('an error');
  });

  test.runIf(process.platform === 'linux')('who holds a port is known for its family', async () => {
    const { at: bound } = await openUdp(at('::1'));
    const port = isBound(bound) ? bound.port : 0;
    expect((await host.holders('udp', [port], 'ipv6')).get(port)).toMatchObject([{ pid: process.pid }]);
    expect((await host.holders('udp', [port], 'ipv4')).size).toBe(0);
  });
});

test('sockets of IPv6 count for IPv6, and those of all addresses for both', () => {
  const row = (local: string, inode: number) => `  12: ${local} 0:0 07 0:0 0:0 0 0 0 ${inode} 2 0 0`;
  const table = [
    'head',
    row('00000000:13C5', 2),
    row(`${'0'.repeat(32)}:13C6`, 3),
    row(`${'0'.repeat(16)}FFFF00000100007F:13C7`, 4),
    row('B80D0120000000000000000001000000:13C9', 6),
  ].join('\n');
  expect(portSockets(table, 'udp', 'ipv6').map(({ port }) => port)).toEqual([5062, 5065]);
  expect(portSockets(table, 'udp', 'ipv4').map(({ port }) => port)).toEqual([5061, 5062, 5063]);
});
