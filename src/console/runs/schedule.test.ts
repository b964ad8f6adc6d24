import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FORWARDED, NOT_FORWARDED } from '../../app/test-lab.ts';
import type { Settings } from '../api/index.ts';
import { notifyHandlers, tellOf } from '../notify/index.ts';
import { signatureOf } from '../notify/send.ts';
import { receiveCalls, receiveMail } from '../notify/test-receivers.ts';
import { isCron, nextStart, Scheduler, unattended } from './schedule.ts';
import { ALL, BY, callOf, openConsole, type TestConsole } from './test-console.ts';

const zone = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterAll(() => {
  process.env['TZ'] = zone ?? 'UTC';
});

const HOURLY = { isOn: true, cron: '0 * * * *', quiet: null, mayStopServices: false };
const after = (schedule: object, moment: string) =>
  nextStart({ ...HOURLY, ...schedule }, new Date(moment))?.toISOString() ?? null;

describe('the next check that begins by itself', () => {
  test.each([
    ['every hour', {}, '2026-03-01T10:20:00Z', '2026-03-01T11:00:00.000Z'],
    ['by the clock on the wall', { cron: '30 2 * * *' }, '2026-01-01T00:00:00Z', '2026-01-01T01:30:00.000Z'],
    ['and in summer', { cron: '30 2 * * *' }, '2026-07-01T00:00:00Z', '2026-07-01T00:30:00.000Z'],
    [
      'not while it is quiet',
      { quiet: { from: '08:00', to: '18:00' } },
      '2026-03-01T06:30:00Z',
      '2026-03-01T17:00:00.000Z',
    ],
    ['over midnight', { quiet: { from: '22:00', to: '06:00' } }, '2026-03-01T20:30:00Z', '2026-03-02T05:00:00.000Z'],
    ['never, if it is off', { isOn: false }, '2026-03-01T10:20:00Z', null],
    [
      'never, if all of it is quiet',
      { cron: '0 3 * * *', quiet: { from: '02:00', to: '04:00' } },
      '2026-03-01T10:20:00Z',
      null,
    ],
    ['never, if nobody can read it', { cron: 'often, please' }, '2026-03-01T10:20:00Z', null],
  ])('is %s', (_, schedule, moment, expected) => {
    expect(after(schedule, moment)).toBe(expected);
  });

  test.each([
    ['0 2 * * *', true],
    ['*/15 8-18 * * 1-5', true],
    ['61 * * * *', false],
    ['0 0 31 2 *', false],
    ['* * * * * *', false],
    ['@daily', false],
  ])('is told by five fields: %s', (text, expected) => {
    expect(isCron(text)).toBe(expected);
  });
});

describe('unattended', () => {
  const settings = (mode: Settings['pbx']['mode'], mayStopServices: boolean) =>
    ({ pbx: { mode }, schedule: { ...HOURLY, mayStopServices } }) as Settings;

  test.each([
    ['exclusive', false, true, { mode: 'auto', mayStopServices: false }],
    ['exclusive', false, false, { mode: 'auto', mayStopServices: false, sample: 100 }],
    ['bind', false, true, { mode: 'bind', mayStopServices: false, sample: 100 }],
    ['exclusive', true, true, { mayStopServices: true }],
  ] as const)('%s, services may be stopped: %s, live is possible: %s', (mode, may, live, expected) => {
    expect(unattended(settings(mode, may), live)).toEqual({ scope: { kind: 'all' }, noWait: false, ...expected });
  });
});

/** With a schedule, and receivers of what is told. */
async function openUnattended(network = FORWARDED, language: 'en' | 'de' = 'en') {
  const [smtp, http] = [await receiveMail(), await receiveCalls()];
  const told: Promise<void>[] = [];
  const console: TestConsole = await openConsole(network, {
    whenOver: (run, report) => {
      const { store, manager, lab } = console;
      const link = (id: number) => `https://pbx.example/runs/${id}`;
      const telling = tellOf(run, report, {
        ...{ store, link, report: (id: number) => manager.report(id), now: () => lab.pbx.clock.date() },
      });
      told.push(telling);
      return telling;
    },
  });
  const { store, lab, manager } = console;
  const mail = { to: ['admin@pbx.example'], from: 'fullcone@pbx.example', host: '127.0.0.1', port: smtp.port };
  const notifications: Settings['notifications'] = {
    on: 'change',
    language,
    mail: { ...mail, security: 'none', user: null, password: null },
    webhook: { url: http.url, secret: 'of both' },
  };
  await store.writeSettings('notifications', notifications);
  await store.writeSettings('schedule', HOURLY);
  const scheduler = new Scheduler(lab.pbx, () => store.settings(), manager);
  scheduler.open();
  return {
    ...console,
    ...{ smtp, http, scheduler, notifications },
    async hours(count: number) {
      await lab.advance(count * 3_600_000);
      await Promise.all(told);
    },
  };
}

