import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { EMBEDDED } from '../src/app/index.ts';
import {
  type Ended,
  ensureBuilt,
  enter,
  FULLCONE,
  inEmptyNetwork,
  noEmptyNetwork,
  type Place,
  type Running,
  SCHEMA,
  until,
} from './test-command.ts';

/** Ports that the system gives to nobody by itself. */
const PORTS = '20000,20010-20015';
const MANY = '20000-20299';

interface Report {
  readonly schema: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly servers: readonly { readonly state: string }[];
  readonly ports: readonly {
    readonly port: number;
    readonly result: string;
    readonly process: { name: string } | null;
  }[];
}

let validate: (report: unknown) => true | object;

beforeAll(() => {
  ensureBuilt();
  const compiled = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
  validate = (report) => compiled(report) || (compiled.errors ?? {});
}, 60_000);

/** A place where nothing may be left in the end. */
function place(): Place {
  const at = enter();
  onTestFinished(() => at.leave());
  return at;
}

const checkWords = ({ here, primary }: Place, ...words: readonly string[]) => [
  ...['check', '--server', primary, '--bind-address', here],
  ...(words.includes('--udp') ? [] : ['--udp', PORTS]),
  // The same for everybody, whatever he may.
  ...['--mode', 'bind'],
  ...words,
];

/** One JSON object, and nothing but it. */
function reportOf({ out }: Ended): Report {
  expect(out).toMatch(/^\{\n[\s\S]*\n\}\n$/);
  const report = JSON.parse(out) as Report;
  expect(validate(report)).toBe(true);
  return report;
}

function endReflector({ child, ended }: Awaited<ReturnType<Place['reflector']>>): Promise<Ended> {
  child.kill('SIGTERM');
  return ended;
}

