import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NetworkSpec } from '../lab/scenarios/index.ts';
import { Browser as Client, PASSWORD } from '../src/console/test-console.ts';
import type { Report } from '../src/report/index.ts';
import { nodeSystem } from '../src/system/node/index.ts';
import { loopbackConsole, type ModelConsole, modelConsole } from './test-check-console.ts';
import { expectSound, LOOKS, launchChromium, type Visit } from './test-chromium.ts';

/* The check before, while and after it runs: real runs, seen in a real Chromium. */

const forwarding = (...ranges: readonly (readonly [number, number])[]): NetworkSpec => ({
  router: {
    outward: 'preserve',
    filtering: 'address-and-port',
    forwards: ranges.map(([from, to]) => ({ ports: [{ from, to }], to: 'pbx' as const })),
  },
  server: { kind: 'full' },
});
const ENDS_EARLY = forwarding([5060, 5060], [9000, 9029]);
const ALL_OPEN = forwarding([1, 65_535]);
const PBX = { udp: '5060,9000-9059' };

const WORDS = {
  en: {
    run: 'Run',
    menu: 'Menu',
    running: 'Check running',
    cancel: 'Cancel',
    unsupported: 'Forwarding ends after port 9029',
    steps: 'What to change',
    cancelled: 'Cancelled',
    log: /is asked about 61 UDP ports/,
    boundary: '9029 is the last port that is open, 9030 the first that is closed.',
    copied: 'Copied.',
  },
  de: {
    run: 'Run',
    menu: 'Menü',
    running: 'Prüfung läuft',
    cancel: 'Abbrechen',
    unsupported: 'Die Weiterleitung endet nach Port 9029',
    steps: 'Was zu ändern ist',
    cancelled: 'Abgebrochen',
    log: /wird nach 61 UDP-Ports gefragt/,
    boundary: '9029 ist der letzte Port: offen; ab 9030: geschlossen.',
    copied: 'Kopiert.',
  },
} as const;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const start = (made: ModelConsole, body: object = {}) =>
  made.admin.ask('POST', 'runs', { scope: { kind: 'all' }, noWait: true, ...body });
const EN = { locale: 'en', width: 1440 } as const;

/** A run that is over, and its page. */
async function finished(network: NetworkSpec, pbx: object = PBX): Promise<ModelConsole & Visit> {
  const made = await modelConsole(network, { pbx });
  await start(made);
  await made.finish();
  const visit = await made.visit(browser, EN);
  await visit.page.goto(`${made.at}/check/1`);
  return { ...made, ...visit };
}

const shown = (page: Page, text: string) => page.getByText(text).first().waitFor();

describe.each(LOOKS)('$locale, $width px', (look) => {
  const words = WORDS[look.locale];

  it('leads from the dashboard by Firewall Check and Run to what to change', async () => {
    const made = await modelConsole(ENDS_EARLY, { pbx: PBX });
    const visit = await made.visit(browser, look);
    const { page } = visit;
    await page.goto(made.at);
    if (look.width < 860) await page.getByRole('button', { name: words.menu }).click();
    await page.getByRole('link', { name: 'Firewall Check', exact: true }).first().click();
    await shown(page, 'UDP 5060, UDP 9000–9059');
    await expectSound(visit);
    await page.getByRole('button', { name: words.run, exact: true }).click();
    await shown(page, words.running);
    await expectSound(visit);
    await made.finish();
    await page.getByRole('heading', { level: 1, name: words.unsupported }).waitFor();
    await page.getByRole('heading', { name: words.steps }).waitFor();
    await shown(page, words.boundary);
    await expectSound(visit);
    await page
      .getByRole('button', { name: /192\.168\.0\.100/ })
      .first()
      .click();
    await shown(page, words.copied);
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('192.168.0.100');
  });

  it('is the same after a reload, in a second browser, and ends by Cancel', async () => {
    const made = await modelConsole(ENDS_EARLY, { pbx: PBX });
    await start(made);
    const first = await made.visit(browser, look);
    const second = await made.visit(browser, look);
    await Promise.all([first, second].map(({ page }) => page.goto(`${made.at}/check/1`)));
    await made.pass(1_500);
    const share = async ({ page }: Visit) => page.getByRole('progressbar').getAttribute('aria-valuenow');
    await first.page.getByRole('progressbar').waitFor();
    await expect.poll(() => share(first)).not.toBe('0');
    await expect.poll(() => share(second)).toBe(await share(first));
    await second.page.reload();
    await second.page.getByRole('progressbar').waitFor();
    expect(await share(second)).toBe(await share(first));
    const said = ({ page }: Visit) => page.getByRole('log').innerText();
    expect(await said(first)).toMatch(words.log);
    expect(await said(second)).toBe(await said(first));
    await expectSound(first);
    await first.page.getByRole('button', { name: words.cancel }).click();
    await expect.poll(() => first.page.getByRole('button', { name: words.cancel, exact: true }).count()).toBe(0);
    await made.finish();
    for (const { page } of [first, second]) await shown(page, words.cancelled);
    await expectSound(first);
    await expectSound(second);
  });
});

