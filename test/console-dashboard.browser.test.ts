import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUPPORTED } from '../lab/test-sample-console.ts';
import type { Dashboard, RunSummary } from '../src/console/api/index.ts';
import { json, problem } from '../src/console/handler.ts';
import { Scheduler } from '../src/console/runs/schedule.ts';
import { Browser as Client, PASSWORD } from '../src/console/test-console.ts';
import { modelConsole } from './test-check-console.ts';
import { expectSound, type Language, LOOKS, launchChromium, serveConsole } from './test-chromium.ts';
import { EMPTY_DASHBOARD } from './test-dashboard.ts';

/* What the dashboard says in each state, and where it leads; a run of the schedule that comes into it by itself. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const WORDS = {
  en: {
    run: 'Run',
    watch: 'Watch the check',
    never: 'Nothing has been checked yet.',
    running: 'A check is running.',
    bad: 'Unsupported',
    since: /^What changed since/,
    failed: 'Only what failed',
    differs: 'differs',
    unresolvable: 'unresolvable',
    daily: 'every day',
    calls: '3 calls in progress',
    viewer: 'An admin can run a check.',
    open: '504 of 2,005 ports are open.',
    facts: {
      router: 'pfSense, 192.168.0.1',
      nat: 'one, no carrier NAT',
      ipv6: 'available, not checked',
      time: '198.51.100.10, 198.51.100.20:3479, 24.8 ms',
      tells: 'it@example.org, the webhook, when a result has changed',
      closed: '1,501 closed',
      good: '2,005 open',
    },
    nothing: ['not known yet', 'not known yet', 'none'],
    unknowns: ['192.168.0.1, make not known', 'not known: the router does not answer', 'available, checked'],
    nobody: 'nobody',
  },
  de: {
    run: 'Run',
    watch: 'Prüfung ansehen',
    never: 'Es wurde noch nichts geprüft.',
    running: 'Eine Prüfung läuft.',
    bad: 'Nicht unterstützt',
    since: /^Was sich seit/,
    failed: 'Nur Fehlgeschlagene',
    differs: 'weicht ab',
    unresolvable: 'nicht auflösbar',
    daily: 'jeden Tag',
    calls: '3 Gespräche laufen',
    viewer: 'Ein Admin kann eine Prüfung starten.',
    open: '504 von 2.005 Ports sind offen.',
    facts: {
      router: 'pfSense, 192.168.0.1',
      nat: 'eines, keines beim Anbieter',
      ipv6: 'vorhanden, nicht geprüft',
      time: '198.51.100.10, 198.51.100.20:3479, 24,8 ms',
      tells: 'it@example.org, den Webhook, wenn sich ein Ergebnis geändert hat',
      closed: '1.501 geschlossen',
      good: '2.005 offen',
    },
    nothing: ['noch nicht bekannt', 'noch nicht bekannt', 'keine Adresse'],
    unknowns: ['192.168.0.1, Modell nicht bekannt', 'nicht bekannt: der Router antwortet nicht', 'vorhanden, geprüft'],
    nobody: 'niemanden',
  },
} as const satisfies Record<Language, unknown>;

const BAD: RunSummary = {
  ...{ id: 42, state: 'finished', startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:14.000Z' },
  by: { kind: 'user', name: 'ada' },
  scope: { kind: 'all' },
  ...{ mode: 'live', verdict: 'unsupported', reason: 'some-ports', durationMs: 14_000 },
  counts: { open: 504, closed: 1_501, other: 0 },
  headline: { en: 'Unsupported: Forwarding ends after port 9499.', de: 'Nicht unterstützt: Sie endet nach Port 9499.' },
};
const GOOD: RunSummary = {
  ...{ ...BAD, id: 41, verdict: 'supported', reason: null },
  counts: { open: 2_005, closed: 0, other: 0 },
};

const FULL: Dashboard = {
  pbx: {
    ...{ name: 'pbx.example.org', address: '192.168.0.100', callsInProgress: 3, busy: ['udp/9004-9009'] },
    services: (['running', 'partly', 'nobody', 'unknown'] as const).map((state, index) => ({
      purpose: ['sip', 'sips', 'rtp', 'tunnel'][index] ?? '',
      ports: ['udp/9000-10999', 'tcp/5060'],
      heldBy: [{ name: 'a-media-server-with-a-long-name', pid: 1201, unit: null, count: 2 }],
      state,
    })),
  },
  publicAddress: { seen: '203.0.113.44', expected: '203.0.113.45', at: BAD.endedAt },
  router: { kind: 'known', name: 'pfSense', by: 'itself', address: '192.168.0.1' },
  nat: { kind: 'known', nats: 'one-nat' },
  ipv6: { isHere: true, wasChecked: false },
  servers: [
    {
      ...{ server: 'reflector.example.net', state: 'ok', address: '198.51.100.10', otherAddress: '198.51.100.20:3479' },
      ...{ publicAddress: '203.0.113.44', roundTripMs: 24.83 },
    },
    {
      ...{ server: 'stun.oldvendor.example', state: 'unresolvable', address: null, otherAddress: null },
      ...{ publicAddress: null, roundTripMs: null },
    },
  ],
  last: BAD,
  lastGood: GOOD,
  recent: [BAD, GOOD],
  running: null,
  next: {
    at: '2026-01-02T02:00:00.000Z',
    schedule: { isOn: true, cron: '0 2 * * *', quiet: { from: '07:00', to: '20:00' }, mayStopServices: false },
    tells: { on: 'change', mail: ['it@example.org'], webhook: true },
  },
};

const PLAN = {
  ...{ udp: ['udp/5060'], tcp: [], count: 1, mode: 'live', servers: ['reflector.example.net'] },
  ...{ expectedMs: 2_000, stops: [], callsInProgress: 3 },
};

/** A console that says what it is told to say. */
async function shows(first: Dashboard, startRun = json({ id: 7, joined: true })) {
  const said = { dashboard: first, started: 0 };
  const console = await serveConsole({
    dashboard: async () => json(said.dashboard),
    planRun: async () => json(PLAN),
    startRun: () => {
      said.started++;
      return Promise.resolve(startRun);
    },
  });
  return { console, said };
}