describe('by itself', () => {
  test('a check begins when it is due, once, and not when it is off', async () => {
    const { store, scheduler, hours } = await openUnattended();
    await hours(2.5);
    const runs = await store.runs(undefined, 10);
    expect(runs).toMatchObject([{ by: { kind: 'schedule', name: null }, verdict: 'supported' }, { id: 1 }]);
    expect((await scheduler.next())?.toISOString()).toBe('2026-01-01T03:00:00.000Z');
    await store.writeSettings('schedule', { ...HOURLY, isOn: false });
    await hours(2);
    expect(await store.runs(undefined, 10)).toHaveLength(2);
    scheduler.close();
  });

  test('none begins beside another one, and none after the end', async () => {
    const { lab, store, manager, scheduler, hours } = await openUnattended(NOT_FORWARDED);
    await lab.advance(3_599_000);
    await lab.run(manager.start(ALL, BY));
    await lab.advance(15_000);
    await lab.run(manager.idle());
    expect(await store.runs(undefined, 10)).toHaveLength(1);
    const noted = await store.audit(undefined, 5);
    expect(noted).toMatchObject([
      { by: 'console', what: 'schedule.refused', facts: { code: 'run-in-progress', run: 1 }, address: null },
    ]);
    scheduler.close();
    await hours(2);
    expect(await store.runs(undefined, 10)).toHaveLength(1);
  });

  test('one that cannot run leaves its reason, and the next one begins all the same', async () => {
    const { store, scheduler, hours } = await openUnattended();
    const { network } = await store.settings();
    await store.writeSettings('network', { ...network, family: 'ipv6' });
    await hours(1.1);
    expect(await store.runs(undefined, 10)).toEqual([]);
    expect(await store.audit(undefined, 5)).toMatchObject([
      { by: 'console', what: 'schedule.refused', facts: { code: 'cannot-run', why: 'families' } },
    ]);
    await store.writeSettings('network', network);
    await hours(1);
    expect(await store.runs(undefined, 10)).toHaveLength(1);
    expect(await store.audit(undefined, 5)).toHaveLength(1);
    scheduler.close();
  });

  test('a reason is noted once, until a check has begun again or there is another one', async () => {
    const { store, scheduler, hours } = await openUnattended();
    const { network } = await store.settings();
    const reasons = async () => (await store.audit(undefined, 20)).map(({ facts }) => facts['why']).reverse();
    const families = { ...network, family: 'ipv6' as const };
    await store.writeSettings('network', families);
    await hours(3.1);
    expect(await reasons()).toEqual(['families']);
    await store.writeSettings('network', { ...network, servers: ['a b'] });
    await hours(2);
    expect(await reasons()).toEqual(['families', expect.stringMatching(/^server-/)]);
    await store.writeSettings('network', network);
    await hours(1);
    await store.writeSettings('network', families);
    await hours(2);
    expect(await reasons()).toEqual(['families', expect.stringMatching(/^server-/), 'families']);
    scheduler.close();
  });

  test('what was missed while the machine slept is made up for within ten minutes, and not later', async () => {
    const { lab, store, manager, scheduler: other } = await openUnattended();
    other.close();
    let slept = 0;
    const { clock } = lab.pbx;
    const date = () => new Date(clock.date().getTime() + slept);
    const awake = { now: () => clock.now(), at: clock.at.bind(clock), date };
    const scheduler = new Scheduler({ ...lab.pbx, clock: awake }, () => store.settings(), manager);
    scheduler.open();
    slept = 90 * 60_000;
    await lab.advance(60_000);
    expect(await store.runs(undefined, 9)).toEqual([]);
    slept = 128 * 60_000;
    await lab.advance(60_000);
    expect(await store.runs(undefined, 9)).toHaveLength(1);
    scheduler.close();
  });

  test('a run that is in the way is noted once, however long it is', async () => {
    const { lab, store, manager, scheduler } = await openUnattended(NOT_FORWARDED);
    await store.writeSettings('schedule', { ...HOURLY, cron: '* * * * *' });
    const { pbx } = await store.settings();
    await store.writeSettings('pbx', { ...pbx, rate: 1, udp: '9000-9199' });
    await lab.run(manager.start(ALL, BY));
    await lab.advance(5 * 60_000);
    const inTheWay = [{ facts: { code: 'run-in-progress', run: 1 } }];
    expect([manager.runningId, await store.audit(undefined, 9)]).toMatchObject([1, inTheWay]);
    scheduler.close();
    manager.cancel(1);
    await lab.run(manager.idle());
  });
});

