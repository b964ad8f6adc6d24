import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TESTED } from '../lab/test-tested-servers.ts';
import { FORWARDED, openLab, PRIMARY } from '../src/app/test-lab.ts';
import { json } from '../src/console/handler.ts';
import { notifyHandlers } from '../src/console/notify/index.ts';
import { receiveCalls, receiveMail } from '../src/console/notify/test-receivers.ts';
import { makeRuns, type Runs } from '../src/console/runs/index.ts';
import { Browser as Client, PASSWORD } from '../src/console/test-console.ts';
import { expectSound, type Language, LOOKS, type Look, launchChromium, serveConsole } from './test-chromium.ts';

/* Settings, first run and tools, before the real server; servers and phone systems of the test's making. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** The others are looked at where they are used. */
const PLACES = ['', '/router', '/audit'];

const WORDS = {
  en: {
    ...{
      save: 'Save',
      discard: 'Discard',
      saved: 'Saved.',
      fixed: /^Static public address/,
      address: 'IPv4 address',
      address6: 'IPv6 address',
    },
    ...{
      wrongAddress: /An IPv4 address, such/,
      wrongAddress6: /An IPv6 address, such/,
      server: 'Another server',
      add: 'Add and test',
      wrongServer: /no spaces/,
    },
    ...{
      twice: /in the list already/,
      ok: /Answers from both/,
      gone: /no such name/,
      up: /Move stun.second.example.* up/,
    },
    ...{ remove: 'Remove nowhere.example', leave: 'Leave without saving', stay: 'Stay here', settings: 'Settings' },
    ...{ udp: 'More UDP ports', wrongPorts: /from 1 to 65535/, profile: 'PBX profile', mode: /^Exclusive/ },
    ...{ mail: 'Send a mail', to: 'To', from: 'From', host: 'Mail server', port: 'Port', security: 'Security' },
    ...{ wrongMail: /A mail address/, tryMail: 'Send a test by mail', hook: /^Call a web address/, url: 'Address' },
    ...{
      wrongUrl: /begins with http/,
      tryHook: 'Send a test to the webhook',
      sent: /^Sent\. Look/,
      refused: /Nobody listens/,
    },
    ...{
      itself: 'Check by itself',
      often: 'How often',
      own: 'own',
      cron: 'Cron',
      wrongCron: /Five fields/,
      weekly: 'weekly',
    },
    ...{ name: 'Name', password: 'Password', addUser: 'Add user', short: /12 to 256/, taken: /of this name/ },
    ...{
      roleOf: 'Role of bob',
      last: /last admin stays/,
      roleOfAda: 'Role of ada',
      token: 'Make token',
      once: /shown this once/,
      revoke: /^Revoke W/,
      removeUser: /^Remove W/,
    },
    ...{
      runs: 'Most runs',
      wrongRuns: /1 to 100000/,
      sure: /Yes, delete/,
      deleteAll: 'Delete all runs',
      deleted: 'Deleted.',
    },
    ...{ viewer: /only an admin changes/, next: 'Next', skip: 'Skip', back: 'Back', done: 'To the Dashboard' },
    ...{
      last5: 'Question 5 of 5',
      nightly: /every night/,
      test: 'Test all',
      query: 'Query a STUN server',
      later: 'comes later',
      watch: 'Watch one port',
    },
  },
  de: {
    ...{ save: 'Speichern', discard: 'Verwerfen', saved: 'Gespeichert.', fixed: /^Statische öffentliche/ },
    ...{
      address: 'IPv4-Adresse',
      address6: 'IPv6-Adresse',
      wrongAddress: /Eine IPv4-Adresse, etwa/,
      wrongAddress6: /Eine IPv6-Adresse, etwa/,
      server: 'Weiterer Server',
    },
    ...{ add: 'Hinzufügen und testen', wrongServer: /ohne Leerzeichen/, twice: /schon in der Liste/ },
    ...{ ok: /von beiden Adressen/, gone: /Namen gibt es nicht/, up: /stun.second.example.* nach oben/ },
    ...{ remove: 'nowhere.example entfernen', leave: 'Ohne Speichern verlassen', stay: 'Hier bleiben' },
    ...{ settings: 'Einstellungen', udp: 'Weitere UDP-Ports', wrongPorts: /von 1 bis 65535/, profile: 'PBX-Profil' },
    ...{ mode: /^Exklusiv/, mail: 'Eine Mail senden', to: 'An', from: 'Von', host: 'Mailserver', port: 'Port' },
    ...{ security: 'Sicherheit', wrongMail: /Eine Mailadresse/, tryMail: 'Test senden, per Mail' },
    ...{
      hook: /^Eine Webadresse aufrufen/,
      url: 'Adresse',
      wrongUrl: /mit http/,
      tryHook: 'Test senden, an den Webhook',
    },
    ...{ sent: /^Gesendet\. Sehen/, refused: /hört niemand/, itself: 'Von selbst prüfen', often: 'Wie oft' },
    ...{ own: 'own', cron: 'Cron', wrongCron: /Fünf Felder/, weekly: 'weekly', name: 'Name', password: 'Passwort' },
    ...{ addUser: 'Benutzer hinzufügen', short: /12 bis 256/, taken: /dieses Namens/, roleOf: 'Rolle von bob' },
    ...{
      last: /letzte Admin bleibt/,
      roleOfAda: 'Rolle von ada',
      token: 'Token erstellen',
      once: /nur dieses eine Mal/,
      revoke: /^W+ widerrufen/,
      removeUser: /^W+ entfernen/,
    },
    ...{
      runs: 'Höchstens so viele Läufe',
      wrongRuns: /1 bis 100000/,
      sure: /Ja, alle Läufe/,
      deleteAll: 'Alle Läufe löschen',
    },
    ...{ deleted: 'Gelöscht.', viewer: /nur ein Admin/, next: 'Weiter', skip: 'Überspringen', back: 'Zurück' },
    ...{
      done: 'Zum Dashboard',
      last5: 'Frage 5 von 5',
      nightly: /Jede Nacht/,
      test: 'Alle testen',
      query: 'Einen STUN-Server fragen',
      later: 'kommt später',
      watch: 'Einen Port beobachten',
    },
  },
} as const satisfies Record<Language, unknown>;

