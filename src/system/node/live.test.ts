import { createSocket, type Socket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Endpoint } from '../../base/index.ts';
import type { LivePorts, UdpSocket } from '../contract.ts';
import { nodeClock } from './clock.ts';
import { loadLibc } from './libc.ts';
import { nodeLive } from './live.ts';
import { RawSender } from './raw-socket.ts';
import { nodeTcp } from './tcp.ts';
import { sumOf, writeUdp } from './udp-header.ts';

const live = nodeLive(nodeTcp);
const mayBeLive = (await live.hindrance({ family: 'ipv4', udp: [] })) === null;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

async function open(local: string, peers: readonly string[]): Promise<LivePorts> {
  const opened = await live.open({ local, hearsAt: local, peers });
  if (opened.kind === 'error') throw new Error(opened.error.code);
  closing.push(opened.value.close);
  return opened.value;
}

/** An ordinary socket; what it hears. */
async function bind(address: string, port = 0): Promise<{ socket: Socket; port: number; heard: string[] }> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const heard: string[] = [];
  socket.on('message', (bytes, from) => heard.push(`${bytes} from ${from.address}:${from.port}`));
  await new Promise<void>((resolve) => socket.bind(port, address, resolve));
  closing.push(() => socket.close());
  return { socket, port: socket.address().port, heard };
}

function beside(ports: LivePorts, local: Endpoint): Promise<{ socket: UdpSocket; heard: string[]; failed: string[] }> {
  const [heard, failed]: [string[], string[]] = [[], []];
  return new Promise((resolve) => {
    const socket = ports.udp.open(local, {
      bound: () => resolve({ socket, heard, failed }),
      failed: () => failed.push('failed'),
      datagram: (bytes, from) => heard.push(`${Buffer.from(bytes)} from ${from.address}:${from.port}`),
      notSent: ({ code }) => failed.push(code),
    });
  });
}

