import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Family } from '../../base/index.ts';
import type { Watch, Watched, WireFailure } from '../contract.ts';
import { icmpPacket, ipPacket, tcpPacket, udpPacket } from './test-packets.ts';
import { deliver, nodeWire } from './wire.ts';

const wire = nodeWire(() => ['127.0.0.1']);

const heard: string[] = [];
const watches: Watch[] = [];
const open = (
  peers: readonly string[],
  family: Family = 'ipv4',
  what: Watched['what'] = 'answers',
): Promise<'watching' | WireFailure> =>
  new Promise((resolve) => {
    heard.length = 0;
    const watch = wire.watch(what === 'calls' ? { what, family } : { what, family, peers }, {
      watching: () => resolve('watching'),
      failed: resolve,
      arrived(packets) {
        for (const { bytes, from, to } of packets)
          heard.push(`${Buffer.from(bytes)} ${from.address} to ${to.address}:${to.port}`);
      },
      passedOn: () => undefined,
      turnedBack: ({ by, type, code, to, quoted }) =>
        heard.push(`${type}/${code} of ${by} about ${Buffer.from(quoted)} to ${to.address}:${to.port}`),
      knocked(knocks) {
        for (const knock of knocks)
          if (knock.kind !== 'passed-on')
            heard.push(`${knock.kind} ${knock.peer.address} ${knock.own.address}:${knock.own.port}`);
      },
    });
    watches.push(watch);
  });

/** On this one interface everything both leaves and arrives. */
const heardOnce = (): string[] => [...new Set(heard)].toSorted();

const closeAll = (): void => {
  for (const watch of watches.splice(0)) watch.close();
};

afterEach(closeAll);

const mayWatch = (await open([])) === 'watching';
closeAll();

/** From one address of this machine to a port of another one, where nobody listens. */
const send = (text: string, from: string, port: number, to = '127.0.0.1'): Promise<void> =>
  new Promise((resolve) => {
    const socket = createSocket(to.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, from, () => socket.send(text, port, to, () => socket.close(resolve)));
  });

/** A port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

/** `::1` is the only address of its kind on this machine; IPv6 may be switched off. */
const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

describe('who may watch', () => {
  test.skipIf(!mayWatch || !hasIpv6)('hears the same of IPv6, and nothing of IPv4 then', async () => {
    const port = await freePort();
    expect(await open(['::1'], 'ipv6')).toBe('watching');
    await send('four', '127.0.0.1', port);
    await send('six', '::1', port, '::1');
    await vi.waitFor(() => expect(heardOnce().filter((line) => line.includes('six'))).toHaveLength(2));
    expect(heardOnce().filter((line) => line.endsWith(`:${port}`))).toEqual([
      `1/4 of ::1 about six to ::1:${port}`,
      `six ::1 to ::1:${port}`,
    ]);
  });

  test.skipIf(!mayWatch)('hears a peer whose packet nobody gets, and what ICMP says of it; not others', async () => {
    const port = await freePort();
    expect(await open(['127.0.0.9'])).toBe('watching');
    await send('peer', '127.0.0.9', port);
    await send('other', '127.0.0.8', port);
    await vi.waitFor(() => expect(heardOnce().filter((line) => line.includes('other'))).toHaveLength(1));
    // Others share the machine, and its ICMP.
    expect(heardOnce().filter((line) => line.endsWith(`:${port}`))).toEqual([
      `3/3 of 127.0.0.1 about other to 127.0.0.1:${port}`,
      `3/3 of 127.0.0.1 about peer to 127.0.0.1:${port}`,
      `peer 127.0.0.9 to 127.0.0.1:${port}`,
    ]);
  });
});

