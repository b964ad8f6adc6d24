import { type AddressInfo, createServer } from 'node:net';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EMBEDDED } from '../../app/index.ts';
import { FORWARDED } from '../../app/test-lab.ts';
import { err } from '../../base/index.ts';
import { notifyHandlers } from '../notify/index.ts';
import type { Store } from '../store/index.ts';
import { Scheduler } from './schedule.ts';
import { ALL, BY, callOf, openConsole } from './test-console.ts';

/** As a full disk would. */
const fill = ({ database }: Store, what: 'update' | 'insert') =>
  sql.raw(`create trigger full before ${what} on runs begin select raise(abort, 'full'); end`).execute(database);
const makeRoom = ({ database }: Store) => sql.raw('drop trigger full').execute(database);

describe('where the disk is full', () => {
  test('a run that is over is stored as soon as there is room', async () => {
    const { lab, store, manager } = await openConsole();
    await lab.run(manager.start(ALL, BY));
    await fill(store, 'update');
    await lab.advance(60_000);
    expect([manager.runningId, (await store.run(1))?.state]).toEqual([null, 'running']);
    await makeRoom(store);
    await lab.advance(10_000);
    await lab.run(manager.idle());
    expect(await store.run(1)).toMatchObject({ state: 'finished', verdict: 'supported' });
    expect(await store.record(1)).not.toBeNull();
  });

  test('the console ends nevertheless, and stores it then if it can', async () => {
    const { lab, store, manager } = await openConsole();
    await lab.run(manager.start(ALL, BY));
    await fill(store, 'update');
    await lab.advance(60_000);
    await makeRoom(store);
    await manager.close();
    expect(await store.run(1)).toMatchObject({ state: 'finished', verdict: 'supported' });
  });

  test('a run that cannot begin leaves no reflector behind', async () => {
    const { lab, store, manager } = await openConsole();
    const wish = { ...ALL, servers: [EMBEDDED.name] };
    await fill(store, 'insert');
    await expect(lab.run(manager.start(wish, BY))).rejects.toThrow('full');
    expect(lab.leftOpen()).toBe(0);
  });

  test('the schedule goes on', async () => {
    const { lab, store, manager } = await openConsole();
    const failures: unknown[] = [];
    await store.writeSettings('schedule', { isOn: true, cron: '0 * * * *', quiet: null, mayStopServices: false });
    const scheduler = new Scheduler(
      lab.pbx,
      () => store.settings(),
      manager,
      (error) => failures.push(error),
    );
    scheduler.open();
    await fill(store, 'insert');
    await lab.advance(3_700_000);
    expect([failures.length, await store.runs(undefined, 1)]).toEqual([1, []]);
    const why = { by: 'console', what: 'schedule.refused', facts: { code: 'storage' } };
    expect(await store.audit(undefined, 5)).toMatchObject([why]);
    await makeRoom(store);
    await lab.advance(3_600_000);
    scheduler.close();
    expect(await store.runs(undefined, 1)).toMatchObject([{ state: 'finished' }]);
  });
});

test.each([false, true])(
  'a check of the schedule that fails stands in the log where there is room: full %s',
  async (isFull) => {
    const { lab, store, manager } = await openConsole();
    const failures: unknown[] = [];
    await store.writeSettings('schedule', { isOn: true, cron: '0 * * * *', quiet: null, mayStopServices: false });
    manager.start = () => Promise.reject(new Error('a bug'));
    if (isFull) manager.note = () => Promise.reject(new Error('full'));
    const scheduler = new Scheduler(
      lab.pbx,
      () => store.settings(),
      manager,
      (error) => failures.push(error),
    );
    scheduler.open();
    await lab.advance(3_700_000);
    await lab.advance(3_600_000);
    scheduler.close();
    expect(failures.map(String)).toEqual(
      isFull ? ['Error: a bug', 'Error: full', 'Error: a bug', 'Error: full'] : ['Error: a bug', 'Error: a bug'],
    );
    const noted = (await store.audit(undefined, 5)).map(({ facts }) => facts);
    expect(noted).toEqual(isFull ? [] : [{ code: 'internal' }]);
  },
);

test('what the system said of a check that could not begin stands beside the reason, not in its place', async () => {
  const { lab, store, manager } = await openConsole();
  await store.writeSettings('schedule', { isOn: true, cron: '0 * * * *', quiet: null, mayStopServices: false });
  const facts = { why: 'live-permission', code: 'EPERM' };
  manager.start = () => Promise.resolve(err({ status: 409, code: 'cannot-run', facts }));
  const scheduler = new Scheduler(lab.pbx, () => store.settings(), manager);
  scheduler.open();
  await lab.advance(3_700_000);
  scheduler.close();
  const [noted] = await store.audit(undefined, 1);
  expect(noted?.facts).toEqual({ why: 'live-permission', reason: 'EPERM', code: 'cannot-run' });
});

test('the run before is forgotten only when the next one was compared with it', async () => {
  const seen: number[][] = [];
  const console = await openConsole(FORWARDED, {
    whenOver: async () => {
      seen.push((await console.store.runs(undefined, 10)).map(({ id }) => id));
    },
  });
  const { general } = await console.store.settings();
  await console.store.writeSettings('general', { ...general, retention: { runs: 1, days: null } });
  await console.run();
  await console.run();
  expect(seen).toEqual([[1], [2, 1]]);
});

test('the console ends when every run has been told of, not only the last one', async () => {
  let tell: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const { lab, manager } = await openConsole(FORWARDED, {
    whenOver: ({ id }) => (id === 1 ? slow : Promise.resolve()),
  });
  await lab.run(manager.start(ALL, BY));
  await lab.advance(60_000);
  await lab.run(manager.start(ALL, BY));
  await lab.advance(60_000);
  let isClosed = false;
  const closing = manager.close().then(() => {
    isClosed = true;
  });
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  tell();
  await closing;
});

test('a password is not tried at another port of the same server', async () => {
  const { store } = await openConsole();
  let said = '';
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        said += data.toString();
        socket.write(/^EHLO/.test(data.toString()) ? '250-here\r\n250 AUTH PLAIN\r\n' : '535 no\r\n');
      });
    socket.write('220 here\r\n');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const mail = {
    ...{ to: ['a@pbx.example'], from: 'b@pbx.example', host: '127.0.0.1', port: 25, security: 'none' as const },
    ...{ user: 'ada', password: 'PA55' },
  };
  const notifications = { on: 'change' as const, language: 'en' as const, mail, webhook: null };
  await store.writeSettings('notifications', notifications);
  const { port } = server.address() as AddressInfo;
  const settings = { ...notifications, mail: { ...mail, port, password: null } };
  await notifyHandlers({ store }).testNotification(callOf({ body: { channel: 'mail', settings } as never }));
  expect(said).toMatch(/^EHLO/);
  expect(said).not.toContain(Buffer.from('\0ada\0PA55').toString('base64'));
});