describe.skipIf(!mayBeLive)('beside the holder of a port', () => {
  test.each([
    ['127.0.0.1', '127.0.0.9', '127.0.0.8'],
    ['::1', '::1', null],
  ])('%s: both hear what the peer sends, and the peer hears either', async (local, peer, stranger) => {
    const [owner, there] = [await bind(local), await bind(peer)];
    const ports = await open(local, [peer]);
    const mine = await beside(ports, { address: local, port: owner.port });

    there.socket.send('hello', owner.port, local);
    await vi.waitFor(() => expect(mine.heard).toEqual([`hello from ${peer}:${there.port}`]));
    expect(owner.heard).toEqual(mine.heard);

    mine.socket.send(Buffer.from('from beside'), { address: peer, port: there.port });
    await vi.waitFor(() => expect(there.heard).toEqual([`from beside from ${local}:${owner.port}`]));
    owner.socket.send('from its holder', there.port, peer);
    await vi.waitFor(() => expect(there.heard).toHaveLength(2));

    if (stranger === null) return;
    const other = await bind(stranger);
    other.socket.send('strange', owner.port, local);
    await vi.waitFor(() => expect(owner.heard).toHaveLength(2));
    expect(mine.heard).toHaveLength(1);
    // It may be the peer's, behind a router that puts its own address in the place of the sender's.
    other.socket.send(Buffer.from('010100002112a442', 'hex'), owner.port, local);
    await vi.waitFor(() => expect(mine.heard[1]).toContain(`from ${stranger}:${other.port}`));
  });

  test('a thousand ports that nobody holds, all at once', async () => {
    const there = await bind('127.0.0.9');
    const ports = await open('127.0.0.1', ['127.0.0.9']);
    const numbers = Array.from({ length: 1000 }, (_, index) => 20_000 + index);
    const mine = await Promise.all(numbers.map((port) => beside(ports, { address: '127.0.0.1', port })));
    for (const [index, { socket }] of mine.entries()) {
      socket.send(Buffer.from(`${index}`), { address: '127.0.0.9', port: there.port });
      // Its buffer holds some two hundred.
      if (index % 100 === 99) await vi.waitFor(() => expect(there.heard).toHaveLength(index + 1));
    }
    expect(there.heard.sort()).toEqual(numbers.map((port, index) => `${index} from 127.0.0.1:${port}`).sort());
    for (const [index, port] of numbers.entries()) {
      there.socket.send(`back ${index}`, port, '127.0.0.1');
      if (index % 100 === 99) await vi.waitFor(() => expect(mine[index]?.heard).toHaveLength(1));
    }
    await vi.waitFor(() =>
      expect(mine.map(({ heard }) => heard)).toEqual(
        numbers.map((_, index) => [`back ${index} from 127.0.0.9:${there.port}`]),
      ),
    );
  });

  test('all that has come is heard before a timer fires: else it would be declared missing', async () => {
    const there = await beside(await open('127.0.0.9', ['127.0.0.1']), { address: '127.0.0.9', port: 20_000 });
    const mine = await beside(await open('127.0.0.1', ['127.0.0.9']), { address: '127.0.0.1', port: 20_000 });
    await new Promise((resolve) => setImmediate(resolve));
    for (let count = 0; count < 500; count++)
      there.socket.send(Buffer.from(`${count}`), { address: '127.0.0.1', port: 20_000 });
    await new Promise<void>((resolve) => nodeClock.at(nodeClock.now() + 1, resolve));
    expect(mine.heard).toHaveLength(500);
  });

  test('the caller may use its memory again at once', async () => {
    const there = await bind('127.0.0.9');
    const mine = await beside(await open('127.0.0.1', ['127.0.0.9']), { address: '127.0.0.1', port: 20_000 });
    const bytes = Buffer.from('first');
    mine.socket.send(bytes, { address: '127.0.0.9', port: there.port });
    bytes.write('other');
    await vi.waitFor(() => expect(there.heard).toEqual(['first from 127.0.0.1:20000']));
  });

  test('what cannot be sent is told, and what is behind it is sent', async () => {
    const there = await bind('127.0.0.9');
    const mine = await beside(await open('127.0.0.1', ['127.0.0.9']), { address: '127.0.0.1', port: 20_000 });
    // From a loopback address no way leads there.
    mine.socket.send(Buffer.from('lost'), { address: '198.51.100.10', port: 3478 });
    mine.socket.send(Buffer.from('sent'), { address: '127.0.0.9', port: there.port });
    await vi.waitFor(() => expect(there.heard).toEqual(['sent from 127.0.0.1:20000']));
    expect(mine.failed).toEqual(['EINVAL']);
  });

  test('what is damaged is heard by nobody', async () => {
    const owner = await bind('127.0.0.1');
    const mine = await beside(await open('127.0.0.1', ['127.0.0.9']), { address: '127.0.0.1', port: owner.port });
    const loaded = await loadLibc();
    const sender = loaded.kind === 'ok' ? RawSender.open(loaded.value, '127.0.0.9') : null;
    if (sender?.kind !== 'ok') throw new Error('no raw socket');
    closing.push(() => sender.value.close());
    const to = { address: '127.0.0.1', port: owner.port };
    const addresses = sumOf(Uint8Array.from([127, 0, 0, 9, 127, 0, 0, 1]));
    for (const [text, sum] of [
      ['damaged', addresses + 1],
      ['whole', addresses],
    ] as const) {
      const packet = { from: 3478, to, bytes: Buffer.from(text) };
      sender.value.send({ to: to.address, write: (into) => writeUdp(into, packet, sum), failed: () => undefined });
    }
    await vi.waitFor(() => expect(owner.heard).toEqual(['whole from 127.0.0.9:3478']));
    expect(mine.heard).toEqual(owner.heard);
  });

  test('what is closed hears nothing, and may be closed again', async () => {
    const [owner, there] = [await bind('127.0.0.1'), await bind('127.0.0.9')];
    const ports = await open('127.0.0.1', ['127.0.0.9']);
    const mine = await beside(ports, { address: '127.0.0.1', port: owner.port });
    mine.socket.close();
    there.socket.send('late', owner.port, '127.0.0.1');
    await vi.waitFor(() => expect(owner.heard).toHaveLength(1));
    ports.close();
    ports.close();
    mine.socket.close();
    expect(mine.heard).toEqual([]);
  });

  test('TCP: who calls the holder of a port, and what he says first', async () => {
    const server = createServer((visitor) => visitor.resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const ports = await open('127.0.0.1', ['127.0.0.9']);
    const told: string[] = [];
    await new Promise<void>((resolve) => {
      const listener = ports.tcp.listen(
        { address: '127.0.0.1', port },
        {
          bound: () => resolve(),
          failed: ({ code }) => told.push(code),
          connected: (from) => told.push(`connected from ${from.address}`),
          arrived: (from, bytes) => told.push(`${Buffer.from(bytes)} from ${from.address}`),
        },
      );
      closing.push(() => listener.close());
    });
    const call = (from: string): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', localAddress: from }, () => socket.end('it is me', resolve));
        closing.push(() => socket.destroy());
      });
    for (const caller of ['127.0.0.9', '127.0.0.8']) {
      // Of a peer, and of who may be one behind a router that puts its own address in the place of the sender's.
      await call(caller);
      await vi.waitFor(() => expect(told).toEqual([`connected from ${caller}`, `it is me from ${caller}`]));
      told.length = 0;
    }
  });

  test('TCP: where nobody listens, it listens itself', async () => {
    const ports = await open('127.0.0.1', ['127.0.0.9']);
    const told: string[] = [];
    const local = await new Promise<Endpoint>((resolve) => {
      const listener = ports.tcp.listen(
        { address: '127.0.0.1', port: 0 },
        {
          bound: resolve,
          failed: ({ code }) => told.push(code),
          connected: (from) => told.push(`connected from ${from.address}`),
          arrived: () => undefined,
        },
      );
      closing.push(() => listener.close());
    });
    const socket = connect({ port: local.port, host: '127.0.0.1', localAddress: '127.0.0.9' });
    closing.push(() => socket.destroy());
    await vi.waitFor(() => expect(told).toEqual(['connected from 127.0.0.9']));
  });
});

if (!mayBeLive)
  test('who may not is told so', async () => {
    const refused = await live.open({ local: '127.0.0.1', hearsAt: '127.0.0.1', peers: [] });
    expect(refused).toEqual({ kind: 'error', error: await live.hindrance({ family: 'ipv4', udp: [] }) });
  });
