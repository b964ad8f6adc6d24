import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../base/index.ts';
import type { SocketFailure, UdpSocket } from '../contract.ts';
import { unitOf } from './cgroup.ts';
import { openFilesLimit } from './descriptors.ts';
import { fileName, nodeFiles, stateFolder } from './files.ts';
import { nodeSystem } from './index.ts';
import { portSockets } from './proc-net.ts';

const system = nodeSystem();

test('the clock calls once, not before its time, and not inside of at', async () => {
  const { clock } = system;
  const calls: { asked: number; called: number }[] = [];
  const start = clock.now();
  for (const wait of [0, -5, 0.3, 1, 2.5, 7, 20]) {
    clock.at(start + wait, () => calls.push({ asked: start + wait, called: clock.now() }));
  }
  expect(calls).toEqual([]);
  await pause(60);
  expect(calls).toHaveLength(7);
  expect(calls.filter(({ asked, called }) => called < asked)).toEqual([]);
});

test('a cancelled timer is never heard of, whichever phase it is in', async () => {
  const { clock } = system;
  const calls: number[] = [];
  const timers = [0, 1, 5, 1e12].map((wait) => clock.at(clock.now() + wait, () => calls.push(wait)));
  for (const timer of timers) timer.cancel();
  timers[0]?.cancel();
  await pause(20);
  expect(calls).toEqual([]);
});

/** Opens a socket; `open` is called when it is bound, and the promise fulfilled when it says so. */
const withSocket = <T>(
  datagram: () => void,
  open: (local: Endpoint, socket: UdpSocket, done: (value: T) => void) => void,
) =>
  new Promise<T>((resolve, reject) => {
    const fail = ({ code }: SocketFailure): void => reject(new Error(code));
    const bound = (local: Endpoint): void => open(local, socket, resolve);
    const socket = system.udp.open({ address: '127.0.0.1', port: 0 }, { bound, failed: fail, datagram, notSent: fail });
    onTestFinished(() => socket.close());
  });

test('what lies in a socket when a timer is due is handed over before the timer', async () => {
  const order: string[] = [];
  await withSocket<void>(
    () => order.push('datagram'),
    (local, socket, done) => {
      system.clock.at(system.clock.now() + 3, () => {
        order.push('timer');
        done();
      });
      socket.send(Uint8Array.of(1), local);
      // A pause of the whole process, in which the answer arrives and the time runs out.
      for (const until = system.clock.now() + 30; system.clock.now() < until; );
    },
  );
  expect(order).toEqual(['datagram', 'timer']);
});

test('randomness is as long as asked, and not twice the same', () => {
  expect(system.random(12)).toHaveLength(12);
  expect(system.random(12)).not.toEqual(system.random(12));
});

test('the limit of open files is read as the system writes it', () => {
  const line = 'Max open files            1024                 4096                 files     \n';
  expect(openFilesLimit(`Max core file size 0 unlimited bytes\n${line}`)).toBe(1024);
  expect(openFilesLimit(line.replace('1024', 'unlimited'))).toBe(Number.POSITIVE_INFINITY);
  expect(openFilesLimit('')).toBeNull();
});

test('knows its addresses and which can be bound', async () => {
  expect(system.host.addresses()).toContain('127.0.0.1');
  const addresses = ['127.0.0.1', '127.0.0.2', '0.0.0.0', '203.0.113.1', 'localhost'];
  const answers = await Promise.all(addresses.map((address) => system.host.canBind(address)));
  expect(answers).toEqual([true, true, true, false, false]);
});

test('knows the address from which packets leave, and that to some no way leads', async () => {
  expect(await system.host.sourceFor('127.0.0.1')).toBe('127.0.0.1');
  // Nobody may send to all without having asked for it.
  expect(await system.host.sourceFor('255.255.255.255')).toBeNull();
});

