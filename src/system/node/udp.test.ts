import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../base/index.ts';
import type { SocketFailure, UdpSocket } from '../contract.ts';
import { nodeUdp } from './udp.ts';

const ANY: Endpoint = { address: '127.0.0.1', port: 0 };

/** A socket that notes what it is told, in order. */
function listen(local: Endpoint) {
  const told: string[] = [];
  const received: { bytes: Uint8Array; from: Endpoint }[] = [];
  const notSent: SocketFailure[] = [];
  let opened: (outcome: Endpoint | SocketFailure) => void;
  const at = new Promise<Endpoint | SocketFailure>((resolve) => {
    opened = resolve;
  });
  const socket: UdpSocket = nodeUdp.open(local, {
    bound: (endpoint) => {
      told.push('bound');
      opened(endpoint);
    },
    failed: (failure) => {
      told.push('failed');
      opened(failure);
    },
    datagram: (bytes, from) => received.push({ bytes, from }),
    notSent: (failure) => notSent.push(failure),
  });
  onTestFinished(() => socket.close());
  return { socket, told, received, notSent, at };
}

async function bound(local: Endpoint = ANY) {
  const end = listen(local);
  const at = await end.at;
  if (!('port' in at)) throw new Error(at.code);
  return { ...end, at };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 500) throw new Error('waited in vain');
    await pause(5);
  }
}

test('says that it is bound once, after open has returned, and where', async () => {
  const end = listen(ANY);
  expect(end.told).toEqual([]);
  expect(await end.at).toEqual({ address: '127.0.0.1', port: expect.any(Number) });
  await pause(10);
  expect(end.told).toEqual(['bound']);
});

test('carries datagrams with their source, and the bytes stay', async () => {
  const [left, right] = [await bound(), await bound({ address: '127.0.0.2', port: 0 })];
  for (let i = 0; i < 50; i++) left.socket.send(Uint8Array.of(i, 255), right.at);
  await until(() => right.received.length === 50);
  expect(right.received.map(({ bytes }) => [...bytes])).toEqual(Array.from({ length: 50 }, (_, i) => [i, 255]));
  expect(right.received[0]?.from).toEqual(left.at);
});

test('the bytes of a packet may be reused at once', async () => {
  const [left, right] = [await bound(), await bound()];
  const bytes = new Uint8Array(1);
  for (let i = 0; i < 200; i++) {
    bytes[0] = i;
    left.socket.send(bytes, right.at);
  }
  await until(() => right.received.length === 200);
  expect(right.received.map(({ bytes: [first] }) => first)).toEqual(Array.from({ length: 200 }, (_, i) => i));
});

test('a port in use, an address of another machine and a name are failures with a kind', async () => {
  const { at } = await bound();
  expect(await listen(at).at).toEqual({ kind: 'in-use', code: 'EADDRINUSE' });
  const foreign = listen({ address: '203.0.113.1', port: 0 });
  expect(await foreign.at).toEqual({ kind: 'no-such-address', code: 'EADDRNOTAVAIL' });
  expect(await listen({ address: 'localhost', port: 0 }).at).toMatchObject({ kind: 'no-such-address' });
  foreign.socket.send(Uint8Array.of(1), at);
  expect(foreign.told).toEqual(['failed']);
});

test('a packet that the system refuses is told, and the socket lives on', async () => {
  const [left, right] = [await bound(), await bound()];
  left.socket.send(Uint8Array.of(1), { address: '255.255.255.255', port: 9 });
  left.socket.send(new Uint8Array(70_000), right.at);
  left.socket.send(Uint8Array.of(1), { address: '127.0.0.1', port: 0 });
  left.socket.send(Uint8Array.of(7), right.at);
  await until(() => right.received.length === 1 && left.notSent.length === 3);
  expect(left.notSent.map(({ code }) => code).sort()).toEqual(['EACCES', 'EMSGSIZE', 'ERR_SOCKET_BAD_PORT']);
  expect(left.notSent).toContainEqual({ kind: 'permission', code: 'EACCES' });
  expect(left.told).toEqual(['bound']);
});

test('closing is idempotent and silent, whenever it comes', async () => {
  const target = await bound();
  const early = listen(ANY);
  early.socket.close();
  early.socket.close();
  const late = await bound();
  target.socket.send(Uint8Array.of(1), late.at);
  late.socket.send(new Uint8Array(70_000), target.at);
  late.socket.close();
  late.socket.close();
  late.socket.send(Uint8Array.of(1), target.at);
  await pause(30);
  expect(early.told).toEqual([]);
  expect([late.told, late.received, late.notSent, target.received]).toEqual([['bound'], [], [], []]);
});

test('a closed port is free again', async () => {
  const first = await bound();
  first.socket.close();
  await pause(10);
  expect((await bound(first.at)).at).toEqual(first.at);
});

test('counts the sockets that may still be opened', async () => {
  const before = nodeUdp.freeSockets();
  await Promise.all(Array.from({ length: 20 }, () => bound()));
  const after = nodeUdp.freeSockets();
  expect(before).toBeGreaterThan(100);
  expect(before === Number.POSITIVE_INFINITY ? 20 : before - after).toBe(20);
});
