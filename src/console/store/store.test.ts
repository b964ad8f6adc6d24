import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDriver } from './driver.ts';
import { openFolder } from './folder.ts';
import { DEFAULTS, openDatabase, Store } from './index.ts';
import { MIGRATIONS } from './tables.ts';

const SUMMARY = {
  by: { kind: 'user', name: 'ada' },
  scope: { kind: 'all' },
  mode: null,
  verdict: null,
  reason: null,
  durationMs: null,
  counts: null,
  headline: null,
} as const;
const FINISHED = { endedAt: '2026-01-01T00:00:09.000Z', summary: SUMMARY, report: '{"a":1}', record: 'line\n' };
const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fullcone-store-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function opened(path = ':memory:', isAlone = false): Promise<Store> {
  const database = await openDatabase(path, isAlone);
  if (database.kind === 'error') throw new Error(JSON.stringify(database.error));
  const store = new Store(database.value);
  onTestFinished(() => store.close());
  return store;
}

test('what was told as stored outlasts a power cut: the journal is on the disk at the end of each change', async () => {
  const { database } = await opened(join(folder(), 'a.db'));
  const pragma = async (name: string) =>
    Object.values((await sql.raw(`pragma ${name}`).execute(database)).rows[0] ?? {});
  expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).toEqual([
    ...[['wal'], [2], [1]],
  ]);
});

test('a folder that is made for it, and the file, are for nobody else', () => {
  const made = join(folder(), 'made', 'here');
  expect(openFolder(made)).toEqual({ kind: 'ok', value: join(made, 'console.sqlite') });
  const modes = [made, join(made, 'console.sqlite')].map((path) => statSync(path).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600]);
});

test('of the log of changes the newest 20,000 are kept', async () => {
  const store = await opened();
  const line = { at: at(0), by: 'ada', what: 'x', facts: '{}', address: null };
  await store.database
    .insertInto('audit')
    .values([1, 2, 19_999].map((id) => ({ ...line, id })))
    .execute();
  await store.note({ ...line, facts: {} });
  await store.note({ ...line, facts: {} });
  expect((await store.audit(undefined, 10)).map(({ id }) => id)).toEqual([20_001, 20_000, 19_999, 2]);
});

describe('runs', () => {
  test('are there again after the console was opened anew; one that nobody ended is interrupted', async () => {
    const path = join(folder(), 'a.db');
    const before = await opened(path);
    const [first, second] = [await before.beginRun(at(0), SUMMARY), await before.beginRun(at(1), SUMMARY)];
    await before.finishRun(first, FINISHED);
    const after = await opened(path);
    expect(await after.markInterrupted()).toEqual([second]);
    expect((await after.runs(undefined, 10)).map(({ id, state }) => [id, state])).toEqual([
      [second, 'interrupted'],
      [first, 'finished'],
    ]);
    expect(await after.run(first)).toMatchObject({ ...SUMMARY, report: '{"a":1}', endedAt: FINISHED.endedAt });
    expect([await after.record(first), await after.record(second), await after.run(99)]).toEqual([
      'line\n',
      null,
      null,
    ]);
  });

  test('are read one by one, the newest first, also while they are deleted', async () => {
    const store = await opened();
    for (const second of [0, 1, 2]) await store.finishRun(await store.beginRun(at(second), SUMMARY), FINISHED);
    const running = await store.beginRun(at(3), SUMMARY);
    expect(await store.isRunning()).toBe(true);
    const seen: number[] = [];
    for await (const { id, report } of store.everyRun()) {
      seen.push(id);
      expect(report).toBe(id === running ? null : FINISHED.report);
      if (id === 3) await store.removeRun(2);
    }
    expect(seen).toEqual([4, 3, 1]);
    await store.finishRun(running, FINISHED);
    expect(await store.isRunning()).toBe(false);
  });

  test('come in pages, one more telling that there are older ones', async () => {
    const store = await opened();
    for (const second of [0, 1, 2, 3]) await store.beginRun(at(second), SUMMARY);
    expect((await store.runs(undefined, 2)).map(({ id }) => id)).toEqual([4, 3, 2]);
    expect((await store.runs(3, 2)).map(({ id }) => id)).toEqual([2, 1]);
  });

  test('are found by what they came to, in pages, too', async () => {
    const store = await opened();
    for (const verdict of ['supported', 'unsupported', 'supported', null, 'supported'] as const) {
      const id = await store.beginRun(at(0), { ...SUMMARY, verdict });
      if (verdict !== null) await store.finishRun(id, { ...FINISHED, summary: { ...SUMMARY, verdict } });
    }
    await store.markInterrupted();
    const found = async (...asked: Parameters<Store['runs']>) => (await store.runs(...asked)).map(({ id }) => id);
    expect(await found(undefined, 1, 'supported')).toEqual([5, 3]);
    expect(await found(5, 9, 'supported')).toEqual([3, 1]);
    expect(await found(undefined, 9, 'interrupted')).toEqual([4]);
    expect(await found(undefined, 9, 'cancelled')).toEqual([]);
  });

  test('are deleted when they are too many or too old, but never the one that runs', async () => {
    const store = await opened();
    const running = await store.beginRun(at(0), SUMMARY);
    for (const second of [1, 2, 3]) await store.finishRun(await store.beginRun(at(second), SUMMARY), FINISHED);
    await store.prune(2, null);
    expect((await store.runs(undefined, 9)).map(({ id }) => id)).toEqual([4, 3, running]);
    await store.prune(9, at(3));
    expect((await store.runs(undefined, 9)).map(({ id }) => id)).toEqual([4, running]);
    expect([await store.removeRun(running), await store.removeRun(4), await store.removeRun(4)]).toEqual([
      ...[false, true, false],
    ]);
  });
});