describe('a check', () => {
  test('of ports that are all open: in words', async () => {
    const at = place();
    const reflector = await at.reflector();
    const { code, out, error } = await at.run(checkWords(at));
    const said = out
      .replaceAll(at.here, 'HERE')
      .replaceAll(at.primary, 'PRIMARY')
      .replace(/in \d+ s, \d{4}-\d\d-\d\d \d\d:\d\d UTC/, 'in N s, DATE');
    expect(said).toMatchInlineSnapshot(`
      "Supported: All 7 ports are open, one to one.
        7 UDP ports of HERE checked in N s, DATE
        Public address HERE, server PRIMARY:3478

      Note  trial
        The server is on this machine itself: the result says nothing about your
        router.
        It is there to see how a check goes.
        1. For a real check, name a server in the internet: --server stun.example.com.
        2. Best is a reflector of your own, on a host with two public addresses
           ("fullcone reflector").

      Results
        open  7  20000, 20010-20015
      "
    `);
    expect([code, error]).toEqual([0, '']);
    await endReflector(reflector);
    expect(at.left()).toEqual([]);
  });

  test('as JSON: one object on standard output, by the schema that is shipped', async () => {
    const at = place();
    await at.reflector();
    const ended = await at.run(checkWords(at, '--json'));
    const { version } = JSON.parse(readFileSync(join(dirname(FULLCONE), '..', 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(reportOf(ended)).toMatchObject({ schema: 'fullcone.report/1', version, verdict: 'supported', reason: null });
    expect([ended.code, ended.error]).toEqual([0, '']);
  });

  test('with a port that another process holds: 2, and who it is', async () => {
    const at = place();
    await at.reflector();
    const hold = `process.title = 'asterisk'; require('dgram').createSocket('udp4').bind(20011, '${at.here}', () => console.log('ready'))`;
    const holder = at.startProgram([process.execPath, '-e', hold]);
    await until(() => holder.out().includes('ready'));
    const ended = await at.run(checkWords(at, '--json'));
    const report = reportOf(ended);
    expect([ended.code, report.verdict, report.reason]).toEqual([2, 'inconclusive', 'ports-in-use']);
    const held = report.ports.filter(({ result }) => result !== 'open');
    expect(held).toMatchObject([
      { port: 20_011, result: 'in-use', process: { pid: holder.child.pid, name: 'asterisk' } },
    ]);
  });

  test('of a dead server: 2', async () => {
    const at = place();
    const ended = await at.run(checkWords(at, '--json'));
    const report = reportOf(ended);
    expect([ended.code, report.reason, report.servers[0]?.state]).toEqual([2, 'servers-unreachable', 'unreachable']);
    expect(at.left()).toEqual([]);
  });

  test('of a server with one address: 2', async () => {
    const at = place();
    const single = at.start(['reflector', '--primary', at.primary, '--single']);
    await until(() => single.out().includes('ready'));
    const ended = await at.run(checkWords(at, '--json'));
    const report = reportOf(ended);
    expect([ended.code, report.reason, report.servers[0]?.state]).toEqual([
      2,
      'no-second-address',
      'no-second-address',
    ]);
  });

  test('of a server that ignores CHANGE-REQUEST: 2', async () => {
    const at = place();
    await at.reflector('--lab-fault', 'ignores-change-request');
    const ended = await at.run(checkWords(at, '--json'));
    expect([ended.code, reportOf(ended).servers[0]?.state]).toEqual([2, 'basic']);
  });

  test('at once again, by somebody who has flushed the router, does not wait; both are noted', async () => {
    const at = place();
    await at.reflector();
    const codes = [await at.run(checkWords(at)), await at.run(checkWords(at, '--no-wait'))].map(({ code }) => code);
    expect(codes).toEqual([0, 0]);
    const past = JSON.parse(readFileSync(join(at.folder, 'fullcone', 'past-checks%2ejson'), 'utf8')) as unknown[];
    expect(past).toHaveLength(2);
  });

  test('that cannot be noted for the next one says so, and is right all the same', async () => {
    const at = place();
    await at.reflector();
    const { code, error } = await at.run(checkWords(at), { env: { XDG_STATE_HOME: '/dev/null' } });
    expect([code, error]).toEqual([0, expect.stringMatching(/^fullcone: this check could not be noted [^\n]*\.\n$/)]);
  });

  test('of 16,385 ports with 1,024 descriptors', { timeout: 120_000 }, async () => {
    const at = place();
    await at.reflector();
    const words = checkWords(at, '--udp', '10000-26384', '--rate', 'max', '--json');
    const ended = await at.startProgram(limited(1_024, words)).ended;
    const report = reportOf(ended);
    expect([ended.code, report.verdict, report.ports.length]).toEqual([0, 'supported', 16_385]);
  });
});

const limited = (descriptors: number, words: readonly string[]): string[] => [
  ...['sh', '-c', `ulimit -n ${descriptors} && exec "$@"`, 'sh'],
  ...[process.execPath, FULLCONE, ...words],
];

describe('few descriptors', () => {
  test('300 ports with 64: in slices', async () => {
    const at = place();
    await at.reflector();
    const ended = await at.startProgram(limited(64, checkWords(at, '--udp', MANY, '--json'))).ended;
    const report = reportOf(ended);
    expect([ended.code, report.verdict, report.ports.length]).toEqual([0, 'supported', 300]);
    expect(at.portsAt(at.here)).toEqual([]);
  });

  test('too few for anything: a sentence', async () => {
    const at = place();
    const { code, out, error } = await at.startProgram(limited(24, checkWords(at))).ended;
    expect([code, out]).toEqual([64, '']);
    expect(error).toMatch(
      /^fullcone: this process may open \d more files and sockets, and needs at least \d+\..*ulimit -n.*\n$/,
    );
  });
});

describe('bad input', () => {
  test.each([
    ['a range upside down', ['--udp', '9010-9000'], '9000-9010'],
    ['port 0', ['--udp', '0'], '65535'],
    ['port 65536', ['--udp', '65536'], '65535'],
    ['a server name with spaces', ['--server', 'stun example'], '"stun example"'],
    ['a negative rate', ['--rate', '-1'], '"-1"'],
    ['an unknown profile', ['--profile', '3xc'], '3cx, asterisk'],
    ["an address that is not this machine's", ['--bind-address', '192.0.2.1'], '192.0.2.1'],
    ['a file in a folder that is not there', ['--output', '/nowhere/report.json'], 'ENOENT'],
    ['a file where nobody may write', ['--output', '/proc/report.json'], '/proc/report.json'],
    ['a folder', ['--output', '/'], 'EISDIR'],
  ])('%s: 64, a sentence, and nothing is sent', async (_, words, said) => {
    const at = place();
    const { code, out, error } = await at.run(checkWords(at, ...words));
    expect([code, out]).toEqual([64, '']);
    expect(error).toMatch(/^fullcone: [^\n]+\.\n$/);
    expect(error).toContain(said);
    expect(existsSync(join(at.folder, 'fullcone'))).toBe(false);
  });

  test.each([
    ['half a bracket', ['--server', '[::1'], '[2001:db8::10]:3478'],
    ['IPv4 in brackets', ['--server', '[198.51.100.10]'], '[2001:db8::10]:3478'],
    ['a link-local server', ['--server', '[fe80::1]:3478'], 'crosses a router'],
    ['a zone', ['--server', 'fe80::1%lo'], 'crosses a router'],
    ['IPv4 in the form of IPv6', ['--server', '[::ffff:198.51.100.10]'], 'Write it as 198.51.100.10.'],
    ['a port without brackets', ['--server', '2001:db8::10:3478'], '[2001:db8::10]:3478'],
    ['-6 and an IPv4 server', ['--server', '198.51.100.10', '-6'], '-6 is IPv6'],
    ['-4 and an IPv6 server', ['--server', '[2001:db8::10]', '-4'], '-4 is IPv4'],
    ['embedded over IPv6', ['--server', 'embedded', '-6'], 'Leave out -6.'],
    ['a link-local own address', ['--server', '[::1]', '--bind-address', 'fe80::1'], 'Name another one'],
    ["nobody's own address", ['--server', '[::1]', '--bind-address', '2001:db8::7'], '2001:db8::7'],
  ])('over IPv6, %s: the same', async (_, words, said) => {
    const at = place();
    const { code, out, error } = await at.run(['check', '--udp', PORTS, ...words]);
    expect([code, out]).toEqual([64, '']);
    expect(error).toMatch(/^fullcone: [^\n]+\.\n$/);
    expect(error).toContain(said);
    expect(at.left()).toEqual([]);
  });

  test('is told in the language of the locale', async () => {
    const at = place();
    const { error } = await at.run(checkWords(at, '--udp', '0'), { env: { LANG: 'de_DE.UTF-8' } });
    expect(error).toContain('Richtig wären Zahlen von 1 bis 65535.');
  });
});

describe('a file for the report', () => {
  test.each([
    ['report.json', true],
    ['report.txt', false],
  ])('%s, beside standard output', async (name, isJson) => {
    const at = place();
    await at.reflector();
    const { code, out } = await at.run(checkWords(at, '--output', name));
    const text = readFileSync(join(at.folder, name), 'utf8');
    expect([code, out.startsWith('Supported')]).toEqual([0, true]);
    const said = isJson ? reportOf({ code, signal: null, out: text, error: '' }).verdict : text;
    expect(said).toBe(isJson ? 'supported' : out);
  });

  test('is replaced, however long it was', async () => {
    const at = place();
    await at.reflector();
    const path = join(at.folder, 'report.txt');
    writeFileSync(path, 'old\n'.repeat(10_000));
    const { out } = await at.run(checkWords(at, '--output', path));
    expect(readFileSync(path, 'utf8')).toBe(out);
  });

  test('stays as it is when the check is refused', async () => {
    const at = place();
    const path = join(at.folder, 'report.txt');
    writeFileSync(path, 'old');
    expect((await at.run(checkWords(at, '--udp', '0', '--output', path))).code).toBe(64);
    expect((await at.run(checkWords(at, '--bind-address', '192.0.2.1', '--output', path))).code).toBe(64);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('stays as it is, or does not come to be, when the embedded reflector cannot start', async (context) => {
    const at = place();
    skipWithoutNetwork(context);
    const [old, fresh] = [join(at.folder, 'old.txt'), join(at.folder, 'fresh.txt')];
    writeFileSync(old, 'old');
    const command = `node=$1; fullcone=$2
      $node $fullcone reflector --primary 127.0.0.2 --single > ready &
      until grep -qs ready ready; do sleep 0.05; done
      for file in old.txt fresh.txt; do
        $node $fullcone check --server embedded --udp 5060 --output $file; echo "code $?"
      done
      kill $!; wait`;
    const { out, error } = await at.startProgram(
      inEmptyNetwork(['sh', '-c', command, 'sh', process.execPath, FULLCONE]),
    ).ended;
    expect(out).toBe('code 64\ncode 64\n');
    expect(error).toMatch(/^(fullcone: --server embedded needs 127\.0\.0\.2:3478[^\n]*\n){2}$/);
    expect([readFileSync(old, 'utf8'), existsSync(fresh)]).toEqual(['old', false]);
  });

  test('that is full in the end: the report is printed, a sentence says so, and the code is 70', async () => {
    const at = place();
    await at.reflector();
    const { code, out, error } = await at.run(checkWords(at, '--output', '/dev/full'));
    expect([code, out.startsWith('Supported')]).toEqual([70, true]);
    expect(error).toBe(
      'fullcone: the report could not be written to "/dev/full" (ENOSPC). The result is on standard output.\n',
    );
  });
});

describe('standard output', () => {
  test('that is full: a sentence, and not the code of a verdict that nobody has read', async () => {
    const at = place();
    await at.reflector();
    const command = ['sh', '-c', '"$@" > /dev/full', 'sh', process.execPath, FULLCONE, ...checkWords(at)];
    const { code, error } = await at.startProgram(command).ended;
    expect([code, error]).toEqual([70, 'fullcone: the report could not be written to standard output (ENOSPC).\n']);
  });

  test('of which only the beginning is read', async () => {
    const at = place();
    await at.reflector();
    // More than a pipe holds, so that writing meets its end.
    const words = checkWords(at, '--json', '--udp', '20000-20999', '--rate', 'max');
    const pipeline = ['bash', '-c', 'set -o pipefail; "$@" | head -1', 'bash', process.execPath, FULLCONE];
    const { code, out, error } = await at.startProgram([...pipeline, ...words]).ended;
    expect([code, out, error]).toEqual([0, '{\n', '']);
    expect(at.portsAt(at.here)).toEqual([]);
  });

  test('that is closed before there is a report', async () => {
    const at = place();
    await at.reflector();
    const { child, ended } = at.start(checkWords(at, '--json', '--udp', MANY));
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, error: '' });
  });

  test('and standard error have no colours and no progress in a pipe', async () => {
    const at = place();
    await at.reflector();
    const { out, error } = await at.run(checkWords(at, '--udp', MANY), {
      env: { TERM: 'xterm-256color', FORCE_COLOR: '1' },
    });
    expect(out).not.toContain('\u001b');
    expect(error).toBe('');
  });
});

describe('on a terminal', () => {
  const CLEAR = '\r\u001b[2K';

  /** A terminal of its own; without a size it does not know how wide it is. */
  function onTerminal(
    at: Place,
    words: readonly string[],
    columns: number | null = 60,
    env: Record<string, string> = {},
  ): Running {
    const size = columns === null ? '' : `stty cols ${columns} rows 24; `;
    const quoted = [process.execPath, FULLCONE, ...words].map((word) => `'${word}'`).join(' ');
    return at.startProgram(['script', '-qec', `${size}${quoted}`, '/dev/null'], {
      env: { TERM: 'xterm', ...env },
    });
  }

  /** What is drawn over and over, and what stays. */
  function partsOf(out: string) {
    const parts = out.split(CLEAR);
    return { progress: parts.slice(1, -1), report: (parts.at(-1) ?? '').replaceAll('\r\n', '\n') };
  }

  test.each([60, 40, 100])(
    'of %d columns, the progress fits into one line, and is gone before the report',
    async (columns) => {
      const at = place();
      await at.reflector();
      const { code, out } = await onTerminal(at, checkWords(at, '--udp', MANY), columns).ended;
      const { progress, report } = partsOf(out);
      expect(code).toBe(0);
      expect(progress[0]).toBe('Asking the servers ...');
      expect(progress.some((line) => /^\d+\/300 ports, /.test(line))).toBe(true);
      expect(progress.filter((line) => line.length >= columns || line.includes('\n'))).toEqual([]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
      const plain = report.replace(/\u001b\[\d+m/g, '');
      expect(plain).toMatch(/^Supported: All 300/);
      expect(plain.split('\n').filter((line) => line.length > columns)).toEqual([]);
      expect(report).not.toBe(plain);
    },
  );

  test('that does not know its width, it is taken for a usual one', async () => {
    const at = place();
    await at.reflector();
    const { out } = await onTerminal(at, checkWords(at), null).ended;
    const { progress, report } = partsOf(out);
    expect(progress[0]).toBe('Asking the servers ...');
    expect(report).toContain('Supported');
  });

  test('without colours if they are not wanted', async () => {
    const at = place();
    await at.reflector();
    const { out } = await onTerminal(at, checkWords(at), 80, { NO_COLOR: '1' }).ended;
    expect(partsOf(out).report).not.toContain('\u001b');
  });

  test('without progress if it is not wanted', async () => {
    const at = place();
    await at.reflector();
    const { out } = await onTerminal(at, checkWords(at, '--no-progress'), 80).ended;
    expect(out).not.toContain('\u001b[2K');
  });

  test('in German', async () => {
    const at = place();
    await at.reflector();
    const { out } = await onTerminal(at, checkWords(at), 60, { LC_ALL: 'de_DE.UTF-8' }).ended;
    const { progress, report } = partsOf(out);
    expect(progress[0]).toBe('Die Server werden befragt ...');
    expect(report).toContain('Unterstützt');
  });

  test('Ctrl-C ends a check that waits for the router, and the report says so', async () => {
    const at = place();
    await at.reflector();
    expect((await at.run(checkWords(at))).code).toBe(0);
    const state = join(at.folder, 'fullcone', 'past-checks%2ejson');
    const [check] = JSON.parse(readFileSync(state, 'utf8')) as object[];
    writeFileSync(state, JSON.stringify([{ ...check, endedAt: Date.now(), mapped: '1-65535' }]));
    const running = onTerminal(at, checkWords(at));
    await until(() => running.out().includes('s until the router forgets'));
    running.child.stdin?.write('\u0003');
    const { code, out } = await running.ended;
    expect([code, partsOf(out).report.includes('Cancelled')]).toEqual([130, true]);
    expect(at.portsAt(at.here)).toEqual([]);
  });
});

describe('the language', () => {
  test.each<[string[], Record<string, string>, string]>([
    [['--lang', 'de'], {}, 'Unterstützt'],
    [[], { LANG: 'de_DE.UTF-8' }, 'Unterstützt'],
    [[], { LANG: 'de_DE.UTF-8', LC_ALL: 'en_US.UTF-8' }, 'Supported'],
    [['--lang=en'], { LC_ALL: 'de_DE.UTF-8' }, 'Supported'],
  ])('%j %j: %s', async (words, env, said) => {
    const at = place();
    await at.reflector();
    expect((await at.run(checkWords(at, ...words), { env })).out.startsWith(said)).toBe(true);
  });
});

describe('a check that is interrupted', () => {
  /** Slow enough to be met in the middle. */
  const slow = (at: Place, ...words: string[]) => checkWords(at, '--rate', '10', '--udp', MANY, ...words);
  const begun = (at: Place) => until(() => at.portsAt(at.here).includes(20_000));

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s: still reports, and leaves nothing', async (signal) => {
    const at = place();
    const reflector = await at.reflector();
    const { child, ended } = at.start(slow(at, '--json', '--output', 'report.txt'));
    await begun(at);
    child.kill(signal);
    const last = await ended;
    const report = reportOf(last);
    expect([last.code, last.signal, last.error, report.verdict]).toEqual([130, null, '', 'cancelled']);
    expect(
      report.ports.map(({ result }) => result).filter((result) => result !== 'untested' && result !== 'open'),
    ).toEqual([]);
    expect(readFileSync(join(at.folder, 'report.txt'), 'utf8')).toBe(last.out);
    await endReflector(reflector);
    expect(at.left()).toEqual([]);
  });

  test('in whichever mode this machine allows: leaves nothing', async () => {
    const at = place();
    const reflector = await at.reflector();
    const { child, ended } = at.start(slow(at, '--json', '--mode', 'auto'));
    await until(() => at.portsAt(at.here).length >= 2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGINT');
    const last = await ended;
    expect([last.code, last.signal, last.error, reportOf(last).verdict]).toEqual([130, null, '', 'cancelled']);
    await endReflector(reflector);
    expect(at.left()).toEqual([]);
  });

  test('before any server has answered', async () => {
    const at = place();
    const { child, ended } = at.start(slow(at, '--json'));
    await until(() => at.portsAt(at.here).length > 0);
    child.kill('SIGINT');
    const last = await ended;
    expect([last.code, reportOf(last).verdict]).toEqual([130, 'cancelled']);
    expect(at.left()).toEqual([]);
  });

  test('while a name is being resolved, it does not wait for the resolver', async (context) => {
    const at = place();
    skipWithoutNetwork(context);
    // A DNS server that hears, and says nothing.
    const silent = `const { writeFileSync: write } = require('fs');
      const socket = require('dgram').createSocket('udp4').on('message', () => write('asked', ''));
      socket.bind(53, '127.0.0.53', () => write('ready', ''));`;
    writeFileSync(join(at.folder, 'silent.cjs'), silent);
    writeFileSync(join(at.folder, 'resolv.conf'), 'nameserver 127.0.0.53\n');
    const script = `mount --bind resolv.conf /etc/resolv.conf
      "$1" silent.cjs & silent=$!
      until [ -e ready ]; do sleep 0.05; done
      "$@" > out & check=$!
      until [ -e asked ]; do sleep 0.05; done
      since=$(date +%s%N); kill -INT $check; wait $check
      echo "$? $((($(date +%s%N) - since) / 1000000))"
      kill $silent; wait`;
    const words = ['check', '--server', 'stun.example.com', '--udp', '5060', '--json'];
    const command = inEmptyNetwork(['bash', '-c', script, 'bash', process.execPath, FULLCONE, ...words]);
    const [code, took] = (await at.startProgram(command).ended).out.split(' ').map(Number);
    expect(code).toBe(130);
    expect(took).toBeLessThan(2_000);
    const report = reportOf({ code: 130, signal: null, out: readFileSync(join(at.folder, 'out'), 'utf8'), error: '' });
    expect(report.verdict).toBe('cancelled');
    expect(at.left()).toEqual([]);
  });

  test('twice at once: takes it for one wish, and reports', async () => {
    const at = place();
    await at.reflector();
    const { child, ended } = at.start(slow(at, '--json'));
    await begun(at);
    child.kill('SIGINT');
    child.kill('SIGINT');
    const last = await ended;
    expect([last.code, last.error, reportOf(last).verdict]).toEqual([130, '', 'cancelled']);
    expect(at.portsAt(at.here)).toEqual([]);
  });

  test('and ended at the same moment: does not wait for its own end', async () => {
    const at = place();
    await at.reflector();
    const { child, ended } = at.start(slow(at, '--json'));
    await begun(at);
    // Both signals are there before the process can see the first.
    for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal);
    const { code, out } = await ended;
    // Which of the two it hears first is up to the system.
    expect([130, 143]).toContain(code);
    expect(out).toBe('');
    expect(at.portsAt(at.here)).toEqual([]);
  });
});

describe('an internal error', () => {
  test('that nobody catches ends with 70, which is no verdict, and leaves no socket', async () => {
    const at = place();
    await at.reflector();
    const bug = join(at.folder, 'bug.mjs');
    writeFileSync(bug, `const { on } = process; setTimeout(() => { throw new Error('a bug'); }, 1000);`);
    const { code, out, error } = await at.run(checkWords(at, '--rate', '10'), { node: ['--import', bug] });
    expect([code, out]).toEqual([70, '']);
    expect(error).toMatch(/^fullcone: internal error.* a bug\n +at /);
    expect(at.portsAt(at.here)).toEqual([]);
  });

  test('in a promise, too', async () => {
    const at = place();
    const bug = join(at.folder, 'bug.mjs');
    writeFileSync(bug, `setTimeout(() => { Promise.reject(new Error('a bug')); }, 500);`);
    const { code, error } = await at.run(checkWords(at), { node: ['--import', bug] });
    expect([code, error.includes('internal error')]).toEqual([70, true]);
  });
});

describe('a reflector', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 at %s, and frees its ports', async (signal) => {
    const at = place();
    const { child, ended } = await at.reflector('--port', '23478', '--alternate-port', '23479');
    expect([at.primary, at.alternate].map(at.portsAt)).toEqual([
      [23_478, 23_479],
      [23_478, 23_479],
    ]);
    child.kill(signal);
    const { code, out, error } = await ended;
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/^reflector ready: .*\nreflector ended: 0 packets received, 0 answered\n$/);
    expect(at.left()).toEqual([]);
  });

  test('counts what it does', async () => {
    const at = place();
    const reflector = await at.reflector();
    await at.run(checkWords(at));
    const [, received, answered] =
      /(\d+) packets received, (\d+) answered/.exec((await endReflector(reflector)).out) ?? [];
    expect(Number(received)).toBeGreaterThan(14);
    expect(answered).toBe(received);
  });

  test.each<[string, (at: Place) => string[], string]>([
    [
      'the same address twice',
      ({ primary }) => ['--primary', primary, '--alternate', primary],
      'two different addresses',
    ],
    [
      'an address of another machine',
      ({ primary }) => ['--primary', primary, '--alternate', '192.0.2.1'],
      '192.0.2.1 is not an address of this machine',
    ],
    ['no second address', ({ primary }) => ['--primary', primary], '--alternate is missing'],
    [
      'an IPv6 address of another machine',
      () => ['--primary', '::1', '--alternate', '2001:db8::20'],
      '2001:db8::20 is not an address of this machine',
    ],
    [
      'one family that it cannot have, and leaves nothing of the other',
      ({ primary, alternate }) => [
        ...['--primary', primary, '--alternate', alternate],
        ...['--primary', '2001:db8::10', '--alternate', '2001:db8::20'],
      ],
      '2001:db8::10 is not an address of this machine',
    ],
    ['a link-local address', () => ['--primary', 'fe80::1%lo', '--alternate', '::1'], '"fe80::1%lo"'],
    ['no address', () => [], '--primary is missing'],
    [
      'a port that is none',
      ({ primary, alternate }) => ['--primary', primary, '--alternate', alternate, '--port', '0'],
      '--port "0"',
    ],
  ])('refuses %s', async (_, words, said) => {
    const at = place();
    const { code, out, error } = await at.run(['reflector', ...words(at)]);
    expect([code, out]).toEqual([64, '']);
    expect(error).toMatch(/^fullcone: [^\n]+\.\n$/);
    expect(error).toContain(said);
    expect(at.left()).toEqual([]);
  });

  test('refuses what is in use, and leaves the other one alone', async () => {
    const at = place();
    await at.reflector();
    const { code, out, error } = await at.run(['reflector', '--primary', at.primary, '--alternate', at.alternate]);
    expect([code, out]).toEqual([64, '']);
    expect(error).toMatch(/127\.\d+\.\d+\.\d+:347[89] is in use by another process/);
    expect((await at.run(checkWords(at))).code).toBe(0);
  });
});

function skipWithoutNetwork(context: TestContext): void {
  const why = noEmptyNetwork();
  if (why === null) return;
  if (process.env['CI']) throw new Error(why);
  context.skip(why);
}

describe('in a checkout', () => {
  test('npx finds the command', async () => {
    const at = place();
    const checkout = dirname(dirname(FULLCONE));
    const { code, out } = await at.startProgram(['npx', '--no-install', 'fullcone', '--version'], {
      spawn: { cwd: checkout },
    }).ended;
    expect([code, out]).toMatchObject([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  test('the trial on this machine alone finds all ports of a product open', async (context) => {
    const at = place();
    skipWithoutNetwork(context);
    const words = ['check', '--server', EMBEDDED.name, '--profile', '3cx', '--rate', 'max'];
    const { code, out, error } = await at.startProgram(inEmptyNetwork([process.execPath, FULLCONE, ...words])).ended;
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/^Supported: All 2,004 ports are open/);
    expect(at.left()).toEqual([]);
  });
});
