import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { holdersInLsof } from './lsof.ts';
import { pidsInNetstat, processesInPowershell } from './netstat.ts';
import { keepers, parentIn } from './proc-holders.ts';
import { portSockets } from './proc-net.ts';
import { wordsOf } from './processes.ts';
import { whoOn } from './who.ts';

const isLinux = process.platform === 'linux';
const onLinux = test.runIf(isLinux);

const mayUnshare = isLinux && spawnSync('unshare', ['-n', 'true']).status === 0;

/** A program that opens what it is told to and says so; it ends with the test. */
async function run(code: string): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child.pid ?? 0;
}

const udpOn = (address: string, port: number): string =>
  `require('dgram').createSocket('udp4').bind(${port}, '${address}', () => console.log('ready'))`;

describe('on Linux', () => {
  const { holders, processes } = whoOn('linux');

  onLinux('a port that two processes hold, on different addresses, has both', async () => {
    const pids = [await run(udpOn('127.0.0.1', 20_431)), await run(udpOn('127.0.0.2', 20_431))];
    const found = await holders('udp', [20_431, 20_432], 'ipv4');
    expect([...found.keys()]).toEqual([20_431]);
    expect(found.get(20_431)?.map(({ pid }) => pid)).toEqual(pids.sort((a, b) => a - b));
  });

  onLinux('a socket that was handed down to a child is the parent’s', async () => {
    const code = `const server = require('net').createServer().listen(20433, '127.0.0.1', () => {
      const { spawn } = require('child_process');
      const child = spawn(process.execPath, ['-e', "process.on('message', () => {}).on('disconnect', () => process.exit()); process.send('x')"], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      child.once('message', () => child.send('server', server, () => console.log('ready')));
      process.stdin.on('end', () => child.kill()).resume();
    })`;
    const pid = await run(code);
    expect((await holders('tcp', [20_433], 'ipv4')).get(20_433)).toMatchObject([{ pid }]);
  });

  onLinux('a process is there with what it was started with', async () => {
    const pid = await run(udpOn('127.0.0.1', 20_434));
    const found = (await processes()).find((one) => one.pid === pid);
    expect(found).toMatchObject({ command: [process.execPath, '-e', udpOn('127.0.0.1', 20_434)], root: '' });
    expect(found?.name).toMatch(/./);
    expect(['same', 'unknown']).toContain(found?.network);
  });

  onLinux('the network of a process is looked at where it is asked for', async () => {
    const pid = await run(udpOn('127.0.0.1', 20_435));
    expect((await holders('udp', [20_435], 'ipv4', pid)).get(20_435)).toMatchObject([{ pid }]);
    expect((await holders('udp', [20_435], 'ipv4', 2 ** 30)).size).toBe(0);
  });

  test.runIf(mayUnshare)('a process with a network of its own holds no port of ours, but one there', async () => {
    const child = spawn('unshare', ['-n', process.execPath, '-e', udpOn('0.0.0.0', 20_436)]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const { pid = 0 } = child;
    expect((await holders('udp', [20_436], 'ipv4')).size).toBe(0);
    expect((await holders('udp', [20_436], 'ipv4', pid)).get(20_436)).toMatchObject([{ pid }]);
    expect((await processes()).find((one) => one.pid === pid)).toMatchObject({ network: 'own', root: '' });
  });

  test('sockets that share a port are all there', () => {
    const row = (inode: number) => `  12: 00000000:13C4 00000000:0000 07 0:0 00:0 00000000 0 0 ${inode} 2 0 0`;
    expect(portSockets(['head', row(7), row(8)].join('\n'), 'udp', 'ipv4')).toEqual([
      { port: 5060, inode: '7' },
      { port: 5060, inode: '8' },
    ]);
  });

  test.each<[string, number[], Record<number, number | null>, number[]]>([
    ['one process', [812], {}, [812]],
    ['a parent and its workers', [812, 813, 814], { 812: 1, 813: 812, 814: 812 }, [812]],
    ['two that have nothing to do with each other', [812, 900], { 812: 1, 900: 1 }, [812, 900]],
    ['systemd, and whom it started', [1, 812], { 812: 1 }, [812]],
    ['systemd alone', [1], {}, [1]],
    ['workers whose parent is gone', [813, 814], { 813: 1, 814: 1 }, [813, 814]],
    ['a parent that cannot be told', [812, 813], { 812: null, 813: null }, [812, 813]],
    ['a circle', [812, 813], { 812: 813, 813: 812 }, [812, 813]],
  ])('a socket of %s', (_, pids, parents, expected) => {
    expect(keepers(pids, (pid) => parents[pid] ?? null)).toEqual(expected);
  });

  test('a parent is found behind any name', () => {
    expect(parentIn('812 (asterisk) S 1 812 812 0')).toBe(1);
    expect(parentIn('812 (a) R 7 (b) c) S 44 812')).toBe(44);
    expect(parentIn('')).toBeNull();
  });

  test('a title that a program wrote itself is taken apart', () => {
    expect(wordsOf('rtpengine\0--port-min=30000\0')).toEqual(['rtpengine', '--port-min=30000']);
    expect(wordsOf('/usr/sbin/kamailio -f /etc/k.cfg\0\0\0')).toEqual(['/usr/sbin/kamailio', '-f', '/etc/k.cfg']);
    expect(wordsOf('')).toEqual([]);
  });
});

/** As lsof 4.91 of macOS 14 prints it: a process, its files, and what there is to say of each. */
const LSOF_TEXT = `p501
casterisk
f11
tIPv4
PUDP
n*:5060
f12
tIPv6
PTCP
n*:5061
TST=LISTEN
TQR=0
TQS=0
f13
tIPv4
PTCP
n192.168.0.100:5060->198.51.100.10:49152
TST=ESTABLISHED
TQR=0
TQS=0
f14
tIPv6
PUDP
n[2001:db8::100]:5060
f15
tIPv4
PUDP
n192.168.0.100:40000->198.51.100.10:3478
p777
cGoogle\\x20Chrome\\x20H
f30
tIPv4
PUDP
n*:5060
f31
tIPv4
PUDP
n*:*
f32
tIPv6
PUDP
n[::ffff:192.168.0.100]:5090
`;

describe('on macOS', () => {
  const seen = (protocol: 'udp' | 'tcp', family: 'ipv4' | 'ipv6') =>
    [...holdersInLsof(LSOF_TEXT, protocol, family)].map(([port, some]) => [port, ...some.map(({ name }) => name)]);

  test('lsof tells who, also where several share a port', () => {
    expect(seen('udp', 'ipv4')).toEqual([
      [5060, 'asterisk', 'Google Chrome H'],
      [40_000, 'asterisk'],
      [5090, 'Google Chrome H'],
    ]);
    expect(seen('udp', 'ipv6')).toEqual([
      [5060, 'asterisk'],
      [5090, 'Google Chrome H'],
    ]);
    expect(seen('tcp', 'ipv4')).toEqual([[5061, 'asterisk']]);
    expect(seen('tcp', 'ipv6')).toEqual([[5061, 'asterisk']]);
  });

  test('only the wanted ports are told, and nothing where there is no lsof', async () => {
    const asked: string[] = [];
    const { holders } = whoOn('darwin', (program) => {
      asked.push(program);
      return Promise.resolve(LSOF_TEXT);
    });
    expect([...(await holders('udp', [5090, 1], 'ipv4'))]).toEqual([
      [5090, [{ pid: 777, name: 'Google Chrome H', unit: null }]],
    ]);
    expect(asked).toEqual(['lsof']);
    expect((await whoOn('darwin', () => Promise.resolve('')).holders('udp', [5090], 'ipv4')).size).toBe(0);
  });
});

/** As Windows Server 2022 in German prints it, with a line of another language. */
const NETSTAT = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         1012
  TCP    0.0.0.0:5060           0.0.0.0:0              ABHÖREN         4312
  TCP    192.168.0.100:5060     198.51.100.10:49152    HERGESTELLT     4312
  TCP    192.168.0.100:5090     198.51.100.10:80       WARTEND         0
  TCP    [::]:5060              [::]:0                 ABHÖREN         4312
  TCP    0.0.0.0:5061           0.0.0.0:0              À L'ÉCOUTE      4312
  UDP    0.0.0.0:5060           *:*                                    4312
  UDP    127.0.0.1:5060         *:*                                    6000
  UDP    0.0.0.0:9000           *:*                                    4400
  UDP    [fe80::1%12]:1900      *:*                                    2200
  UDP    [::]:5060              *:*                                    4312
`.replaceAll('\n', '\r\n');

const POWERSHELL_TEXT = `\ufeff${JSON.stringify({
  services: [
    { ProcessId: 4312, Name: '3CXPhoneSystem01' },
    { ProcessId: 1012, Name: 'RpcSs' },
    { ProcessId: 1012, Name: 'RpcEptMapper' },
  ],
  processes: [
    { ProcessId: 0, Name: 'System Idle Process', CommandLine: null },
    { ProcessId: 1012, Name: 'svchost.exe', CommandLine: null },
    { ProcessId: 4312, Name: '3CXPhoneSystem.exe', CommandLine: '"C:\\Program Files\\3CX\\3CXPhoneSystem.exe" -svc x' },
    { ProcessId: 4400, Name: '3CXMediaServer.EXE', CommandLine: 'media' },
    { ProcessId: 'odd', Name: 7 },
  ],
})}\r\n`;

describe('on Windows', () => {
  test('netstat tells who listens, in whatever language', () => {
    const seen = (protocol: 'udp' | 'tcp', family: 'ipv4' | 'ipv6') => [...pidsInNetstat(NETSTAT, protocol, family)];
    expect(seen('udp', 'ipv4')).toEqual([
      [5060, [4312, 6000]],
      [9000, [4400]],
    ]);
    expect(seen('udp', 'ipv6')).toEqual([
      [1900, [2200]],
      [5060, [4312]],
    ]);
    expect(seen('tcp', 'ipv4')).toEqual([
      [135, [1012]],
      [5060, [4312]],
      [5061, [4312]],
    ]);
    expect(seen('tcp', 'ipv6')).toEqual([[5060, [4312]]]);
  });

  test('PowerShell tells names, commands and services; a shared process has no service of its own', () => {
    const common = { root: '', network: 'same' };
    expect(processesInPowershell(POWERSHELL_TEXT).slice(1)).toEqual([
      { ...common, pid: 1012, name: 'svchost', command: [], unit: null },
      {
        ...common,
        pid: 4312,
        name: '3CXPhoneSystem',
        command: ['C:\\Program Files\\3CX\\3CXPhoneSystem.exe', '-svc', 'x'],
        unit: '3CXPhoneSystem01',
      },
      { ...common, pid: 4400, name: '3CXMediaServer', command: ['media'], unit: null },
    ]);
  });

  test('both are put together; PowerShell is asked only where somebody holds a port', async () => {
    const asked: string[] = [];
    const { holders } = whoOn('win32', (program) => {
      asked.push(program);
      return Promise.resolve(program === 'netstat' ? NETSTAT : POWERSHELL_TEXT);
    });
    expect((await holders('udp', [7], 'ipv4')).size).toBe(0);
    expect(asked).toEqual(['netstat']);
    expect([...(await holders('udp', [5060], 'ipv4'))]).toEqual([
      [
        5060,
        [
          { pid: 4312, name: '3CXPhoneSystem', unit: '3CXPhoneSystem01' },
          { pid: 6000, name: null, unit: null },
        ],
      ],
    ]);
  });

  test('without PowerShell the numbers are left', async () => {
    const { holders } = whoOn('win32', (program) => Promise.resolve(program === 'netstat' ? NETSTAT : ''));
    expect((await holders('udp', [9000], 'ipv4')).get(9000)).toEqual([{ pid: 4400, name: null, unit: null }]);
  });
});

test('on another system nobody is named', async () => {
  const { holders, processes } = whoOn('sunos');
  expect((await holders('udp', [5060], 'ipv4')).size).toBe(0);
  expect(await processes()).toEqual([]);
});

test('whatever a program prints, it is read, or left', () => {
  const lines = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        'p1',
        'cx',
        'f1',
        'PUDP',
        'n*:5060',
        'TST',
        '{"processes":[null]}',
        '{"services":{}}',
        'UDP [::]:1 *:* 7',
      ),
    ),
  );
  fc.assert(
    fc.property(lines, (some) => {
      const text = some.join('\n');
      for (const protocol of ['udp', 'tcp'] as const)
        for (const family of ['ipv4', 'ipv6'] as const) {
          expect(holdersInLsof(text, protocol, family)).toBeInstanceOf(Map);
          expect(pidsInNetstat(text, protocol, family)).toBeInstanceOf(Map);
          expect(portSockets(text, protocol, family)).toBeInstanceOf(Array);
        }
      expect(processesInPowershell(text)).toBeInstanceOf(Array);
    }),
  );
});