test('many runs that are deleted do not hold up the rest', async () => {
  const store = await opened();
  for (let run = 0; run < 100; run++) await store.finishRun(await store.beginRun(at(run % 60), SUMMARY), FINISHED);
  let turns = 0;
  const between = () => {
    turns++;
    next = setImmediate(between);
  };
  let next = setImmediate(between);
  await store.prune(50, null);
  await store.removeRuns();
  clearImmediate(next);
  expect(await store.runs(undefined, 9)).toEqual([]);
  expect(turns).toBeGreaterThanOrEqual(5);
});

describe('settings', () => {
  test.each(['{"isOn": 1}', '{', 'null'])(
    'that cannot be read, %s, are told, stand in by the defaults, and stay',
    async (value) => {
      const store = await opened();
      await store.writeSettings('router', { ...DEFAULTS.router, product: 'fritzbox' });
      await store.writeSettings('schedule', DEFAULTS.schedule);
      await store.database.updateTable('settings').set({ value }).where('section', '=', 'schedule').execute();
      const settings = await store.settings();
      expect([settings.schedule, settings.router.product]).toEqual([DEFAULTS.schedule, 'fritzbox']);
      expect(await store.unreadSections()).toEqual(['schedule']);
      const rows = await store.database.selectFrom('settings').selectAll().execute();
      expect(rows.find(({ section }) => section === 'schedule')?.value).toBe(value);
    },
  );

  test('are the defaults until somebody changes a section, and where a section cannot be read', async () => {
    const store = await opened();
    expect(await store.settings()).toEqual(DEFAULTS);
    const router = { product: 'pfsense', wanInterface: 'igb0' };
    await store.writeSettings('router', { product: 'any', wanInterface: null });
    await store.writeSettings('router', router);
    await store.database.insertInto('settings').values({ section: 'pbx', value: '{"profile":7}' }).execute();
    expect(await store.settings()).toEqual({ ...DEFAULTS, router });
  });
});

test.each([
  [{ kind: 'stun' }, { kind: 'stun' }],
  [
    { kind: 'static', address: '203.0.113.44' },
    { kind: 'static', ipv4: '203.0.113.44', ipv6: null },
  ],
  [
    { kind: 'static', address: '2001:db8::44' },
    { kind: 'static', ipv4: null, ipv6: '2001:db8::44' },
  ],
])('a public address of the first version is kept: %j', async (before, after) => {
  const path = join(folder(), 'a.db');
  const driver = await openDriver(path);
  driver?.exec(MIGRATIONS[0] ?? '');
  driver?.exec(`insert into settings values
    ('network', '${JSON.stringify({ ...DEFAULTS.network, publicAddress: before })}'), ('pbx', 'no JSON')`);
  driver?.exec('pragma user_version = 1');
  driver?.close();
  const store = await opened(path);
  expect((await store.settings()).network).toEqual({ ...DEFAULTS.network, publicAddress: after });
  expect(await store.unreadSections()).toEqual(['pbx']);
});

describe('a file that cannot be used', () => {
  test('is left as it is: of a newer version', async () => {
    const path = join(folder(), 'a.db');
    const driver = await openDriver(path);
    driver?.exec('pragma user_version = 99');
    driver?.close();
    const bytes = readFileSync(path);
    expect(await openDatabase(path)).toMatchObject({ error: { kind: 'newer', version: 99 } });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('is left as it is: something else', async () => {
    const path = join(folder(), 'a.db');
    writeFileSync(path, 'somebody else’s file, longer than a header of SQLite is; '.repeat(20));
    const bytes = readFileSync(path);
    expect(await openDatabase(path)).toEqual({ kind: 'error', error: { kind: 'not-a-database' } });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('has a name: a folder that is not there', async () => {
    const problem = { kind: 'unusable', code: 'SQLITE_CANTOPEN' };
    expect(await openDatabase(join(folder(), 'none', 'a.db'))).toEqual({ kind: 'error', error: problem });
  });

  test('is in use by another console', async () => {
    const path = join(folder(), 'a.db');
    await opened(path, true);
    expect(await openDatabase(path)).toEqual({ kind: 'error', error: { kind: 'in-use' } });
  });
});