describe('the end', () => {
  it('is calm where all is well', async () => {
    const { page, errors, at } = await finished(ALL_OPEN);
    await shown(page, 'Nothing needs to be changed.');
    expect(await page.getByText('What to change').count()).toBe(0);
    await expectSound({ page, errors, at });
  });

  it('is no verdict where the server cannot tell, and says why', async () => {
    const { page, errors, at } = await finished({ ...ALL_OPEN, server: { kind: 'one-address' } });
    await shown(page, 'Inconclusive');
    await shown(page, 'Nothing is called closed that could not be found out.');
    await expectSound({ page, errors, at });
  });

  it('may be that the console itself ended', async () => {
    const made = await modelConsole(ALL_OPEN, { pbx: PBX });
    const summary = { by: { kind: 'user', name: 'ada' }, scope: { kind: 'all' }, mode: null, verdict: null } as const;
    await made.made.store.beginRun('2026-01-01T00:00:00.000Z', {
      ...summary,
      ...{ reason: null, durationMs: null, counts: null, headline: null },
    });
    await made.made.store.markInterrupted();
    const visit = await made.visit(browser, EN);
    await visit.page.goto(`${made.at}/check/1`);
    await shown(visit.page, 'The check was interrupted.');
    await expectSound(visit);
    await visit.page.goto(`${made.at}/check/77`);
    await visit.page.getByRole('alert').waitFor();
  });

  it('says that services which were stopped run again', async () => {
    const units = [{ name: 'sip', udp: [5060] }];
    const made = await modelConsole(ALL_OPEN, { pbx: { ...PBX, mode: 'exclusive' }, options: { services: { units } } });
    const visit = await made.visit(browser, EN);
    const { page } = visit;
    await page.goto(`${made.at}/check`);
    const run = page.getByRole('button', { name: 'Run', exact: true });
    expect(await run.isDisabled()).toBe(true);
    expect(made.lab.units.changes).toEqual([]);
    await page.getByLabel('Yes, stop sip for this check.').check();
    await run.click();
    await page.getByRole('progressbar').waitFor();
    await made.finish();
    await shown(page, 'All services that were stopped run again.');
    await shown(page, 'runs again');
    await expectSound(visit);
  });

  it('leads to a check of only what failed', async () => {
    const { page, admin, finish } = await finished(ENDS_EARLY);
    await page.getByRole('button', { name: 'Check again only what failed' }).click();
    await page.waitForURL('**/check/2');
    await page.getByRole('progressbar').waitFor();
    await finish();
    await shown(page, '30 of 30 ports are closed.');
    expect(await page.getByRole('link', { name: 'Compare' }).getAttribute('href')).toBe('/history/compare/1/2');
    expect((await admin.ask('GET', 'runs/2')).body.scope).toEqual({ kind: 'failed', run: 1 });
  });

  it('offers a viewer nothing that he may not do', async () => {
    const made = await finished(ENDS_EARLY);
    await made.admin.ask('POST', 'users', { name: 'bob', password: PASSWORD, role: 'viewer', language: 'en' });
    const viewer = await new Client(made.made).signIn('bob');
    const visit = await made.visit(browser, EN, viewer);
    await visit.page.goto(`${made.at}/check/1`);
    await shown(visit.page, 'What to change');
    expect(await visit.page.getByRole('button', { name: /Check again/ }).count()).toBe(0);
    await visit.page.goto(`${made.at}/check`);
    await shown(visit.page, 'An admin can run a check.');
    expect(await visit.page.getByRole('button', { name: 'Run', exact: true }).count()).toBe(0);
    await expectSound(visit);
  });
});

