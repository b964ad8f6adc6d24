import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { Sessions, Users } from './account/index.ts';
import { signInHandlers } from './account/sign-in.ts';
import type { EventSink } from './handler.ts';
import type { Database } from './store/index.ts';
import { Browser, PASSWORD, testConsole } from './test-console.ts';

const HOUR = 3_600_000;

/** As a full disk would: nothing can be written into that table any more. */
const fill = (database: Database, table: 'sessions' | 'tokens' | 'audit', what: 'update' | 'insert') =>
  sql.raw(`create trigger full before ${what} on ${table} begin select raise(abort, 'full'); end`).execute(database);

test('whoever is signed in can still look and cancel where the disk is full', async () => {
  const console = await testConsole();
  const browser = await new Browser(console).setUp();
  const token = (await browser.ask('POST', 'tokens', { name: 'nagios', role: 'viewer' })).body.secret;
  await fill(console.store.database, 'tokens', 'update');
  const byToken = { authorization: `Bearer ${token}` };
  expect((await new Browser(console).ask('GET', 'settings', undefined, byToken)).status).toBe(200);
  await sql.raw('drop trigger full').execute(console.store.database);
  await fill(console.store.database, 'sessions', 'update');
  console.now += HOUR;
  expect((await browser.ask('GET', 'settings')).status).toBe(200);
});

test('what was done is told as done, even if it cannot be written down', async () => {
  const console = await testConsole();
  const browser = await new Browser(console).setUp();
  await fill(console.store.database, 'audit', 'insert');
  const made = await browser.ask('POST', 'tokens', { name: 'nagios', role: 'viewer' });
  expect([made.status, typeof made.body.secret]).toEqual([201, 'string']);
  expect(console.failures).toHaveLength(1);
});

test.each([
  ['signed out', async (admin: Browser) => admin.ask('DELETE', 'session')],
  ['removed', async (admin: Browser) => admin.ask('DELETE', 'users/2')],
  ['given another password', async (admin: Browser) => admin.ask('PATCH', 'users/2', { password: `${PASSWORD}!` })],
])('whoever is %s follows no run any longer', async (what, change) => {
  const timers: (() => void)[] = [];
  let [now, isClosed, chance] = [0, false, 0];
  const sinks: EventSink[] = [];
  const console = await testConsole({
    system: {
      clock: {
        now: () => now,
        date: () => new Date(now),
        at: (_, then) => {
          timers.push(then);
          return { cancel: () => undefined };
        },
      },
      random: (count) => Uint8Array.from({ length: count }, () => (chance = (chance * 31 + 7) % 251)),
    },
    handlers: {
      runEvents: async () => ({
        kind: 'events',
        open: (sink) => {
          sinks.push(sink);
          return () => {
            isClosed = true;
          };
        },
      }),
    },
  });
  const admin = await new Browser(console).setUp();
  await admin.ask('POST', 'users', { name: 'vera', password: PASSWORD, role: 'viewer' });
  const vera = await new Browser(console).signIn('vera');
  const reading = vera.ask('GET', 'runs/1/events');
  while (sinks.length === 0) await new Promise(setImmediate);
  now += 15_000;
  timers.shift()?.();
  await new Promise((done) => setTimeout(done, 20));
  expect(isClosed).toBe(false);
  await change(what === 'signed out' ? vera : admin);
  timers.shift()?.();
  const { status, text } = await reading;
  expect([status, text, isClosed]).toEqual([200, ': here\n\n: here\n\n', true]);
});

test('a sign-in that nobody looked at, since there were too many, makes no wait longer', async () => {
  const { store } = await testConsole();
  const system = {
    clock: { now: () => 0, date: () => new Date(0), at: () => ({ cancel: () => undefined }) },
    random: (count: number) => new Uint8Array(count),
  };
  let looked = 0;
  const { signIn } = signInHandlers({
    ...{ system, store, version: '1', setUpToken: 'x' },
    users: new Users(store.database, () => ''),
    sessions: new Sessions(store.database, system),
    passwords: {
      hash: async () => 'busy',
      verify: () => {
        looked += 1;
        return Promise.resolve('busy');
      },
    },
  });
  const visitor = { address: '127.0.0.1', session: null };
  const call = { body: { name: 'ada', password: 'x' }, visitor } as Parameters<typeof signIn>[0];
  for (let count = 0; count < 10; count += 1)
    expect(await signIn(call)).toMatchObject({ status: 429, facts: { seconds: 1 } });
  expect(looked).toBe(10);
});