test.runIf(process.platform === 'linux')('names who holds a port', async () => {
  const { port, socket } = await withSocket<{ port: number; socket: UdpSocket }>(
    () => null,
    (local, socket, done) => done({ port: local.port, socket }),
  );
  const holders = await system.host.holders('udp', [port, 1], 'ipv4');
  expect([...holders.keys()]).toEqual([port]);
  expect(holders.get(port)).toEqual([
    { pid: process.pid, name: expect.stringMatching(/./), unit: unitOf(readFileSync('/proc/self/cgroup', 'utf8')) },
  ]);
  socket.close();
  await pause(10);
  expect((await system.host.holders('udp', [port], 'ipv4')).size).toBe(0);
});

test('sockets of all IPv4 addresses, mapped ones and :: count; those of IPv6 alone do not', () => {
  const row = (local: string, inode: number) =>
    `  12: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 ${inode} 2 0 0`;
  const table = [
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
    row('0100007F:13C4', 1),
    row('00000000:13C5', 2),
    row(`${'0'.repeat(32)}:13C6`, 3),
    row(`${'0'.repeat(16)}FFFF00000100007F:13C7`, 4),
    row(`${'0'.repeat(24)}01000000:13C8`, 5),
    row('B80D0120000000000000000001000000:13C9', 6),
    '',
  ].join('\n');
  expect(portSockets(table, 'udp', 'ipv4')).toEqual([
    { port: 5060, inode: '1' },
    { port: 5061, inode: '2' },
    { port: 5062, inode: '3' },
    { port: 5063, inode: '4' },
  ]);
});

test('state lives where the XDG specification says', () => {
  expect(stateFolder({ XDG_STATE_HOME: '/var/tmp/state' })).toBe('/var/tmp/state/fullcone');
  expect(stateFolder({ XDG_STATE_HOME: 'relative' })).toMatch(/\/\.local\/state\/fullcone$/);
  expect(stateFolder({})).toMatch(/\/\.local\/state\/fullcone$/);
});

test('a name never leaves the folder, and different names are different files', () => {
  const names = ['../x', '..', '.', 'a/b', 'a_b', 'a%2fb', 'last run', 'Ä', '', 'last-run'];
  const files = names.map(fileName);
  expect(new Set(files).size).toBe(names.length);
  expect(files.filter((file) => !/^[A-Za-z0-9_%-]*$/.test(file))).toEqual([]);
  expect(fileName('last-run')).toBe('last-run');
});

test('reads a file that the user names; of others it says what is wrong', async () => {
  const files = nodeFiles({});
  const folder = await mkdtemp(join(tmpdir(), 'fullcone-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'list.json');
  await writeFile(path, 'text');
  const [there, missing, noFile] = await Promise.all([path, `${path}x`, folder].map((one) => files.readInput(one)));
  expect([there, missing, noFile]).toEqual([
    { kind: 'ok', value: 'text' },
    { kind: 'error', error: 'ENOENT' },
    { kind: 'error', error: 'EINVAL' },
  ]);
});

test('writes, replaces and reads state; says when it cannot', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fullcone-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = nodeFiles({ XDG_STATE_HOME: folder });
  expect(await files.readState('last run')).toBeNull();
  expect(await files.writeState('last run', 'one')).toBe(true);
  expect(await files.writeState('last run', 'two')).toBe(true);
  expect(await files.readState('last run')).toBe('two');
  expect(await readdir(join(folder, 'fullcone'))).toEqual(['last%20run']);
  expect((await stat(join(folder, 'fullcone', 'last%20run'))).mode & 0o077).toBe(0);
  expect(
    await nodeFiles({ XDG_STATE_HOME: join(folder, 'fullcone', 'last%20run') }).writeState('last run', 'three'),
  ).toBe(false);
  expect(await files.writeState('x'.repeat(300), 'four')).toBe(false);
});

test('a holder over TCP is not one over UDP', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect((await system.host.holders('udp', [port], 'ipv4')).size).toBe(0);
});
