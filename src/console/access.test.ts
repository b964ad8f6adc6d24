import { describe, expect, test } from 'vitest';
import { type AuditEntry, ROUTES, type Route, type RouteName } from './api/index.ts';
import { empty, json } from './handler.ts';
import { Browser, PASSWORD, testConsole } from './test-console.ts';

/* What holds for every route, asked at every route. */

const routes = Object.entries<Route>(ROUTES) as [RouteName, Route][];
const closed = routes.filter(([, { access }]) => access !== 'public');
const forAdmins = routes.filter(([, { access }]) => access === 'admin');
const changing = closed.filter(([, { method }]) => method !== 'GET');

const urlOf = ({ path }: Route): string => path.slice(1).replace('{id}', '1').replace('{section}', 'router');
const refusals = (of: readonly unknown[], status: number, code: string) => of.map(() => [status, code]);

async function asked(browser: Browser, these: readonly [RouteName, Route][], headers: Record<string, string> = {}) {
  const answers = await Promise.all(these.map(([, route]) => browser.ask(route.method, urlOf(route), {}, headers)));
  return answers.map(({ status, body }) => [status, body?.code]);
}

async function tokenOf(console: Awaited<ReturnType<typeof testConsole>>, role: 'admin' | 'viewer') {
  const admin = await new Browser(console).setUp();
  const { secret } = (await admin.ask('POST', 'tokens', { name: 'nagios', role })).body;
  return { authorization: `Bearer ${secret}` };
}

describe('a token', () => {
  test('of a viewer gets no further than a viewer', async () => {
    const console = await testConsole();
    const byToken = await tokenOf(console, 'viewer');
    const browser = new Browser(console);
    expect(await asked(browser, forAdmins, byToken)).toEqual(refusals(forAdmins, 403, 'not-allowed'));
    expect((await browser.ask('GET', 'settings', undefined, byToken)).status).toBe(200);
  });

  test('that was revoked gets nowhere', async () => {
    const console = await testConsole();
    const byToken = await tokenOf(console, 'admin');
    const browser = new Browser(console);
    expect((await browser.ask('DELETE', 'tokens/1', undefined, byToken)).status).toBe(204);
    expect(await asked(browser, closed, byToken)).toEqual(refusals(closed, 401, 'not-signed-in'));
  });

  test('has neither a password nor a language to change', async () => {
    const console = await testConsole();
    const byToken = await tokenOf(console, 'admin');
    const browser = new Browser(console);
    const change = { current: PASSWORD, password: `${PASSWORD}!` };
    expect((await browser.ask('POST', 'me/password', change, byToken)).status).toBe(403);
    expect((await browser.ask('PATCH', 'me', { language: 'de' }, byToken)).status).toBe(403);
  });
});

describe('whatever changes something', () => {
  test.each([
    ['without a CSRF token', null],
    ['with another one', 'x'.repeat(43)],
  ])('is refused %s', async (_, csrf) => {
    const browser = await new Browser(await testConsole()).setUp();
    browser.csrf = csrf;
    expect(changing.length).toBeGreaterThan(15);
    expect(await asked(browser, changing)).toEqual(refusals(changing, 403, 'csrf'));
  });

  test('is refused where another site asks', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    const fromElsewhere = await asked(browser, routes, { 'sec-fetch-site': 'cross-site' });
    expect(fromElsewhere).toEqual(refusals(routes, 403, 'cross-site'));
  });
});

/** What leaves no line: one's own language and the end of one's own session; and what only asks. */
const UNWRITTEN: readonly RouteName[] = ['changeMe', 'planRun', 'testServer', 'testNotification', 'nat'];

describe('whatever was done', () => {
  const user = { name: 'bob', password: PASSWORD, role: 'viewer' };
  const done = [
    ['addUser', 'POST', 'users', user, 'user.added', { id: 2, name: 'bob', role: 'viewer' }],
    ['changeUser', 'PATCH', 'users/2', { role: 'admin' }, 'user.changed', { id: 2, name: 'bob', role: 'admin' }],
    [
      ...(['changeUser', 'PATCH', 'users/2', { password: `${PASSWORD}!` }, 'user.changed'] as const),
      { id: 2, name: 'bob', role: 'admin', password: true },
    ],
    ['removeUser', 'DELETE', 'users/2', undefined, 'user.removed', { id: 2, name: 'bob' }],
    ['addToken', 'POST', 'tokens', { name: 't', role: 'viewer' }, 'token.added', { id: 1, name: 't', role: 'viewer' }],
    ['removeToken', 'DELETE', 'tokens/1', undefined, 'token.removed', { id: 1, name: 't' }],
    ['changeSettings', 'PUT', 'settings/router', { product: 'any', wanInterface: null }, 'settings.changed'],
    ['startRun', 'POST', 'runs', { scope: { kind: 'all' } }, 'run.started', { id: 7, joined: false }],
    ['cancelRun', 'POST', 'runs/7/cancel', undefined, 'run.cancelled', { id: 7 }],
    ['removeRun', 'DELETE', 'runs/7', undefined, 'run.removed', { id: 7 }],
    ['removeData', 'DELETE', 'data', undefined, 'data.removed', {}],
    ['changePassword', 'POST', 'me/password', { current: PASSWORD, password: 'another long one' }, 'password.changed'],
  ] as const;

  test('is written down: by whom, from where, and what, for every route that changes something', async () => {
    const startRun = async () => json({ id: 7, joined: false }, 201);
    const handlers = { startRun, cancelRun: async () => empty(202), removeRun: async () => empty() };
    const browser = await new Browser(await testConsole({ handlers })).setUp();
    for (const [name, method, path, body] of done) {
      const { status } = await browser.ask(method, path, body);
      expect([name, status]).toEqual([name, expect.toSatisfy((code: number) => code < 300)]);
    }
    const { items } = (await browser.ask('GET', 'audit')).body;
    const lines = done.map(([, , , , what, facts = expect.anything()]) => ({
      ...{ id: expect.any(Number), at: '2026-01-01T00:00:00.000Z', by: 'ada', what, facts, address: '127.0.0.1' },
    }));
    expect(items.toReversed().slice(1)).toEqual(lines);
    const written = done.map(([name]) => name as RouteName);
    expect([...new Set(written), ...UNWRITTEN, 'signOut'].sort()).toEqual(changing.map(([name]) => name).sort());
  });

  test('who signed out, and who took all of the data along, is written down as well', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    expect((await browser.ask('GET', 'data')).status).toBe(200);
    expect((await browser.ask('DELETE', 'session')).status).toBe(204);
    const { items } = (await (await browser.signIn()).ask('GET', 'audit')).body;
    expect(items.map(({ by, what }: AuditEntry) => `${by} ${what}`)).toEqual([
      ...['ada sign-in.succeeded', 'ada sign-out.succeeded', 'ada data.exported', 'ada console.set-up'],
    ]);
  });

  test('by a token is told apart from what a user of that name did', async () => {
    const console = await testConsole();
    const byToken = await tokenOf(console, 'admin');
    await new Browser(console).ask('PUT', 'settings/router', { product: 'any', wanInterface: null }, byToken);
    const [line] = await console.store.audit(undefined, 1);
    expect(line).toMatchObject({ by: 'token nagios', what: 'settings.changed' });
  });
});
