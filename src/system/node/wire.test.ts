import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Family } from '../../base/index.ts';
import type { Watch, WireFailure } from '../contract.ts';
import { icmpPacket, ipPacket, udpPacket } from './test-packets.ts';
import { deliver, nodeWire } from './wire.ts';

const wire = nodeWire(() => ['127.0.0.1']);

const heard: string[] = [];
const watches: Watch[] = [];
const open = (peers: readonly string[], family: Family = 'ipv4'): Promise<'watching' | WireFailure> =>
  new Promise((resolve) => {
    heard.length = 0;
    const watch = wire.watch(
      { family, peers },
      {
        watching: () => resolve('watching'),
        failed: resolve,
        arrived(packets) {
          for (const { bytes, from, to } of packets)
            heard.push(`${Buffer.from(bytes)} ${from.address} to ${to.address}:${to.port}`);
        },
        turnedBack: ({ by, type, code, to, quoted }) =>
          heard.push(`${type}/${code} of ${by} about ${Buffer.from(quoted)} to ${to.address}:${to.port}`),
      },
    );
    watches.push(watch);
  });

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
    await vi.waitFor(() => expect(heard.filter((line) => line.includes('six'))).toHaveLength(2));
    expect(heard.filter((line) => line.endsWith(`:${port}`)).toSorted()).toEqual([
      `1/4 of ::1 about six to ::1:${port}`,
      `six ::1 to ::1:${port}`,
    ]);
  });

  test.skipIf(!mayWatch)('hears a peer whose packet nobody gets, and what ICMP says of it; not others', async () => {
    const port = await freePort();
    expect(await open(['127.0.0.9'])).toBe('watching');
    await send('peer', '127.0.0.9', port);
    await send('other', '127.0.0.8', port);
    await vi.waitFor(() => expect(heard.filter((line) => line.includes('other'))).toHaveLength(1));
    // Others share the machine, and its ICMP.
    expect(heard.filter((line) => line.endsWith(`:${port}`)).toSorted()).toEqual([
      `3/3 of 127.0.0.1 about other to 127.0.0.1:${port}`,
      `3/3 of 127.0.0.1 about peer to 127.0.0.1:${port}`,
      `peer 127.0.0.9 to 127.0.0.1:${port}`,
    ]);
  });
});

test('a watch that is closed at once calls nobody', async () => {
  const called: string[] = [];
  const call = (name: string) => () => called.push(name);
  wire
    .watch(
      { family: 'ipv4', peers: [] },
      {
        watching: call('watching'),
        failed: call('failed'),
        arrived: call('arrived'),
        turnedBack: call('icmp'),
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
  const icmp = (to: string, about: string) =>
    ipPacket(1, icmpPacket(3, 13, ipPacket(17, udpPacket(9000, 3478, 'y'), { from: about })), { to });

  function told(...packets: Uint8Array[]): string[] {
    const calls: string[] = [];
    deliver(packets, ['198.51.100.20'], own, {
      arrived: (all) => calls.push(`${all.length} arrived`),
      turnedBack: () => calls.push('turned back'),
    });
    return calls;
  }

  test('only what is for it is told: a machine may forward for others', () => {
    const [mine, other] = ['192.168.0.100', '192.168.0.50'];
    expect(told(udp(mine), udp(other), udp(mine))).toEqual(['2 arrived']);
    expect(told(udp(other), new Uint8Array(3))).toEqual([]);
    expect(told(ipPacket(17, udpPacket(3478, 9000, 'x'), { to: mine, from: '198.51.100.21' }))).toEqual([]);
    expect(told(icmp(mine, mine))).toEqual(['turned back']);
    expect(told(icmp(other, mine), icmp(mine, other))).toEqual([]);
  });
});