it('is worked by keyboard: filter, sort, packets, map, export', async () => {
  const visit = await finished(ENDS_EARLY);
  const { page } = visit;
  await page.getByLabel('Filter').fill('903* closed');
  await page.getByRole('button', { name: 'Every port' }).press('Enter');
  await expect.poll(() => page.locator('tbody tr').count()).toBe(10);
  await page.getByRole('button', { name: 'UDP 9030' }).press('Enter');
  await page.getByText('Packets of UDP 90').last().waitFor();
  expect(await page.locator('tbody svg').count()).toBeGreaterThan(2);
  await page.getByRole('button', { name: 'Count' }).press('Enter');
  await expect.poll(() => page.locator('th[aria-sort=ascending]').textContent()).toContain('Count');
  const map = page.getByRole('application');
  await map.focus();
  await page.keyboard.press('End');
  await shown(page, 'UDP 9059: closed');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await shown(page, 'UDP 9001: open');
  const button = page.getByRole('button', { name: 'Export' });
  await button.press('Enter');
  await expectSound(visit);
  await page.keyboard.press('Escape');
  expect(await button.getAttribute('aria-expanded')).toBe('false');
});

it('shows the menu of formats whole on a phone, and closes it when somebody goes on elsewhere', async () => {
  const made = await modelConsole(ENDS_EARLY, { pbx: PBX });
  await start(made);
  await made.finish();
  const visit = await made.visit(browser, { locale: 'de', width: 390 });
  const { page } = visit;
  await page.goto(`${made.at}/check/1`);
  const button = page.getByRole('button', { name: 'Exportieren' });
  await button.click();
  await expectSound(visit);
  await page.mouse.click(2, 850);
  expect(await button.getAttribute('aria-expanded')).toBe('false');
  await button.click();
  await page.getByRole('link', { name: /^Aufzeichnung/ }).focus();
  await page.keyboard.press('Tab');
  expect(await button.getAttribute('aria-expanded')).toBe('false');
});

it('writes the times of packets as the language of the page does', async () => {
  const made = await modelConsole(ENDS_EARLY, { pbx: PBX });
  await start(made);
  await made.finish();
  const { page } = await made.visit(browser, { locale: 'de', width: 390 });
  await page.goto(`${made.at}/check/1`);
  await page
    .getByRole('button', { name: /^Pakete von/ })
    .first()
    .click();
  const text = () => page.getByRole('main').innerText();
  await expect.poll(text).toMatch(/\d\sms/);
  expect(await text()).not.toMatch(/\d\.\d\sms/);
});

it('is handed on in every format, with addresses hidden where that is wished', async () => {
  const { page, at, errors } = await finished(ENDS_EARLY);
  await page.getByRole('button', { name: 'Export' }).click();
  const save = async (name: string): Promise<string> => {
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: new RegExp(`^${name}`) }).click();
    return readFile(await (await saved).path(), 'latin1');
  };
  expect(await save('Text')).toContain('Forwarding ends after port 9029');
  const report = JSON.parse(await save('JSON')) as Report;
  expect([report.schema, report.ports.length]).toEqual(['fullcone.report/1', 61]);
  const isXml = `new DOMParser().parseFromString(text, 'text/xml').querySelector('parsererror') === null`;
  const junit = await save('JUnit');
  expect(await page.evaluate(`((text) => ${isXml})(${JSON.stringify(junit)})`)).toBe(true);
  expect(junit.match(/<failure/g)?.length).toBeGreaterThan(0);
  expect((await save('CSV')).trim().split(/\r?\n/)).toHaveLength(62);
  expect((await save('PDF')).slice(0, 5)).toBe('%PDF-');
  expect((await save('Recording')).split('\n').length).toBeGreaterThan(50);
  const html = await save('HTML');
  await page.getByLabel('Addresses hidden').check();
  const hidden = await save('JSON');
  expect([JSON.stringify(report).includes('203.0.113.44'), hidden.includes('203.0.113.44')]).toEqual([true, false]);
  expect(errors).toEqual([]);
  await page.context().route(`${at}/report.html`, (route) => route.fulfill({ body: html, contentType: 'text/html' }));
  await page.goto(`${at}/report.html`);
  await page.getByText('Forwarding ends after port 9029').first().waitFor();
});

it('is a real one on loopback, against the reflector inside', async () => {
  const made = await loopbackConsole(nodeSystem(), { udp: '40300-40339' });
  const visit = await made.visit(browser, EN);
  const { page } = visit;
  await page.goto(`${made.at}/check`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await shown(page, 'Supported');
  await shown(page, 'All 40 ports are open');
  await expectSound(visit);
});