/** Of router, NAT and IPv6. */
const addressFacts = (page: Page): Promise<string[]> => page.locator('dl').first().locator('dd').allTextContents();

describe.each(LOOKS)('$locale, $width px', (look) => {
  const words = WORDS[look.locale];

  it('shows what is there before anything has been checked', async () => {
    const { console } = await shows(EMPTY_DASHBOARD);
    const visit = await console.visit(browser, look);
    await visit.page.goto(visit.at);
    await visit.page.getByText(words.never).first().waitFor();
    await visit.page.getByText('reflector.example.net').waitFor();
    expect(await addressFacts(visit.page)).toEqual(words.nothing);
    await expectSound(visit);
  });

  it('shows the last verdict, the phone system, servers, address and what comes next', async () => {
    const { console } = await shows(FULL);
    const visit = await console.visit(browser, look);
    const { page } = visit;
    await page.goto(visit.at);
    await page.getByText(words.bad).first().waitFor();
    for (const text of [words.differs, words.unresolvable, words.daily, words.calls, '203.0.113.44', words.open])
      await page.getByText(text).first().waitFor();
    const facts = (await page.locator('dd, li span').allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    for (const fact of Object.values(words.facts)) expect(facts).toContain(fact);
    expect(await page.getByText('9499').textContent()).not.toMatch(/:/);
    expect(await page.getByRole('link', { name: words.since }).getAttribute('href')).toBe('/history/compare/41/42');
    expect(await page.getByRole('link', { name: words.failed }).getAttribute('href')).toBe('/check?failed=42');
    await expectSound(visit);
  });

  it('says of router, NAT and IPv6 what is known, and of nobody that he is told', async () => {
    const { console } = await shows({
      ...FULL,
      router: { kind: 'unknown', why: 'not-recognised', address: '192.168.0.1' },
      nat: { kind: 'unknown', why: 'silent' },
      ipv6: { isHere: true, wasChecked: true },
      next: FULL.next && { ...FULL.next, tells: null },
    });
    const visit = await console.visit(browser, look);
    await visit.page.goto(visit.at);
    await visit.page.locator('dd', { hasText: words.nobody }).waitFor();
    expect(await addressFacts(visit.page)).toEqual(words.unknowns);
    await expectSound(visit);
  });

  it('shows a run that goes on, and its end, by itself', async () => {
    const { console, said } = await shows({ ...FULL, running: 43 });
    const visit = await console.visit(browser, look);
    const { page } = visit;
    await page.clock.install();
    await page.goto(visit.at);
    await page.getByText(words.running).waitFor();
    expect(await page.getByRole('link', { name: words.watch }).getAttribute('href')).toBe('/check/43');
    expect(await page.getByRole('button', { name: words.run, exact: true }).count()).toBe(0);
    await expectSound(visit);
    said.dashboard = FULL;
    await page.clock.runFor(1_500);
    await page.getByRole('button', { name: words.run, exact: true }).waitFor();
  });
});

describe('Run', () => {
  const words = WORDS.en;
  const LOOK = LOOKS[0] as (typeof LOOKS)[0];

  it('joins the run that somebody else has begun in the meantime', async () => {
    const { console, said } = await shows(EMPTY_DASHBOARD);
    const { page, at } = await console.visit(browser, LOOK);
    await page.goto(at);
    await page.getByRole('button', { name: words.run, exact: true }).press('Enter');
    await page.waitForURL('**/check/7');
    expect(said.started).toBe(1);
  });

  it.each([
    ['stops-services', '/check'],
    ['cannot-run', '/'],
  ])('that is refused (%s) leads to where it can be agreed to, or says why', async (code, path) => {
    const { console, said } = await shows(EMPTY_DASHBOARD, problem(409, code) as ReturnType<typeof json>);
    const { page, at } = await console.visit(browser, LOOK);
    await page.goto(at);
    await page.getByRole('button', { name: words.run, exact: true }).click();
    if (path === '/') await page.getByText('A check cannot run with these settings.').waitFor();
    else await page.waitForURL(`**${path}`);
    expect(said.started).toBe(1);
  });

  it('is none for a viewer, whom the server refuses, too', async () => {
    const { console, said } = await shows(FULL);
    await console.admin.ask('POST', 'users', { name: 'vera', password: PASSWORD, role: 'viewer' });
    const viewer = await new Client(console.made).signIn('vera');
    const visit = await console.visit(browser, LOOK, viewer);
    await visit.page.goto(visit.at);
    await visit.page.getByText(words.viewer).waitFor();
    expect(await visit.page.locator('main').getByRole('button').count()).toBe(0);
    expect(await visit.page.getByRole('link', { name: words.failed }).count()).toBe(0);
    expect((await viewer.ask('POST', 'runs', { scope: { kind: 'all' } })).status).toBe(403);
    expect(said.started).toBe(0);
    await expectSound(visit);
  });
});

describe('a check that a schedule begins', () => {
  it('comes into the dashboard by itself, with what it came to and who began it', async () => {
    const console = await modelConsole(SUPPORTED, { pbx: { udp: '5060' } });
    const { lab, made, manager } = console;
    await made.store.writeSettings('schedule', { isOn: true, cron: '0 * * * *', quiet: null, mayStopServices: false });
    const scheduler = new Scheduler(lab.pbx, () => made.store.settings(), manager);
    scheduler.open();
    const { page, at, errors } = await console.visit(browser, LOOKS[0] as (typeof LOOKS)[0]);
    await page.clock.install();
    await page.goto(at);
    await page.getByText('Nothing has been checked yet.').first().waitFor();
    await lab.advance(3_700_000);
    scheduler.close();
    await page.clock.runFor(6_000);
    await page.getByText(/run 1, by the schedule/).waitFor();
    await page.getByText('Supported').first().waitFor();
    expect(errors).toEqual([]);
  });
});