const ANSWER = '198.51.100.10:3478';
const SECOND = '198.51.100.20:3479';
const LINES: Record<Language, Partial<Record<keyof typeof TESTED, readonly string[]>>> = {
  en: {
    ours: [
      'Name resolved: 198.51.100.10 leads, of 3 addresses',
      `Answers from ${ANSWER} in 24.8 ms`,
      `Second address ${SECOND} named, and alive`,
      'Answers from the alternate when asked to',
      'Cold test offered',
      '20,000 packets/s, TCP call-back',
    ],
    stranger: [
      'Name resolved: 198.51.100.10',
      `Answers from ${ANSWER} in 24.8 ms`,
      `Second address ${SECOND} named, and alive`,
      'Answers from the alternate when asked to',
      'No cold test: error 420',
      'Promises no pace: 10 requests/s (RFC 5780), no TCP call-back',
    ],
    unresolvable: [
      'Name not resolved: the DNS says that there is none (ENOTFOUND)',
      'Answer: not asked',
      'Second address: not asked',
      'Answer from the alternate: not asked',
      'Cold test: not asked',
      'Limits: not asked',
    ],
  },
  de: {
    ours: [
      'Name aufgelöst: 198.51.100.10 führt, von 3 Adressen',
      `Antwortet von ${ANSWER} in 24,8 ms`,
      `Zweite Adresse ${SECOND} genannt, und sie antwortet`,
      'Antwortet auf Wunsch von der zweiten Adresse',
      'Kalter Test möglich',
      '20.000 Pakete/s, TCP-Rückruf',
    ],
    liar: [
      'Name aufgelöst: 198.51.100.10',
      `Antwortet von ${ANSWER} in 24,8 ms`,
      'Genannte zweite Adresse gibt es im Internet nicht: 10.0.0.1:3479',
      'Antwort von der zweiten Adresse: nicht gefragt',
      'Kalter Test: nicht gefragt',
      'Sagt kein Tempo zu: 10 Anfragen/s (RFC 5780), kein TCP-Rückruf',
    ],
    otherFamily: [
      'Kein Name aufzulösen: Es ist eine Adresse',
      'Antwort: nicht gefragt',
      'Zweite Adresse: nicht gefragt',
      'Antwort von der zweiten Adresse: nicht gefragt',
      'Kalter Test: nicht gefragt',
      'Grenzen: nicht gefragt',
    ],
  },
};

