import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../base/index.ts';
import type { CallOutcome, SocketFailure } from '../contract.ts';
import { nodeTcp } from './tcp.ts';

const ANY: Endpoint = { address: '127.0.0.1', port: 0 };
const CALLER = '127.0.0.2';
const BYTES = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 0x13, 0xc4);

/** A listener that notes what it is told, in order. */
function listen(local: Endpoint) {
  const told: string[] = [];
  const connected: Endpoint[] = [];
  const arrived: { from: Endpoint; bytes: number[] }[] = [];
  let opened: (outcome: Endpoint | SocketFailure) => void;
  const at = new Promise<Endpoint | SocketFailure>((resolve) => {
    opened = resolve;
  });
  const listener = nodeTcp.listen(local, {
    bound: (endpoint) => {
      told.push('bound');
      opened(endpoint);
    },
    failed: (failure) => {
      told.push('failed');
      opened(failure);
    },
    connected: (from) => connected.push(from),
    arrived: (from, bytes) => arrived.push({ from, bytes: [...bytes] }),
  });
  onTestFinished(() => listener.close());
  return { listener, told, connected, arrived, at };
}

async function bound(local: Endpoint = ANY) {
  const end = listen(local);
  const at = await end.at;
  if (!('port' in at)) throw new Error(at.code);
  return { ...end, at };
}

const call = (to: Endpoint, patience = 5_000, from = CALLER): Promise<CallOutcome> =>
  new Promise((resolve) => nodeTcp.call(from, to, BYTES, patience, resolve));

/** Somebody who is not of our kind, and what he sees: `open` until the connection ends. */
function visitor({ address, port }: Endpoint, says = ''): { socket: Socket; state: () => string } {
  let state = 'open';
  const socket = connect({ host: address, port, allowHalfOpen: true });
  socket.on('error', ({ message }) => {
    state = message;
  });
  socket.on('close', () => {
    state = 'closed';
  });
  // Who does not read does not see the end.
  socket.on('end', () => socket.end()).resume();
  if (says !== '') socket.write(says);
  onTestFinished(() => void socket.destroy());
  return { socket, state: () => state };
}

/** `limit`: below 5 s, after which every connection ends by itself. */
async function until(condition: () => boolean, limit = 3_000): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > limit) throw new Error('waited in vain');
    await pause(5);
  }
}

describe('listening', () => {
  test('says that it is bound once, after listen has returned, and where', async () => {
    const end = listen(ANY);
    expect(end.told).toEqual([]);
    expect(await end.at).toEqual({ address: '127.0.0.1', port: expect.any(Number) });
    await pause(10);
    expect(end.told).toEqual(['bound']);
  });

  test('all addresses of the machine, where that is asked for', async () => {
    const { at, arrived } = await bound({ address: '0.0.0.0', port: 0 });
    expect(at.address).toBe('0.0.0.0');
    expect(await call({ address: '127.0.0.3', port: at.port })).toBe('connected');
    await until(() => arrived.length === 1);
    expect(arrived[0]?.from.address).toBe(CALLER);
  });

  test('a port in use, an address of another machine and a name are failures with a kind', async () => {
    const { at } = await bound();
    expect(await listen(at).at).toEqual({ kind: 'in-use', code: 'EADDRINUSE' });
    expect(await listen({ ...at, address: '0.0.0.0' }).at).toEqual({ kind: 'in-use', code: 'EADDRINUSE' });
    const foreign = listen({ address: '203.0.113.1', port: 0 });
    expect(await foreign.at).toEqual({ kind: 'no-such-address', code: 'EADDRNOTAVAIL' });
    expect(await listen({ address: 'localhost', port: 0 }).at).toMatchObject({ kind: 'no-such-address' });
    expect(foreign.told).toEqual(['failed']);
  });

  test('tells of a connection as soon as it is there', async () => {
    const { at, connected, arrived } = await bound();
    const { socket } = visitor(at);
    await until(() => connected.length === 1);
    expect(connected).toEqual([{ address: '127.0.0.1', port: socket.localPort }]);
    expect(arrived).toEqual([]);
  });

  test('tells what came and from where when the other side ends, also if that is nothing', async () => {
    const { at, arrived } = await bound();
    visitor(at, 'OPTIONS').socket.end(' sip:');
    await until(() => arrived.length === 1);
    visitor(at).socket.end();
    await until(() => arrived.length === 2);
    const text = arrived.map(({ bytes }) => String.fromCharCode(...bytes));
    expect(text).toEqual(['OPTIONS sip:', '']);
    expect(arrived[0]?.from).toEqual({ address: '127.0.0.1', port: expect.any(Number) });
  });

  test('closes a connection after 64 bytes', async () => {
    const { at, arrived } = await bound();
    const talker = visitor(at, 'x'.repeat(200));
    await until(() => arrived.length === 1 && talker.state() !== 'open');
    expect(arrived[0]?.bytes).toHaveLength(64);
  });

  test('closes a connection after 5 s', async () => {
    const { at, arrived } = await bound();
    const start = performance.now();
    const slow = visitor(at, 'hello');
    await until(() => arrived.length === 1 && slow.state() === 'closed', 8_000);
    expect(performance.now() - start).toBeGreaterThan(4_900);
    expect(String.fromCharCode(...(arrived[0]?.bytes ?? []))).toBe('hello');
  });

  test('a reset is an end like others', async () => {
    const { at, arrived } = await bound();
    const rude = visitor(at, 'hello');
    rude.socket.on('connect', () => setTimeout(() => rude.socket.resetAndDestroy(), 20));
    await until(() => arrived.length === 1);
    expect(String.fromCharCode(...(arrived[0]?.bytes ?? []))).toBe('hello');
  });

  test('has 64 visitors at a time and closes the door on more', async () => {
    const { at, arrived, connected } = await bound();
    const many = Array.from({ length: 70 }, () => visitor(at));
    await until(() => many.filter(({ state }) => state() !== 'open').length === 6);
    // Those that were turned away have connected, too: one of them may have been meant.
    expect(connected).toHaveLength(70);
    for (const { socket } of many) socket.end('x');
    await until(() => arrived.length === 64);
    expect(await call(at)).toBe('connected');
    await until(() => arrived.length === 65);
    expect(arrived.at(-1)?.bytes).toEqual([...BYTES]);
  });

  test('closing is idempotent and silent, whenever it comes, and ends the connections', async () => {
    const early = listen(ANY);
    early.listener.close();
    early.listener.close();
    const late = await bound();
    const guests = [visitor(late.at), visitor(late.at, 'hello')];
    await Promise.all(guests.map(({ socket }) => new Promise((resolve) => socket.on('connect', resolve))));
    await pause(20);
    late.listener.close();
    late.listener.close();
    await until(() => guests.every(({ state }) => state() === 'closed'));
    await pause(20);
    expect([early.told, late.told, late.arrived]).toEqual([[], ['bound'], []]);
  });

  test('a closed port is free again, even if it was closed while it was being opened', async () => {
    const first = await bound();
    expect(await call(first.at)).toBe('connected');
    first.listener.close();
    const second = listen(first.at);
    second.listener.close();
    await pause(20);
    expect((await bound(first.at)).at).toEqual(first.at);
    expect(second.told).toEqual([]);
  });
});

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<Endpoint> {
  const { at, listener } = await bound();
  listener.close();
  await pause(10);
  return at;
}