describe('what is told', () => {
  test('a change, by mail and webhook; no change is not', async () => {
    const { lab, store, smtp, http, scheduler, hours } = await openUnattended();
    await hours(2.1);
    expect([smtp.mails.length, http.requests.length]).toEqual([0, 0]);
    lab.repair({ forwards: [] });
    await hours(1);
    scheduler.close();
    expect(await store.run(3)).toMatchObject({ verdict: 'unsupported' });
    const [mail] = smtp.mails;
    expect(mail).toMatchObject({ from: 'fullcone@pbx.example', to: ['admin@pbx.example'] });
    expect(mail?.data).toMatch(/^Subject: Firewall check: not supported$/m);
    expect(mail?.data.replaceAll('=\n', '')).toContain('- udp/5060, udp/9000-9005: open, now closed (not-forwarded)');
    expect(mail?.data).toContain('https://pbx.example/runs/3');
    const [call] = http.requests;
    expect(call?.headers['x-fullcone-signature']).toBe(`sha256=${signatureOf(call?.body ?? '', 'of both')}`);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      ...{ schema: 'fullcone.notification/1', kind: 'run', run: { id: 3 }, before: { id: 2, verdict: 'supported' } },
      comparison: { changed: true },
    });
    const noted = await store.audit(undefined, 5);
    expect(noted.map(({ what, facts }) => [what, facts['channel']])).toEqual([
      ['notification.sent', 'webhook'],
      ['notification.sent', 'mail'],
    ]);
  });

  test('in the language that was chosen', async () => {
    const { smtp, scheduler, hours } = await openUnattended(NOT_FORWARDED, 'de');
    await hours(1.1);
    scheduler.close();
    const text = smtp.mails[0]?.data ?? '';
    expect(text).toContain('Subject: =?UTF-8?Q?Firewall-Pr=C3=BCfung=3A_nicht_unterst');
    expect(text).toContain('Dies ist die erste');
  });

  test('not what somebody has begun and sees himself', async () => {
    const { smtp, http, run, scheduler } = await openUnattended(NOT_FORWARDED);
    await run();
    scheduler.close();
    expect([smtp.mails, http.requests]).toEqual([[], []]);
  });

  test('if it does not arrive, that is noted, and the run is none the worse', async () => {
    const { store, scheduler, hours, notifications } = await openUnattended(NOT_FORWARDED);
    const [{ port }, { url }] = [await receiveMail(true), await receiveCalls(302)];
    const mail = notifications.mail && { ...notifications.mail, port };
    await store.writeSettings('notifications', { ...notifications, mail, webhook: { url, secret: null } });
    await hours(1.1);
    scheduler.close();
    expect(await store.run(1)).toMatchObject({ state: 'finished', verdict: 'unsupported' });
    const noted = await store.audit(undefined, 5);
    expect(noted.map(({ what, facts }) => [what, facts['code'], facts['detail']])).toEqual([
      ['notification.failed', 'not-accepted', 'HTTP 302'],
      ['notification.failed', 'not-accepted', expect.stringContaining('550')],
    ]);
  });
});

describe('the button that tries it', () => {
  test('sends a message, with the secret that was stored for that place and for no other', async () => {
    const { store, http, smtp, scheduler, notifications } = await openUnattended();
    scheduler.close();
    const { testNotification } = notifyHandlers({ store });
    const ask = (channel: string, settings: object) =>
      testNotification(callOf({ body: { channel, settings } as never }));
    expect(await ask('mail', notifications)).toMatchObject({ body: { kind: 'sent' } });
    expect(smtp.mails[0]?.data).toContain('Messages of the firewall check arrive here.');
    const asShown = { ...notifications, webhook: { url: http.url, secret: null } };
    expect(await ask('webhook', asShown)).toMatchObject({ body: { kind: 'sent' } });
    expect(http.requests[0]?.headers['x-fullcone-signature']).toMatch(/^sha256=[\da-f]{64}$/);
    const elsewhere = { ...notifications, webhook: { url: `${http.url}/elsewhere`, secret: null } };
    await ask('webhook', elsewhere);
    expect(http.requests[1]?.headers['x-fullcone-signature']).toBeUndefined();
    expect(await ask('mail', { ...notifications, mail: null })).toMatchObject({
      body: { kind: 'failed', code: 'not-set' },
    });
  });

  test('says what went wrong', async () => {
    const { store, scheduler, notifications } = await openUnattended();
    scheduler.close();
    const { testNotification } = notifyHandlers({ store });
    const ask = (channel: string, change: object) =>
      testNotification(callOf({ body: { channel, settings: { ...notifications, ...change } } as never }));
    const refused = await ask('webhook', { webhook: { url: 'http://127.0.0.1:1/', secret: null } });
    expect(refused).toMatchObject({ body: { kind: 'failed', code: expect.stringMatching(/refused|other/) } });
    const plain = await ask('mail', { mail: { ...notifications.mail, security: 'starttls' } });
    expect(plain).toMatchObject({ body: { kind: 'failed', code: 'no-tls' } });
  });
});
