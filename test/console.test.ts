import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDriver } from '../src/console/store/driver.ts';
import { openDatabase, Store } from '../src/console/store/index.ts';
import { makeCertificate } from '../src/system/node/test-certificates.ts';
import { root } from './house/tree.ts';

/* The built command: how it begins, and how it ends. */

const PASSWORD = 'correct horse battery';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fullcone-console-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Begun {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly text: () => string;
}

function begin(...words: readonly string[]): Begun {
  const child = spawn(process.execPath, [join(root, 'dist/fullcone.js'), 'console', ...words], {
    env: { ...process.env, LC_ALL: 'C', LANG: 'C' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, ended, text: () => text };
}

/** A console that listens, and its address. */
async function serving(data: string, ...words: readonly string[]): Promise<Begun & { readonly url: string }> {
  const begun = begin('--listen', '127.0.0.1:0', '--data', data, '--trial', ...words);
  onTestFinished(() => void begun.child.kill('SIGKILL'));
  const ready = new Promise<void>((resolve) => {
    begun.child.stdout?.on('data', () => {
      if (/The console is at \S+\n/.test(begun.text())) resolve();
    });
  });
  await Promise.race([ready, begun.ended]);
  const [, url] = /The console is at (\S+)\n/.exec(begun.text()) ?? [];
  if (url === undefined) throw new Error(begun.text());
  return { ...begun, url };
}

/** Signed in, as a script would be. */
async function client(url: string, path: string, body: unknown) {
  const response = await fetch(`${url}api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { csrf } = (await response.json()) as { csrf: string };
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  return async (method: string, to: string, sent?: unknown) => {
    const answer = await fetch(`${url}api/v1/${to}`, {
      method,
      headers: { cookie, 'x-csrf-token': csrf, ...(sent !== undefined && { 'content-type': 'application/json' }) },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer
    return { status: answer.status, body: (await answer.json().catch(() => null)) as any };
  };
}

describe('a console', () => {
  test('that is killed loses no finished run, and shows the one that was cut off; one that is ended stores it', async () => {
    const data = folder();
    const first = await serving(data);
    const link = /#(\S+)\n/.exec(await until(first, /#\S+\n/))?.[1];
    const made = { token: link, name: 'ada', password: PASSWORD };
    const ask = await client(first.url, 'setup', made);
    const pbx = { profile: 'none', udp: '40000-40003', tcp: '', hostName: null, mode: 'bind', rate: 'max' };
    const { profile } = (await ask('GET', 'settings')).body.pbx;
    expect((await ask('PUT', 'settings/pbx', { ...pbx, profile })).status).toBe(200);
    const short = (await ask('POST', 'runs', { scope: { kind: 'ports', ports: ['udp/40000-40003'] } })).body.id;
    // The stream of its events ends with it.
    expect((await ask('GET', `runs/${short}/events`)).status).toBe(200);
    expect((await ask('GET', `runs/${short}`)).body).toMatchObject({ state: 'finished', verdict: 'supported' });
    expect((await ask('PUT', 'settings/pbx', { ...pbx, profile, rate: 1 })).status).toBe(200);
    const long = { scope: { kind: 'ports', ports: ['udp/40000-40999'] } };
    const cut = (await ask('POST', 'runs', long)).body.id;
    expect((await ask('POST', 'runs', long)).body).toEqual({ id: cut, joined: true });
    first.child.kill('SIGKILL');
    await first.ended;

    const second = await serving(data);
    expect(await until(second, /cut off/)).toContain('One run was cut off when the console ended last time');
    const again = await client(second.url, 'session', { name: 'ada', password: PASSWORD });
    expect((await again('GET', `runs/${cut}`)).body).toMatchObject({ state: 'interrupted' });
    expect((await again('GET', `runs/${short}`)).body).toMatchObject({ state: 'finished', verdict: 'supported' });
    const ended = (await again('POST', 'runs', long)).body.id;
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);

    const third = await serving(data);
    const last = await client(third.url, 'session', { name: 'ada', password: PASSWORD });
    expect((await last('GET', `runs/${ended}`)).body).toMatchObject({ state: 'finished', verdict: 'cancelled' });
    expect(statSync(join(data, 'console.sqlite')).mode & 0o077).toBe(0);
    const other = begin('--listen', '127.0.0.1:0', '--data', data);
    expect([await other.ended, other.text()]).toEqual([2, expect.stringContaining('another console uses')]);
  });
});

/** What it has printed, once that is in it. */
async function until({ child, ended, text }: Begun, pattern: RegExp): Promise<string> {
  while (!pattern.test(text())) {
    const more = new Promise((resolve) => child.stdout?.once('data', resolve));
    if ((await Promise.race([more, ended.then(() => 'ended')])) === 'ended') break;
  }
  return text();
}

test('a console with a certificate of its own speaks TLS, and its cookie is for TLS alone', async () => {
  const data = folder();
  const { cert, key } = certificate(data, 'localhost');
  const { url, ...begun } = await serving(data, '--tls-cert', cert, '--tls-key', key);
  expect(url).toMatch(/^https:/);
  const link = /#(\S+)\n/.exec(await until(begun, /#\S+\n/))?.[1];
  const headers = { 'content-type': 'application/json' };
  const asked = request(`${url}api/v1/setup`, { method: 'POST', headers, ca: readFileSync(cert) });
  asked.end(JSON.stringify({ token: link, name: 'ada', password: PASSWORD }));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(201);
  expect(answer.headers['set-cookie']?.[0]).toMatch(
    /^__Host-fullcone=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  await expect(fetch(url.replace('https', 'http'))).rejects.toThrow();
});

/** Of 127.0.0.1, and its key, as files. */
function certificate(data: string, name: string): { readonly cert: string; readonly key: string } {
  const { pem, keyPem } = makeCertificate({ name, ips: ['127.0.0.1'] });
  const [cert, key] = [join(data, `${name}.pem`), join(data, `${name}.key`)];
  writeFileSync(cert, pem);
  writeFileSync(key, keyPem);
  return { cert, key };
}

describe('a console that cannot begin', () => {
  type Case = readonly [string, (data: string) => Promise<readonly string[]> | readonly string[], RegExp, RegExp];

  const misused: readonly Case[] = [
    ['an unknown option', () => ['--nothing'], /unknown option '--nothing'\. "fullcone console --help"/, /erklärt/],
    ['no port', () => ['--listen', 'here'], /--listen "here" is not an address and a port/, /keine Adresse mit Port/],
    [
      'an address that others reach',
      () => ['--listen', '0.0.0.0:0'],
      /passwords would cross the network/,
      /unverschlüsselt durchs Netz/,
    ],
    ['half a certificate', () => ['--tls-cert', 'a.pem'], /belong together/, /gehören zusammen/],
    [
      'services that are none',
      (data) => {
        writeFileSync(join(data, 'services.json'), '{"services":[{"name":"pbx","stop":"sv down pbx"}]}');
        return ['--services', join(data, 'services.json')];
      },
      /services\[0\]\.stop is not as it should be/,
      /services\[0\]\.stop ist nicht, wie es sein soll/,
    ],
  ];

  const hindered: readonly Case[] = [
    [
      'no certificate',
      () => ['--tls-cert', '/none', '--tls-key', '/none'],
      /\/none cannot be read \(ENOENT\)/,
      /\/none lässt sich nicht lesen \(ENOENT\)/,
    ],
    [
      'a bad certificate',
      (data) => {
        writeFileSync(join(data, 'bad.pem'), 'bad');
        return ['--tls-cert', join(data, 'bad.pem'), '--tls-key', join(data, 'bad.pem')];
      },
      /are not a certificate and its key/,
      /sind kein Zertifikat mit seinem Schlüssel/,
    ],
    [
      'the key of another certificate',
      (data) => {
        const [{ cert }, { key }] = [certificate(data, 'one'), certificate(data, 'other')];
        return ['--tls-cert', cert, '--tls-key', key];
      },
      /are not a certificate and its key in PEM \(\w*KEY_VALUES_MISMATCH\)/,
      /sind kein Zertifikat mit seinem Schlüssel/,
    ],
    ['a folder that cannot be made', () => ['--data', '/proc/none'], /cannot be written \(E\w+\)/, NOT_WRITABLE],
    ['a file instead of a folder', () => ['--data', '/etc/hostname'], /cannot be written \(E\w+\)/, NOT_WRITABLE],
    [
      'a database of a newer version',
      async (data) => {
        const driver = await openDriver(join(data, 'console.sqlite'));
        driver?.exec('pragma user_version = 99');
        driver?.close();
        return ['--data', data];
      },
      /written by a newer fullcone/,
      /von einem neueren fullcone geschrieben/,
    ],
    [
      'somebody else’s file',
      (data) => {
        writeFileSync(join(data, 'console.sqlite'), 'not a database, but a letter. '.repeat(50));
        return ['--data', data];
      },
      /is no database of fullcone, or it is damaged/,
      /keine Datenbank von fullcone/,
    ],
    ...(['in the middle', 'at its end'] as const).map(
      (where): Case => [
        `a database that is damaged ${where}`,
        async (data) => {
          const whole = await someDatabase(data);
          const isMiddle = where === 'in the middle';
          const damaged = isMiddle ? Buffer.from(whole).fill(0xa5, 4_096) : whole.subarray(0, 5_000);
          writeFileSync(join(data, 'console.sqlite'), damaged);
          return ['--data', data];
        },
        /is no database of fullcone, or it is damaged/,
        /keine Datenbank von fullcone/,
      ],
    ),
    [
      'a port that is taken',
      async (data) => {
        const server = createServer().unref();
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const at = `127.0.0.1:${(server.address() as { port: number }).port}`;
        return ['--data', join(data, 'made', 'here'), '--listen', at];
      },
      /is taken by another program/,
      /von einem anderen Programm belegt/,
    ],
    [
      'a foreign address',
      (data) => ['--data', data, '--behind-proxy', '--listen', '192.0.2.1:1'],
      /no address of/,
      /keine Adresse dieses Rechners/,
    ],
  ];

  const all = [...misused.map((one) => [64, ...one] as const), ...hindered.map((one) => [2, ...one] as const)].flatMap(
    ([code, name, words, english, german]) => [
      [name, 'en', words, code, english] as const,
      [name, 'de', words, code, german] as const,
    ],
  );

  test.concurrent.each(all)('%s (%s)', async (_name, language, words, code, sentence) => {
    const data = mkdtempSync(join(tmpdir(), 'fullcone-console-'));
    try {
      const given = await words(data);
      const file = join(data, 'console.sqlite');
      const bytes = () => (statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'latin1') : 'none');
      const before = bytes();
      const begun = begin('--listen', '127.0.0.1:0', '--lang', language, ...given);
      expect([await begun.ended, begun.text()]).toEqual([code, expect.stringMatching(sentence)]);
      expect(begun.text().trim().split('\n')).toHaveLength(1);
      // What it has made before it found that it cannot listen is no harm; what was there is as it was.
      expect(before === 'none' || bytes() === before).toBe(true);
    } finally {
      rmSync(data, { recursive: true });
    }
  });
});

/** A disk of so few kilobytes for this one command, in mounts of its own. */
const onSmallDisk = (data: string, size: string, script: string): string[] => [
  ...['--map-root-user', '--mount', 'sh', '-c', `mount -t tmpfs -o size=${size} small "$1" && ${script}`, 'sh', data],
  ...[process.execPath, join(root, 'dist/fullcone.js'), 'console', '--listen', '127.0.0.1:0', '--data', data],
];

describe.skipIf(spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status !== 0)('a disk', () => {
  const run = (words: readonly string[]) =>
    spawnSync('unshare', words, { encoding: 'utf8', timeout: 20_000, env: { ...process.env, LC_ALL: 'C', LANG: 'C' } });
  /** The command is what comes after the folder. */
  const COMMAND = 'data=$1; shift; "$@"';

  test.each([
    ['en', /cannot be written: the disk is full\.\n$/],
    ['de', /lässt sich nicht schreiben: Der Datenträger ist voll\.\n$/],
  ])('that is full is told (%s)', (language, sentence) => {
    const { status, stderr } = run([...onSmallDisk(folder(), '16k', COMMAND), '--lang', language]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(sentence)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('that became full since then keeps what is there', async () => {
    const [data, there] = [folder(), folder()];
    await someDatabase(there);
    const fill = `cp ${there}/console.sqlite "$1" && { cat /dev/zero >"$1/rest" 2>/dev/null; ${COMMAND}; code=$?; }`;
    const same = `rm -f "$data/rest"; cmp ${there}/console.sqlite "$data/console.sqlite" && exit $code`;
    const { status, stderr, stdout } = run(onSmallDisk(data, '256k', `${fill}; ${same}`));
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining('the disk is full')]);
  });

  test.each([
    ['en', /cannot be written \(EROFS\)/],
    ['de', /lässt sich nicht schreiben \(EROFS\)/],
  ])('to which nothing may be written is told (%s)', (language, sentence) => {
    const { status, stderr } = run([...onSmallDisk(folder(), '1m,ro', COMMAND), '--lang', language]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(sentence)]);
  });
});

const NOT_WRITABLE = /lässt sich nicht schreiben \(E\w+\)/;

/** With a run in it; the bytes of the file. */
async function someDatabase(data: string): Promise<Buffer> {
  const path = join(data, 'console.sqlite');
  const opened = await openDatabase(path, false);
  if (opened.kind === 'error') throw new Error(opened.error.kind);
  const store = new Store(opened.value);
  const summary = { by: { kind: 'user', name: 'ada' }, scope: { kind: 'all' }, mode: null, verdict: null } as const;
  const rest = { reason: null, durationMs: null, counts: null, headline: null };
  const id = await store.beginRun('2026-01-01T00:00:00.000Z', { ...summary, ...rest });
  const finished = { endedAt: '2026-01-01T00:01:00.000Z', summary: { ...summary, ...rest }, record: null };
  await store.finishRun(id, { ...finished, report: JSON.stringify('x'.repeat(20_000)) });
  await sql`pragma wal_checkpoint(truncate)`.execute(opened.value);
  await store.close();
  return readFileSync(path);
}