/** A listener on Linux that drops every SYN: its queue is full, and its thread does not accept. */
async function deafPort(): Promise<Endpoint> {
  const code = `
    const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
      require('node:worker_threads').parentPort.postMessage(server.address().port);
      setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000), 0);
    });`;
  const worker = new Worker(code, { eval: true });
  onTestFinished(async () => void (await worker.terminate()));
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  await pause(50);
  const at = { address: '127.0.0.1', port };
  for (let place = 0; place < 4; place++) visitor(at);
  await pause(50);
  return at;
}

describe('calling', () => {
  test('connects from the address that it is told to, sends the bytes and ends', async () => {
    const { at, arrived } = await bound();
    expect(await call(at)).toBe('connected');
    await until(() => arrived.length === 1);
    expect(arrived).toEqual([{ from: { address: CALLER, port: expect.any(Number) }, bytes: [...BYTES] }]);
  });

  test('tells a reset, silence and a place where no way leads from each other', async () => {
    expect(await call(await closedPort())).toBe('refused');
    // No route has a TCP connection to a group of hosts; nothing is sent.
    expect(await call({ address: '224.0.0.1', port: 9 })).toBe('unreachable');
    const start = performance.now();
    expect(await call(await deafPort(), 300)).toBe('timed-out');
    expect(performance.now() - start).toBeGreaterThan(300);
  });

  test.each<[string, string, Endpoint]>([
    ['an address of another machine', '203.0.113.1', ANY],
    ['a name in the place of its own address', 'localhost', ANY],
    ['a name', CALLER, { address: 'localhost', port: 9 }],
    ['a port that is none', CALLER, { address: '127.0.0.1', port: 65_536 }],
  ])('%s is a failure of this machine', async (_, from, to) => {
    expect(await call(to, 5_000, from)).toBe('failed');
  });

  test('ends once, and not before it has returned', async () => {
    const { at } = await bound();
    const told: CallOutcome[] = [];
    const targets = [at, await closedPort(), { address: 'localhost', port: 9 }, { address: '224.0.0.1', port: 9 }];
    for (const target of targets) {
      const before = told.length;
      nodeTcp.call(CALLER, target, BYTES, 40, (outcome) => told.push(outcome));
      expect(told).toHaveLength(before);
    }
    await pause(120);
    expect(told.sort()).toEqual(['connected', 'failed', 'refused', 'unreachable']);
  });

  test('cancelled, it says nothing any more and lets go', async () => {
    const [open, deaf, closed] = [await bound(), await deafPort(), await closedPort()];
    const told: CallOutcome[] = [];
    for (const target of [open.at, deaf, closed, { address: 'localhost', port: 9 }]) {
      const running = nodeTcp.call(CALLER, target, BYTES, 30, (outcome) => told.push(outcome));
      running.cancel();
      running.cancel();
    }
    const late = nodeTcp.call(CALLER, deaf, BYTES, 100, (outcome) => told.push(outcome));
    await pause(30);
    late.cancel();
    await pause(150);
    expect(told).toEqual([]);
    expect(open.arrived).toEqual([]);
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ['resets at once', (socket) => socket.resetAndDestroy()],
    ['talks first and never ends', (socket) => socket.write('220 mail.example.org ESMTP\r\n')],
    ['does not read', (socket) => socket.pause()],
  ])('who %s was connected to, and nothing is left over', async (_, greet) => {
    const open = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = open();
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      greet(socket);
    });
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    onTestFinished(() => void server.close());
    const at = server.address();
    const port = typeof at === 'object' && at !== null ? at.port : 0;
    expect(await call({ address: '127.0.0.1', port })).toBe('connected');
    await until(() => sockets.length === 1);
    for (const socket of sockets) socket.destroy();
    await until(() => open() <= before);
  });
});
