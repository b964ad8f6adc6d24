import { describe, expect, test } from 'vitest';
import { ROUTES, type Route, type RouteName } from './api/index.ts';
import { json } from './handler.ts';
import { urlsOf } from './start.ts';
import { DEFAULTS } from './store/index.ts';
import { Browser, PASSWORD, testConsole } from './test-console.ts';

const urlOf = ({ path }: Route): string => path.slice(1).replace('{id}', '1').replace('{section}', 'router');
const routes = Object.entries<Route>(ROUTES) as [RouteName, Route][];

describe('nobody in particular', () => {
  const closed = routes.filter(([, { access }]) => access !== 'public');

  test('may ask for what is public, and nothing else', async () => {
    const browser = new Browser(await testConsole());
    const asked = await Promise.all(closed.map(([, route]) => browser.ask(route.method, urlOf(route))));
    expect(asked.map(({ status, body }) => [status, body.code])).toEqual(closed.map(() => [401, 'not-signed-in']));
    expect(await browser.ask('GET', 'state')).toMatchObject({ body: { isSetUp: false, user: null, csrf: null } });
  });

  test('cannot set the first password without the link, nor twice with it', async () => {
    const console = await testConsole();
    const browser = new Browser(console);
    const wrong = { token: 'x', name: 'eve', password: PASSWORD };
    expect(await browser.ask('POST', 'setup', wrong)).toMatchObject({
      status: 403,
      body: { code: 'wrong-setup-link' },
    });
    const both = { token: console.setUpToken, name: 'ada', password: PASSWORD };
    const twice = await Promise.all([browser.ask('POST', 'setup', both), browser.ask('POST', 'setup', both)]);
    expect(twice.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await browser.ask('POST', 'setup', { ...both, name: 'eve' })).status).toBe(409);
  });

  test('cannot become a second admin by the same link at the same moment', async () => {
    const console = await testConsole();
    const setUp = (name: string) =>
      new Browser(console).ask('POST', 'setup', { token: console.setUpToken, name, password: PASSWORD });
    const both = await Promise.all(['ada', 'eve'].map(setUp));
    expect(both.map(({ status, body }) => [status, body.code])).toContainEqual([409, 'already-set-up']);
    expect(await console.store.database.selectFrom('users').select('name').execute()).toHaveLength(1);
  });

  test('with a token that was made up is refused, even beside a good cookie', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    expect((await browser.ask('GET', 'users')).status).toBe(200);
    for (const given of [`Bearer ${'a'.repeat(43)}`, 'Bearer', 'Basic YTpi', ''])
      expect((await browser.ask('GET', 'users', undefined, { authorization: given })).status).toBe(401);
  });
});

describe('a viewer', () => {
  test('sees what is for viewers, and changes nothing', async () => {
    const console = await testConsole();
    const admin = await new Browser(console).setUp();
    await admin.ask('POST', 'users', { name: 'Vera', password: PASSWORD, role: 'viewer' });
    const viewer = await new Browser(console).signIn('vera');
    const forAdmins = routes.filter(([, { access }]) => access === 'admin');
    const asked = await Promise.all(forAdmins.map(([, route]) => viewer.ask(route.method, urlOf(route))));
    expect(asked.map(({ status, body }) => [status, body.code])).toEqual(forAdmins.map(() => [403, 'not-allowed']));
    expect((await viewer.ask('GET', 'settings')).status).toBe(200);
  });
});

