import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDriver } from '../src/console/store/driver.ts';
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
async function serving(data: string): Promise<Begun & { readonly url: string }> {
  const begun = begin('--listen', '127.0.0.1:0', '--data', data, '--trial');
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
    expect([await other.ended, other.text()]).toEqual([73, expect.stringContaining('another console uses')]);
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

describe('a console that cannot begin', () => {
  const cases: [string, (data: string) => Promise<string[]> | string[], number, RegExp][] = [
    ['an unknown option', () => ['--nothing'], 64, /unknown option '--nothing'\. "fullcone console --help"/],
    ['no port', () => ['--listen', 'here'], 64, /--listen "here" is not an address and a port/],
    ['an address that others reach', () => ['--listen', '0.0.0.0:0'], 64, /passwords would cross the network/],
    ['half a certificate', () => ['--tls-cert', 'a.pem'], 64, /belong together/],
    ['no certificate', () => ['--tls-cert', '/none', '--tls-key', '/none'], 64, /\/none cannot be read \(ENOENT\)/],
    [
      'a bad certificate',
      (data) => {
        writeFileSync(join(data, 'bad.pem'), 'bad');
        return ['--tls-cert', join(data, 'bad.pem'), '--tls-key', join(data, 'bad.pem'), '--lang', 'de'];
      },
      64,
      /sind kein Zertifikat mit seinem Schlüssel/,
    ],
    ['a folder that cannot be made', () => ['--data', '/proc/none'], 73, /\/proc\/none cannot be written \(E\w+\)/],
    ['a file instead of a folder', () => ['--data', '/etc/hostname'], 73, /cannot be written \(E\w+\)/],
    [
      'a database of a newer version',
      async (data) => {
        const driver = await openDriver(join(data, 'console.sqlite'));
        driver?.exec('pragma user_version = 99');
        driver?.close();
        return ['--data', data];
      },
      73,
      /written by a newer fullcone/,
    ],
    [
      'somebody else’s file',
      (data) => {
        writeFileSync(join(data, 'console.sqlite'), 'not a database, but a letter. '.repeat(50));
        return ['--data', data];
      },
      73,
      /is no database of fullcone/,
    ],
    [
      'a port that is taken',
      async (data) => {
        const server = createServer().unref();
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const at = `127.0.0.1:${(server.address() as { port: number }).port}`;
        return ['--data', join(data, 'made', 'here'), '--listen', at];
      },
      73,
      /is taken by another program/,
    ],
    ['a foreign address', (data) => ['--data', data, '--behind-proxy', '--listen', '192.0.2.1:1'], 73, /no address of/],
  ];

  test.concurrent.each(cases)('%s', async (_name, words, code, sentence) => {
    const data = mkdtempSync(join(tmpdir(), 'fullcone-console-'));
    try {
      const given = await words(data);
      const file = join(data, 'console.sqlite');
      const bytes = () => (statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'latin1') : 'none');
      const before = bytes();
      const begun = begin('--listen', '127.0.0.1:0', ...given);
      expect([await begun.ended, begun.text()]).toEqual([code, expect.stringMatching(sentence)]);
      expect(begun.text().trim().split('\n')).toHaveLength(1);
      // What it has made before it found that it cannot listen is no harm; what was there is as it was.
      expect(before === 'none' || bytes() === before).toBe(true);
    } finally {
      rmSync(data, { recursive: true });
    }
  });
});