describe('who may watch calls', () => {
  const call = (from: string, port: number): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress: from });
      const end = () => {
        socket.destroy();
        resolve();
      };
      socket.once('connect', end).once('error', end);
    });

  test.skipIf(!mayWatch)('hears who calls, and whether this machine answers', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const open9 = address !== null && typeof address === 'object' ? address.port : 0;
    expect(await open([], 'ipv4', 'calls')).toBe('watching');
    await call('127.0.0.8', open9);
    await new Promise((resolve) => server.close(resolve));
    await call('127.0.0.9', open9);
    // Others share the machine.
    const ours = () => heardOnce().filter((line) => line.endsWith(`127.0.0.1:${open9}`));
    await vi.waitFor(() => expect(ours()).toHaveLength(3));
    expect(ours()).toEqual([
      `answered 127.0.0.8 127.0.0.1:${open9}`,
      `asked 127.0.0.8 127.0.0.1:${open9}`,
      `asked 127.0.0.9 127.0.0.1:${open9}`,
    ]);
  });
});

test('a watch that is closed at once calls nobody', async () => {
  const called: string[] = [];
  const call = (name: string) => () => called.push(name);
  wire
    .watch(
      { what: 'answers', family: 'ipv4', peers: [] },
      {
        watching: call('watching'),
        failed: call('failed'),
        arrived: call('arrived'),
        passedOn: call('passed on'),
        turnedBack: call('icmp'),
        knocked: call('knocked'),
      },
    )
    .close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(called).toEqual([]);
});

test('who may not is told why', async () => {
  const failed = mayWatch ? { kind: 'permission' } : await open([]);
  expect(['permission', 'no-library', 'not-this-system']).toContain(failed === 'watching' ? failed : failed.kind);
});

describe('of what comes to this machine', () => {
  const own = (address: string) => address === '192.168.0.100';
  const udp = (to: string) => ipPacket(17, udpPacket(3478, 9000, 'x'), { to });
  const tcp = (to: string, flags = 0x02) => ipPacket(6, tcpPacket(3478, 9000, flags), { to });
  const icmp = (to: string, about: string) =>
    ipPacket(1, icmpPacket(3, 13, ipPacket(17, udpPacket(9000, 3478, 'y'), { from: about })), { to });

  function told(...packets: Uint8Array[]): string[] {
    const calls: string[] = [];
    deliver(packets, ['198.51.100.20'], own, {
      arrived: (all) => calls.push(`${all.length} arrived`),
      passedOn: (all) => calls.push(...all.map(({ to }) => `passed on to ${to.address}`)),
      turnedBack: () => calls.push('turned back'),
      knocked: (knocks) =>
        calls.push(
          ...knocks.map((knock) =>
            knock.kind === 'passed-on' ? `call passed on to ${knock.to.address}` : `${knock.kind} ${knock.own.port}`,
          ),
        ),
    });
    return calls;
  }

  test('what is for it is told, and what leaves it for others', () => {
    const [mine, other] = ['192.168.0.100', '192.168.0.50'];
    expect(told(udp(mine), udp(mine))).toEqual(['2 arrived']);
    expect(told(udp(mine), udp(other))).toEqual(['1 arrived', `passed on to ${other}`]);
    expect(told(new Uint8Array(3))).toEqual([]);
    expect(told(ipPacket(17, udpPacket(3478, 9000, 'x'), { to: mine, from: '198.51.100.21' }))).toEqual([]);
    expect(told(tcp(mine), tcp(mine, 0x10), tcp(other))).toEqual(['asked 9000', `call passed on to ${other}`]);
    expect(told(ipPacket(6, tcpPacket(4711, 443, 0x02), { from: mine, to: other }))).toEqual([]);
    expect(told(tcp(mine, 0x12))).toEqual([]);
    const answer = (from: string, to: string) => ipPacket(6, tcpPacket(9000, 3478, 0x12), { from, to });
    expect(told(answer(mine, '198.51.100.20'), answer(other, '198.51.100.20'))).toEqual(['answered 9000']);
    expect(told(icmp(mine, mine))).toEqual(['turned back']);
    expect(told(icmp(other, mine), icmp(mine, other))).toEqual([]);
  });
});