describe('a session', () => {
  test('is a cookie that no script reads and no other site sends', async () => {
    const console = await testConsole();
    const admin = await new Browser(console).setUp();
    const { headers } = await admin.ask('POST', 'session', { name: 'ada', password: PASSWORD });
    expect(headers['set-cookie']).toMatch(/^fullcone=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(JSON.stringify(await console.store.database.selectFrom('sessions').selectAll().execute())).not.toContain(
      admin.cookie?.split('=')[1],
    );
  });

  test('is a cookie for TLS alone behind a proxy, of a name that only such a server can set', async () => {
    const console = await testConsole({ behindProxy: true });
    const token = console.setUpToken;
    const { headers } = await new Browser(console).ask('POST', 'setup', { token, name: 'ada', password: PASSWORD });
    expect(headers['set-cookie']).toMatch(/^__Host-fullcone=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });

  test('changes nothing without its CSRF token, but a token of the API does', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    const { secret } = (await browser.ask('POST', 'tokens', { name: 'nagios', role: 'admin' })).body;
    for (const csrf of ['', 'x'.repeat(43)])
      expect(await browser.ask('DELETE', 'data', undefined, { 'x-csrf-token': csrf })).toMatchObject({
        status: 403,
        body: { code: 'csrf' },
      });
    expect((await browser.ask('DELETE', 'data')).status).toBe(204);
    browser.cookie = null;
    browser.csrf = null;
    expect((await browser.ask('DELETE', 'data', undefined, { authorization: `Bearer ${secret}` })).status).toBe(204);
  });

  test('is not for requests that another site began', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    for (const site of ['cross-site', 'same-site'])
      expect((await browser.ask('GET', 'state', undefined, { 'sec-fetch-site': site })).status).toBe(403);
    expect((await browser.ask('GET', 'state', undefined, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('ends when nobody uses it, at last in any case, and by signing out', async () => {
    const console = await testConsole();
    const hour = 3_600_000;
    const browser = await new Browser(console).setUp();
    const signedIn = async () => (await browser.ask('GET', 'settings')).status === 200;
    console.now += 11 * hour;
    expect(await signedIn()).toBe(true);
    console.now += 11 * hour;
    expect(await signedIn()).toBe(true);
    console.now += 12 * hour + 1;
    expect(await signedIn()).toBe(false);

    await browser.signIn();
    for (let used = 0; used < 17; used += 1) {
      expect(await signedIn()).toBe(true);
      console.now += 10 * hour;
    }
    expect(await signedIn()).toBe(false);

    await browser.signIn();
    const old = browser.cookie;
    expect((await browser.ask('DELETE', 'session')).status).toBe(204);
    browser.cookie = old;
    expect(await signedIn()).toBe(false);
  });

  test('does not go on under another name, and none that is over is kept', async () => {
    const console = await testConsole();
    const browser = await new Browser(console).setUp();
    const old = browser.cookie;
    await browser.signIn();
    const [now, csrf] = [browser.cookie, browser.csrf];
    const ask = async (cookie: string | null) => {
      browser.cookie = cookie;
      return (await browser.ask('GET', 'settings')).status;
    };
    expect([await ask(old), await ask(now), now === old, csrf === null]).toEqual([401, 200, false, false]);
    console.now += 13 * 3_600_000;
    await browser.signIn();
    expect(await console.store.database.selectFrom('sessions').select('hash').execute()).toHaveLength(1);
  });

  test('of the same user elsewhere ends with the password, and with the user', async () => {
    const console = await testConsole();
    const [here, there] = [await new Browser(console).setUp(), await new Browser(console).signIn()];
    const change = { current: PASSWORD, password: 'another long one' };
    expect((await here.ask('POST', 'me/password', { ...change, current: 'wrong' })).status).toBe(403);
    expect((await here.ask('POST', 'me/password', change)).status).toBe(204);
    expect((await here.ask('GET', 'settings')).status).toBe(200);
    expect((await there.ask('GET', 'settings')).status).toBe(401);

    const { id } = (await here.ask('POST', 'users', { name: 'bob', password: PASSWORD, role: 'admin' })).body;
    const bob = await new Browser(console).signIn('bob');
    expect((await here.ask('DELETE', `users/${id}`)).status).toBe(204);
    expect((await bob.ask('GET', 'settings')).status).toBe(401);
  });
});

describe('a sign-in', () => {
  const failed = { name: 'ada', password: 'guess' };

  test('waits longer and longer after wrong passwords, for that name and address alone, and never long', async () => {
    const console = await testConsole({ behindProxy: true });
    await new Browser(console).setUp();
    const guess = (from: string, name = 'ada', password = 'guess') =>
      new Browser(console).ask('POST', 'session', { name, password }, { 'x-forwarded-for': `198.51.100.66, ${from}` });
    const waits: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      const { status, body } = await guess('203.0.113.7');
      if (status === 429) {
        waits.push(body.facts.seconds);
        console.now += body.facts.seconds * 1_000;
      }
    }
    expect(waits).toEqual([1, 2, 4, 8, 16]);
    for (let count = 0; count < 20; count += 1) {
      const { body } = await guess('203.0.113.7', 'ADA ');
      console.now += (body.facts.seconds ?? 0) * 1_000;
      expect(body.facts.seconds ?? 0).toBeLessThanOrEqual(30);
    }
    console.now += 30_000;
    expect((await guess('203.0.113.7', 'ada', PASSWORD)).status).toBe(200);
    expect((await guess('203.0.113.8', 'ada', PASSWORD)).status).toBe(200);
  });

  test('does not tell a wrong name from a wrong password, and both are written down', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    const [name, password] = [
      await browser.ask('POST', 'session', { ...failed, name: 'nobody' }),
      await browser.ask('POST', 'session', failed),
    ];
    expect([name.status, name.text]).toEqual([password.status, password.text]);
    const { items } = (await browser.ask('GET', 'audit')).body;
    expect(items.slice(0, 3)).toMatchObject([
      { by: 'ada', what: 'sign-in.failed', facts: {}, address: '127.0.0.1' },
      { by: 'console', what: 'sign-in.failed', facts: { name: 'nobody' } },
      { by: 'ada', what: 'console.set-up' },
    ]);
  });
});

describe('the last admin', () => {
  test('stays', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    const lastAdmin = { status: 409, body: { code: 'last-admin' } };
    expect(await browser.ask('PATCH', 'users/1', { role: 'viewer' })).toMatchObject(lastAdmin);
    expect(await browser.ask('DELETE', 'users/1')).toMatchObject(lastAdmin);
    expect((await browser.ask('POST', 'users', { name: 'ADA', password: PASSWORD, role: 'viewer' })).status).toBe(409);
  });
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:5478/', 'http://127.0.0.1:5478/'],
  ['::1', 'http://[::1]:5478/', 'http://[::1]:5478/'],
  ['0.0.0.0', 'http://localhost:5478/', null],
  ['::', 'http://localhost:5478/', null],
])('listening at %s, it gives links that lead somewhere', (host, here, forOthers) => {
  expect(urlsOf({ host, port: 5478 }, false)).toEqual({ here, forOthers });
});

test('whoever takes minutes to say what they want is cut off', async () => {
  const { app } = await testConsole();
  expect(app.server.requestTimeout).toBe(30_000);
});

describe('a secret', () => {
  const mail = {
    ...{
      to: ['a@example.org'],
      from: 'b@example.org',
      host: 'mail.example.org',
      port: 465,
      security: 'tls',
      user: 'u',
    },
    password: 'PA55',
  };
  const given = { ...DEFAULTS.notifications, mail, webhook: { url: 'https://example.org/', secret: 'PA55' } };

  test('goes in and never out, and stays when it is not given again, but not for another server', async () => {
    const console = await testConsole();
    const browser = await new Browser(console).setUp();
    const { secret } = (await browser.ask('POST', 'tokens', { name: 't', role: 'viewer' })).body;
    expect((await browser.ask('PUT', 'settings/notifications', given)).status).toBe(200);
    const shown = (await browser.ask('GET', 'settings')).body.notifications;
    expect(shown).toMatchObject({ mail: { password: null }, webhook: { secret: null } });
    const paths = ['settings', 'data', 'audit', 'tokens', 'users'];
    const texts = (await Promise.all(paths.map((path) => browser.ask('GET', path)))).map(({ text }) => text).join();
    expect(texts).toContain('mail.example.org');
    for (const hidden of ['PA55', secret, PASSWORD, 'argon2', browser.csrf]) expect(texts).not.toContain(hidden);

    await browser.ask('PUT', 'settings/notifications', shown);
    expect((await console.store.settings()).notifications.mail?.password).toBe('PA55');
    await browser.ask('PUT', 'settings/notifications', { ...shown, mail: { ...shown.mail, host: 'evil.example' } });
    expect((await console.store.settings()).notifications.mail?.password).toBe(null);
  });

  test('is not sent in the clear because somebody has switched off what protected it', async () => {
    const console = await testConsole();
    const browser = await new Browser(console).setUp();
    await browser.ask('PUT', 'settings/notifications', given);
    const open = { ...mail, security: 'none', password: null };
    await browser.ask('PUT', 'settings/notifications', { ...given, mail: open });
    expect((await console.store.settings()).notifications.mail).toMatchObject({ security: 'none', password: null });
  });

  test('in the path of a webhook is for those who may change it', async () => {
    const console = await testConsole();
    const admin = await new Browser(console).setUp();
    const url = 'https://hooks.example.org/services/T000/B000';
    await admin.ask('PUT', 'settings/notifications', { ...given, webhook: { url, secret: null } });
    await admin.ask('POST', 'users', { name: 'Vera', password: PASSWORD, role: 'viewer' });
    const viewer = await new Browser(console).signIn('vera');
    const seenBy = async (who: Browser) => (await who.ask('GET', 'settings')).body.notifications.webhook.url;
    expect([await seenBy(admin), await seenBy(viewer)]).toEqual([url, 'https://hooks.example.org/']);
  });
});

describe('what is sent', () => {
  test('is refused with the places where it is not as agreed', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    expect(await browser.ask('POST', 'tokens', { name: '', role: 'god', more: 1 })).toMatchObject({
      status: 400,
      body: {
        code: 'invalid',
        fields: [
          { path: 'name', code: 'too_small' },
          { path: 'role', code: 'invalid_value' },
          { path: 'more', code: 'unrecognized_keys' },
        ],
      },
    });
    const wrong = { product: 'any', wanInterface: null, more: 1 };
    expect((await browser.ask('PUT', 'settings/router', wrong)).body.fields).toEqual([
      { path: 'more', code: 'unrecognized_keys' },
    ]);
    expect((await browser.ask('PUT', 'settings/nothing', {})).status).toBe(400);
    const cron = { ...DEFAULTS.schedule, cron: '61 25 * * *' };
    expect((await browser.ask('PUT', 'settings/schedule', cron)).body.fields).toEqual([
      { path: 'cron', code: 'invalid_format' },
    ]);
    expect((await browser.ask('GET', 'audit?limit=1&limit=2')).status).toBe(400);
  });

  test('is JSON, and not large', async () => {
    const browser = new Browser(await testConsole());
    const send = (type: string, payload: string) =>
      browser.ask('POST', 'session', payload, { 'content-type': type }).then(({ status }) => status);
    expect(await send('text/plain', '{}')).toBe(415);
    expect(await send('application/x-www-form-urlencoded', 'a=b')).toBe(415);
    expect(await send('application/json', '{')).toBe(400);
    expect(await send('application/json', '{"__proto__":{"a":1}}')).toBe(400);
    expect(await send('application/json', `"${'a'.repeat(300_000)}"`)).toBe(413);
  });

  test('comes not too often', async () => {
    const browser = new Browser(await testConsole({ most: 3 }));
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await browser.ask('GET', 'state')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test('is meant for this machine, not for a name that leads here', async () => {
    const browser = new Browser(await testConsole());
    const own = ['localhost', '127.0.0.1:5478', '127.0.1.1:5478', '[::1]:5478'];
    const foreign = ['evil.example', 'localhost.evil.example', '127.0.1.1.evil.example', '10.0.0.1'];
    const ask = async (host: string) => [host, (await browser.ask('GET', 'state', undefined, { host })).status];
    expect(await Promise.all(own.map(ask))).toEqual(own.map((host) => [host, 200]));
    expect(await Promise.all(foreign.map(ask))).toEqual(foreign.map((host) => [host, 403]));
  });
});

describe('an answer', () => {
  test('has its headers, and tells of itself no more than it must', async () => {
    const { headers } = await new Browser(await testConsole()).ask('GET', 'state');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';" +
        "manifest-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('server');
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  test('to a fault of ours has no trace of it; a full disk is told', async () => {
    const ports = () => Promise.reject(new Error('at /secret/path.ts'));
    const nat = () => Promise.reject(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }));
    const console = await testConsole({ handlers: { ports, nat } });
    const browser = await new Browser(console).setUp();
    const answer = await browser.ask('GET', 'tools/ports');
    expect([answer.status, answer.body]).toEqual([500, { code: 'internal', facts: {}, fields: [] }]);
    expect(await browser.ask('POST', 'tools/nat', { server: 'a' })).toMatchObject({
      status: 503,
      body: { code: 'storage' },
    });
    expect(console.failures).toHaveLength(2);
  });

  test('says which methods there are, and that there is nothing', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    const put = await browser.ask('PUT', 'users');
    expect([put.status, put.headers['allow'], put.body.code]).toEqual([405, 'GET, POST', 'no-such-method']);
    expect((await browser.ask('GET', 'nothing')).status).toBe(404);
  });

  test('is written down where somebody changed something, without what was typed as a secret', async () => {
    const startRun = () => Promise.resolve(json({ id: 7, joined: false }, 201));
    const browser = await new Browser(await testConsole({ handlers: { startRun } })).setUp();
    await browser.ask('POST', 'runs', { scope: { kind: 'all' } });
    await browser.ask('POST', 'users', { name: 'bob', password: 'PA55-PA55-PA55', role: 'viewer' });
    await browser.ask('PUT', 'settings/router', { product: 'any', wanInterface: null });
    await browser.ask('PUT', 'settings/router', { product: 7 });
    const { text, body } = await browser.ask('GET', 'audit');
    expect(text).not.toContain('PA55');
    expect(body.items).toMatchObject([
      { by: 'ada', what: 'settings.changed', facts: { section: 'router' } },
      { by: 'ada', what: 'user.added', facts: { id: 2, name: 'bob', role: 'viewer' } },
      { by: 'ada', what: 'run.started', facts: { id: 7, joined: false } },
      { by: 'ada', what: 'console.set-up' },
    ]);
  });
});

describe('all data', () => {
  test('stays while a run goes on', async () => {
    const console = await testConsole();
    const browser = await new Browser(console).setUp();
    const summary = { by: { kind: 'user', name: 'ada' }, scope: { kind: 'all' }, mode: null, verdict: null } as const;
    await console.store.beginRun('2026-01-01T00:00:00.000Z', {
      ...summary,
      ...{ reason: null, durationMs: null, counts: null, headline: null },
    });
    const code = 'run-in-progress';
    expect(await browser.ask('DELETE', 'data')).toMatchObject({ status: 409, body: { code } });
    expect(await console.store.runs(undefined, 9)).toHaveLength(1);
  });

  test('is one document, however many runs there are, and each of them is read when it is sent', async () => {
    const console = await testConsole();
    const browser = await new Browser(console).setUp();
    const summary = { by: { kind: 'user', name: 'ada' }, scope: { kind: 'all' }, mode: null, verdict: null } as const;
    const rest = { reason: null, durationMs: null, counts: null, headline: null };
    for (let count = 0; count < 3; count += 1) {
      const id = await console.store.beginRun('2026-01-01T00:00:00.000Z', { ...summary, ...rest });
      const finished = { endedAt: '2026-01-01T00:00:09.000Z', summary: { ...summary, ...rest }, record: null };
      if (count < 2) await console.store.finishRun(id, { ...finished, report: `{"a":${count}}` });
    }
    const { body, headers } = await browser.ask('GET', 'data');
    expect(headers['content-disposition']).toBe('attachment; filename="fullcone-data.json"');
    expect(body).toMatchObject({
      ...{ format: 'fullcone.data/1', users: [{ name: 'ada' }], audit: [{ what: 'console.set-up' }] },
      runs: [
        { id: 3, state: 'running', report: null },
        { id: 2, report: { a: 1 } },
        { id: 1, report: { a: 0 } },
      ],
    });
  });
});