const DASHBOARD = {
  pbx: { name: '', address: null, services: [], callsInProgress: null, busy: [] },
  publicAddress: { seen: '203.0.113.44', expected: null, at: null },
  ...{ servers: [], last: null, lastGood: null, recent: [], running: null, next: null },
};
const HOLDER = { name: 'asterisk', pid: 812, unit: null, ports: ['udp/5060'] };
const PORTS = {
  ...{ schema: 'fullcone.ports/1', version: '1.2.3', startedAt: '2026-01-01T00:00:00.000Z', allHoldersKnown: true },
  products: [
    {
      ...{ profile: 'asterisk', name: 'Asterisk', running: true, processes: [], warnings: [] },
      ports: [
        { protocol: 'udp', from: 5060, to: 5060, purpose: 'sip', optional: false, address: null, holders: [HOLDER] },
        { protocol: 'udp', from: 10_000, to: 20_000, purpose: 'rtp', optional: false, address: null, holders: [] },
      ],
    },
  ],
};
const NAT = {
  ...{ schema: 'fullcone.nat/1', family: 'ipv4', localAddress: '192.168.0.100', publicAddress: '203.0.113.44' },
  ...{ mapping: 'endpoint-independent', preservesPort: true, filtering: 'address-and-port-dependent', server: null },
  path: { sent: 20, returned: 19, roundTripMs: 24.8, jitterMs: 1.2 },
};

async function open(look: Look, path: string) {
  const asked: string[] = [];
  const console = await serveConsole((store) => ({
    ...notifyHandlers({ store }),
    dashboard: async () => json(DASHBOARD),
    profiles: async () => json([{ id: '3cx', name: '3CX', udp: '5060,5090,9000-10999', tcp: '5001,5060,5090' }]),
    routers: async () => json([{ id: 'fritzbox', name: 'FRITZ!Box', hasConfiguration: false }]),
    ports: async () => json(PORTS),
    nat: async () => json(NAT),
    testServer: ({ body: { server } }) => {
      asked.push(server);
      const known = Object.values(TESTED).find((one) => one.server === server);
      const other = server.startsWith('stun.') ? TESTED.ours : TESTED.unresolvable;
      return Promise.resolve(json(known ?? { ...other, server }));
    },
  }));
  const visit = await console.visit(browser, look);
  visit.page.setDefaultTimeout(8_000);
  await visit.page.goto(`${console.at}${path}`);
  return { console, visit, page: visit.page, asked, words: WORDS[look.locale] };
}

const AUDITED = {
  en: ['some are of IPv4, some of IPv6', 'Run 7 was still going on.', 'the console'],
  de: ['teils IPv4, teils IPv6', 'Lauf 7 war noch im Gange.', 'die Konsole'],
} as const;

const stored = async (client: Client) => (await client.ask('GET', 'settings')).body;
const isWrong = (page: Page, label: string): Promise<string | null> =>
  page.getByLabel(label, { exact: true }).getAttribute('aria-invalid');

describe.each(LOOKS)('$locale, $width px', (look) => {
  it('shows the list of settings, and those without a story of their own, soundly', async () => {
    const { console, visit, page } = await open(look, '/settings');
    for (const path of PLACES) {
      await page.goto(`${console.at}/settings${path}`);
      await page
        .locator(path === '' ? 'h1' : 'h1 ~ * h2')
        .first()
        .waitFor();
      await expectSound(visit);
    }
  });

  it('says in the words of the page who did what, and why a check did not begin', async () => {
    const { console, visit, page } = await open(look, '/settings');
    const line = { at: '2026-01-01T02:00:00.000Z', by: 'console', address: null };
    const refused = { ...line, what: 'schedule.refused' };
    await console.made.store.note({ ...refused, facts: { code: 'run-in-progress', run: 7 } });
    await console.made.store.note({ ...refused, facts: { code: 'cannot-run', why: 'families' } });
    await page.goto(`${console.at}/settings/audit`);
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    const texts = await Promise.all([0, 1].map((index) => rows.nth(index).innerText()));
    const [families, inTheWay, by] = AUDITED[look.locale];
    expect(texts).toEqual([expect.stringContaining(families), expect.stringContaining(inTheWay)]);
    expect(texts).toEqual(texts.map(() => expect.stringContaining(by)));
    expect(texts.join()).not.toMatch(/families|run-in-progress|cannot-run/);
    await expectSound(visit);
  });

  it('keeps the public address and the STUN servers in their order', async () => {
    const { console, visit, page, words, asked } = await open(look, '/settings/network');
    await page.getByLabel(words.fixed).check();
    await page.getByLabel(words.address, { exact: true }).fill('300.1.1.1');
    await page.getByRole('button', { name: words.save, exact: true }).click();
    await page.getByText(words.wrongAddress).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.name')).toBe('publicAddress.ipv4');
    expect((await stored(console.admin)).network.publicAddress).toEqual({ kind: 'stun' });
    await page.getByLabel(words.address, { exact: true }).fill('');
    await page.getByText(words.wrongAddress).waitFor();
    await page.getByLabel(words.address6, { exact: true }).fill('203.0.113.45');
    await page.getByText(words.wrongAddress6).waitFor();
    await page.getByLabel(words.address6, { exact: true }).fill('2001:db8::44');
    await page.getByLabel(words.address, { exact: true }).fill('203.0.113.45');
    const server = page.getByLabel(words.server);
    await server.fill('http://not a server');
    await page.getByRole('button', { name: words.add }).click();
    await page.getByText(words.wrongServer).waitFor();
    for (const name of ['stun.first.example', 'stun.second.example:3479', 'nowhere.example']) {
      await server.fill(name);
      await page.keyboard.press('Enter');
    }
    await server.fill('nowhere.example');
    await page.keyboard.press('Enter');
    await page.getByText(words.twice).waitFor();
    await page.getByText(words.ok).first().waitFor();
    await page.getByText(words.gone).waitFor();
    await page.getByRole('button', { name: words.up }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: words.remove }).click();
    await expectSound(visit);
    await page.getByRole('button', { name: words.save, exact: true }).click();
    await page.getByText(words.saved, { exact: true }).waitFor();
    await page.reload();
    await page.getByText('stun.second.example:3479').waitFor();
    expect((await stored(console.admin)).network).toMatchObject({
      publicAddress: { kind: 'static', ipv4: '203.0.113.45', ipv6: '2001:db8::44' },
      servers: ['stun.second.example:3479', 'stun.first.example'],
    });
    asked.length = 0;
    await page.getByRole('button', { name: words.test }).click();
    await expect.poll(() => asked.length).toBe(2);
    await expectSound(visit);
  });

  it('asks before it leaves what is not saved', async () => {
    const { console, visit, page, words } = await open(look, '/settings');
    await page.locator('a[href="/settings/pbx"]').first().click();
    await page.getByLabel(words.udp).fill('70000');
    await page.getByRole('button', { name: words.save, exact: true }).click();
    await page.getByText(words.wrongPorts).waitFor();
    expect(await isWrong(page, words.udp)).toBe('true');
    await page.getByLabel(words.udp).fill('5060, 9000-10999');
    await page.getByRole('main').getByRole('link', { name: words.settings }).click();
    await page.getByRole('dialog').waitFor();
    await expectSound(visit);
    await page.keyboard.press('Escape');
    expect(await page.getByLabel(words.udp).inputValue()).toBe('5060, 9000-10999');
    await page.goBack();
    await page.getByRole('button', { name: words.stay }).click();
    expect(await page.getByLabel(words.udp).inputValue()).toBe('5060, 9000-10999');
    await page.getByLabel(words.profile).selectOption('3cx');
    await page.getByLabel(words.mode).check();
    await page.getByLabel(words.udp).press('Enter');
    await page.getByText(words.saved, { exact: true }).waitFor();
    expect((await stored(console.admin)).pbx).toMatchObject({
      profile: '3cx',
      udp: '5060, 9000-10999',
      mode: 'exclusive',
    });
    await page.getByLabel(words.udp).fill('1');
    await page.getByRole('main').getByRole('link', { name: words.settings }).click();
    await page.getByRole('button', { name: words.leave }).click();
    await page.locator('a[href="/settings/audit"]').first().waitFor();
    expect((await stored(console.admin)).pbx.udp).toBe('5060, 9000-10999');
  });

  it('keeps a schedule, and refuses what the server cannot read in its place', async () => {
    const { console, visit, page, words } = await open(look, '/settings/schedule');
    await page.getByLabel(words.itself).check();
    await page.getByLabel(words.often).selectOption('own');
    await page.getByLabel(words.cron).fill('0 0 31 2 *');
    await page.getByRole('button', { name: words.save, exact: true }).click();
    await page.getByText(words.wrongCron).waitFor();
    expect(await isWrong(page, words.cron)).toBe('true');
    expect((await stored(console.admin)).schedule.isOn).toBe(false);
    await page.getByLabel(words.often).selectOption('weekly');
    visit.errors.length = 0; // Chromium counts an answer of 400.
    await expectSound(visit);
    await page.getByRole('button', { name: words.save, exact: true }).click();
    await page.getByText(words.saved, { exact: true }).waitFor();
    expect((await stored(console.admin)).schedule).toMatchObject({ isOn: true, cron: '0 2 * * 1' });
  });

  it('sends a test by mail and to a webhook, as they stand in the form', async () => {
    const [smtp, http] = [await receiveMail(), await receiveCalls()];
    const { visit, page, words } = await open(look, '/settings/notifications');
    const field = (label: string) => page.getByLabel(label, { exact: true });
    await page.getByLabel(words.mail).check();
    await field(words.to).fill('nobody');
    await page.getByRole('button', { name: words.tryMail }).click();
    await page.getByText(words.wrongMail).first().waitFor();
    await field(words.to).fill('admin@pbx.example, boss@pbx.example');
    await field(words.from).fill('fullcone@pbx.example');
    await field(words.host).fill('127.0.0.1');
    await field(words.port).fill('1');
    await field(words.security).selectOption('none');
    await page.getByRole('button', { name: words.tryMail }).click();
    await page.getByText(words.refused).waitFor();
    await field(words.port).fill(String(smtp.port));
    await page.getByRole('button', { name: words.tryMail }).click();
    await page.getByText(words.sent).waitFor();
    expect(smtp.mails).toMatchObject([{ from: 'fullcone@pbx.example', to: ['admin@pbx.example', 'boss@pbx.example'] }]);
    await page.getByLabel(words.hook).check();
    await field(words.url).fill('ftp://pbx.example');
    await page.getByRole('button', { name: words.tryHook }).click();
    await page.getByText(words.wrongUrl).waitFor();
    await field(words.url).fill(http.url);
    await page.getByRole('button', { name: words.tryHook }).click();
    await expect.poll(() => http.requests.length).toBe(1);
    await expectSound(visit);
    await page.getByRole('button', { name: words.save, exact: true }).click();
    await page.getByText(words.saved, { exact: true }).waitFor();
  });

  it('adds users and tokens, keeps the last admin, shows a token once', async () => {
    const { console, visit, page, words } = await open(look, '/settings/users');
    const add = page.getByRole('button', { name: words.addUser });
    await page.getByLabel(words.name, { exact: true }).fill('bob');
    await page.getByLabel(words.password, { exact: true }).fill('short');
    await add.click();
    expect(await isWrong(page, words.password)).toBe('true');
    await page.getByLabel(words.password, { exact: true }).fill(PASSWORD);
    await add.click();
    await page.getByLabel(words.roleOf).waitFor();
    await page.getByLabel(words.roleOfAda).selectOption('viewer');
    await page.getByText(words.last).waitFor();
    visit.errors.length = 0; // Chromium counts an answer of 409.
    expect(await page.getByLabel(words.roleOfAda).inputValue()).toBe('admin');
    await expectSound(visit);
    await page.goto(`${console.at}/settings/tokens`);
    await page.getByLabel(words.name, { exact: true }).fill('monitoring');
    await page.keyboard.press('Enter');
    await page.getByText(words.once).waitFor();
    const secret = (await page.getByRole('main').locator('code').first().textContent()) ?? '';
    expect(
      (await new Client(console.made).ask('GET', 'settings', undefined, { authorization: `Bearer ${secret}` })).status,
    ).toBe(200);
    await expectSound(visit);
    await page.reload();
    await page.getByText('monitoring').waitFor();
    expect(await page.content()).not.toContain(secret);
  });

  it('has room for long names, makes one token of two clicks, and removes only what is asked for twice', async () => {
    const { console, visit, page, words } = await open(look, '/settings/tokens');
    const name = 'W'.repeat(64);
    await page.getByLabel(words.name, { exact: true }).fill(name);
    await page.getByRole('button', { name: words.token }).dblclick();
    await page.getByText(words.once).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toContain(name);
    const tokens = async (): Promise<number> => ((await console.admin.ask('GET', 'tokens')).body as unknown[]).length;
    expect(await tokens()).toBe(1);
    await expectSound(visit);
    const revoke = page.getByRole('button', { name: words.revoke });
    await revoke.click();
    await expectSound(visit);
    await page.keyboard.press('Escape');
    expect(await revoke.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
    expect(await tokens()).toBe(1);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await revoke.waitFor({ state: 'detached' });
    expect(await tokens()).toBe(0);
    expect(await page.evaluate('document.activeElement.id')).toBe('main');

    await console.admin.ask('POST', 'users', { name, password: PASSWORD, role: 'viewer' });
    await page.goto(`${console.at}/settings/users`);
    const remove = page.getByRole('button', { name: words.removeUser });
    await remove.click();
    await expectSound(visit);
    await remove.click();
    await remove.waitFor({ state: 'detached' });
    await expectSound(visit);
  });

  it('keeps as many runs as it is told, hands out the data, and deletes it', async () => {
    const { console, visit, page, words } = await open(look, '/settings/data');
    await page.getByLabel(words.runs).fill('0');
    await page.getByRole('button', { name: words.save, exact: true }).click();
    await page.getByText(words.wrongRuns).waitFor();
    await page.getByLabel(words.runs).fill('50');
    await page.keyboard.press('Enter');
    await page.getByText(words.saved, { exact: true }).waitFor();
    expect((await stored(console.admin)).general.retention).toEqual({ runs: 50, days: null });
    const download = page.waitForEvent('download');
    await page.locator('a[download]').click();
    expect((await download).suggestedFilename()).toBe('fullcone-data.json');
    await page.getByLabel(words.sure).check();
    await page.getByRole('button', { name: words.deleteAll }).click();
    await page.getByText(words.deleted, { exact: true }).waitFor();
    await expectSound(visit);
  });

  it('lets a viewer read, and no more', async () => {
    const { console, page, words } = await open(look, '/');
    await console.admin.ask('POST', 'users', { name: 'eve', password: PASSWORD, role: 'viewer' });
    const eve = await new Client(console.made).signIn('eve');
    const visit = await console.visit(browser, look, eve);
    await visit.page.goto(`${console.at}/settings/network`);
    await visit.page.getByText(words.viewer).waitFor();
    expect(await visit.page.getByRole('main').getByRole('button').and(visit.page.locator(':enabled')).count()).toBe(0);
    await expectSound(visit);
    await visit.page.goto(`${console.at}/tools`);
    await visit.page.getByText('asterisk, pid 812').waitFor();
    await expectSound(visit);
    await page.close();
  });

  it('asks five questions, each with an answer that works', async () => {
    const { console, visit, page, words } = await open(look, '/welcome');
    await page.getByText('Asterisk').waitFor();
    await page.getByLabel(words.profile).selectOption('3cx');
    await expectSound(visit);
    await page.getByRole('button', { name: words.next }).click();
    for (let question = 2; question < 5; question++) {
      await page.getByRole('button', { name: words.back }).waitFor();
      await expectSound(visit);
      await page.getByRole('button', { name: words.skip, exact: true }).click();
    }
    await page.getByText(words.last5).waitFor();
    await page.getByLabel(words.nightly).check();
    await page.getByRole('button', { name: words.done }).click();
    await page.waitForURL(`${console.at}/`);
    expect(await stored(console.admin)).toMatchObject({
      ...{ pbx: { profile: '3cx' }, schedule: { isOn: true, cron: '0 2 * * *' }, general: { isWelcomed: true } },
      network: { servers: [], publicAddress: { kind: 'stun' } },
    });
  });

  it('asks single questions, wrong ones not at all', async () => {
    const { console, visit, page, words, asked } = await open(look, '/tools');
    const cards = page.getByRole('main').locator('section');
    const query = cards.filter({ hasText: words.query });
    await query.getByRole('textbox').fill('two words');
    await query.getByRole('button').click();
    await query.getByText(words.wrongServer).waitFor();
    expect(asked).toEqual([]);
    await query.getByRole('textbox').fill('stun.example.net');
    await page.keyboard.press('Enter');
    await query.getByText(words.ok).waitFor();
    await expect.poll(() => query.getByRole('listitem').count()).toBe(6);
    const nat = cards.filter({ hasText: 'RFC 4787' });
    await nat.getByRole('textbox').fill('stun.example.net');
    await page.keyboard.press('Enter');
    await nat.getByText('Endpoint-Independent Mapping').waitFor();
    await nat.getByText('Address and Port-Dependent Filtering').waitFor();
    await cards.getByText(words.later).waitFor();
    await expectSound(visit);
    const watch = cards.filter({ hasText: words.watch });
    await watch.getByRole('textbox').fill('70000');
    await page.keyboard.press('Enter');
    await watch.getByText(words.wrongPorts).waitFor();
    await watch.getByRole('combobox').selectOption('tcp');
    await watch.getByRole('textbox').fill('5061');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${console.at}/check/live/tcp/5061`);
  });
});

it.each<Look>(LOOKS.flatMap(({ locale }) => LOOKS.map(({ width }) => ({ locale, width }))))(
  'says of each server in six lines what was found out, and what was not asked: $locale, $width px',
  async (look) => {
    const { console, visit, page, words } = await open(look, '/settings');
    const { network } = await stored(console.admin);
    const servers = Object.values(TESTED).map(({ server }) => server);
    expect(await console.admin.ask('PUT', 'settings/network', { ...network, servers })).toMatchObject({ status: 200 });
    await page.goto(`${console.at}/settings/network`);
    await page.getByRole('button', { name: words.test }).click();
    const told = page.getByRole('main').locator('ol > li');
    const linesOf = (index: number) => told.nth(index).getByRole('listitem').allInnerTexts();
    await expect.poll(() => told.last().getByRole('listitem').count()).toBe(6);
    const kinds = Object.keys(TESTED);
    for (const [kind, lines] of Object.entries(LINES[look.locale]))
      expect([kind, await linesOf(kinds.indexOf(kind))]).toEqual([kind, lines]);
    await expectSound(visit);
  },
);

it('begins by the schedule that was saved, and asks the server that was saved', async () => {
  const [lab, words] = [await openLab(FORWARDED), WORDS.en];
  const made: { runs?: Runs } = {};
  const console = await serveConsole((store) => {
    const { handlers, ...runs } = makeRuns({
      system: lab.pbx,
      store,
      version: 'lab',
      services: null,
      link: () => null,
    });
    made.runs = { handlers, ...runs };
    const { planRun, testServer } = handlers;
    // What asks somebody needs time to pass.
    return {
      ...handlers,
      planRun: (call) => lab.run(planRun(call)),
      testServer: (call) => lab.run(testServer(call)),
    };
  });
  const { store } = console.made;
  const settings = await store.settings();
  await store.writeSettings('pbx', { ...settings.pbx, udp: '5060,9000-9005', mode: 'bind' });
  await made.runs?.open();
  const { page } = await console.visit(browser, { locale: 'en', width: 1440 });
  page.setDefaultTimeout(8_000);
  await page.goto(`${console.at}/settings/network`);
  await page.getByLabel(words.server).fill(PRIMARY);
  await page.keyboard.press('Enter');
  await page.getByText(words.ok).waitFor();
  await page.getByRole('button', { name: words.save, exact: true }).click();
  await page.getByText(words.saved, { exact: true }).waitFor();
  await page.goto(`${console.at}/settings/schedule`);
  await page.getByLabel(words.itself).check();
  await page.getByLabel(words.often).selectOption('own');
  await page.getByLabel(words.cron).fill('*/30 * * * *');
  await page.keyboard.press('Enter');
  await page.getByText(/^Next check:/).waitFor();
  await lab.advance(31 * 60_000);
  const [run] = await store.runs(undefined, 10);
  expect(run).toMatchObject({ by: { kind: 'schedule' }, verdict: 'supported' });
  expect(JSON.parse((await store.run(run?.id ?? 0))?.report ?? '{}').servers).toMatchObject([{ name: PRIMARY }]);
  await lab.run(made.runs?.close() ?? Promise.resolve());
});
