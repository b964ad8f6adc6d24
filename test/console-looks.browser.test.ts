import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwarding, SUPPORTED } from '../lab/test-sample-console.ts';
import { modelConsole } from './test-check-console.ts';
import { faultsOf, isTooWide, type Look, launchChromium, type Visit } from './test-chromium.ts';
import { strayIn, wordsOf } from './test-words.ts';

/*
 * Every page and state in the looks that its own test leaves out (there: English on a desk and German on a phone, light):
 * whole, in one language, no wider than the window, with no fault by WCAG 2.2 AA.
 */

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const LOOKS: readonly Look[] = [
  { locale: 'en', width: 390, scheme: 'dark' },
  { locale: 'de', width: 1440, scheme: 'dark' },
];

/** Where; and the key of a text that stands only there. */
type Place = readonly [path: string, key: string];

/** After a check of each verdict, and one that was cut off. */
const PLACES: readonly Place[] = [
  ['/', 'dashboard.pbx'],
  ['/check', 'before.asked'],
  ['/check?failed=1', 'before.failed'],
  ['/check?failed=2', 'before.nothing-failed'],
  ['/check/1', 'finding.title'],
  ['/check/2', 'run.all-well'],
  ['/check/3', 'run.cancelled'],
  ['/check/4', 'run.interrupted'],
  ['/check/99', 'problem.not-found'],
  ['/history', 'trend.title'],
  ['/history/compare/1/2', 'compare.nothing-worse'],
  ['/history/compare/1/99', 'compare.cannot'],
  ['/settings', 'settings.welcome'],
  ...['network', 'pbx', 'router', 'schedule', 'notifications', 'users', 'tokens', 'data', 'audit'].map(
    (name): Place => [`/settings/${name}`, `settings.${name}.lead`],
  ),
  ['/settings/nothing', 'no-page'],
  ['/tools', 'tools.nat.title'],
  ['/welcome', 'welcome.title.pbx'],
  ['/nothing', 'no-page'],
];

const RUNNING: readonly Place[] = [
  ['/check/5', 'run.running'],
  ['/', 'dashboard.joined'],
];

/** Before anything has been set or checked. */
const EMPTY: readonly Place[] = [
  ['/', 'dashboard.no-servers'],
  ['/history', 'dashboard.never'],
  ['/check', 'before.hindered'],
];

/** What is wrong with each of them, all at once. Loaded once: further on it goes as by a link. */
async function faultsAt({ page, errors }: Visit, at: string, places: readonly Place[], look: Look): Promise<string[]> {
  const words = wordsOf(look.locale);
  const found: string[] = [];
  await page.goto(`${at}${places[0]?.[0]}`);
  for (const [path, key] of places) {
    await page.evaluate(`history.pushState(null, '', '${path}')`);
    const text = words.get(key);
    if (text === undefined) throw new Error(`there is no text ${key}`);
    const isThere = await isShown(page, text);
    await expect.poll(() => page.getByText(words.get('loading') ?? '', { exact: true }).count()).toBe(0);
    const faults = [
      ...(isThere ? [] : [`no "${text}"`]),
      ...((await page.evaluate('document.documentElement.lang')) === look.locale ? [] : ['is of another language']),
      ...((await isTooWide(page)) ? ['is too wide'] : []),
      ...strayIn(await page.locator('body').innerText(), look.locale),
      ...(await faultsOf(page)),
      // Chromium counts an answer of 404 or 409, which some of the places are about.
      ...errors.splice(0).filter((error) => !/status of (404|409)/.test(error)),
    ];
    found.push(...faults.map((fault) => `${path}: ${fault}`));
  }
  return found;
}

const isShown = (page: Page, text: string): Promise<boolean> =>
  page
    .locator('main')
    .getByText(text)
    .filter({ visible: true })
    .first()
    .waitFor({ timeout: 4_000 })
    .then(
      () => true,
      () => false,
    );

const TIME = { timeout: 90_000 };

describe.each(LOOKS)('$locale, $width px', (look) => {
  const words = wordsOf(look.locale);
  const word = (key: string) => words.get(key) ?? key;

  it('leads by Run to each verdict, and is sound on every page then', TIME, async () => {
    const made = await modelConsole(forwarding([5060, 5060], [9000, 9029]), { pbx: { udp: '5060,9000-9059' } });
    const visit = await made.visit(browser, look);
    const { page } = visit;
    const run = async (): Promise<void> => {
      await page.goto(`${made.at}/check`);
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByRole('progressbar').waitFor();
    };
    const verdict = (name: string) =>
      page
        .getByText(word(`verdict.${name}`), { exact: true })
        .first()
        .waitFor();
    await run();
    await made.finish();
    await verdict('unsupported');
    made.lab.repair(SUPPORTED.router as never);
    await made.lab.advance(300_000);
    await run();
    await made.finish();
    await verdict('supported');
    await run();
    await made.pass(500);
    await page.getByRole('button', { name: word('run.cancel') }).click();
    await made.finish();
    await verdict('cancelled');
    const { store } = made.made;
    const begun = { by: { kind: 'schedule', name: null }, scope: { kind: 'all' }, mode: null, verdict: null } as const;
    const unknown = { reason: null, durationMs: null, counts: null, headline: null };
    await store.beginRun('2026-01-01T00:00:00.000Z', { ...begun, ...unknown });
    await store.markInterrupted();
    expect(await faultsAt(visit, made.at, PLACES, look)).toEqual([]);
    await run();
    await made.pass(1_500);
    expect(await faultsAt(visit, made.at, RUNNING, look)).toEqual([]);
    await made.finish();
  });

  it('says calmly that it cannot tell', async () => {
    const made = await modelConsole({ ...SUPPORTED, server: { kind: 'one-address' } }, { pbx: { udp: '5060' } });
    const visit = await made.visit(browser, look);
    await made.admin.ask('POST', 'runs', { scope: { kind: 'all' }, noWait: true });
    await made.finish();
    expect(await faultsAt(visit, made.at, [['/check/1', 'run.inconclusive']], look)).toEqual([]);
  });

  it('is sound where there is nothing yet, and before its door', async () => {
    const made = await modelConsole(SUPPORTED);
    const visit = await made.visit(browser, look);
    expect(await faultsAt(visit, made.at, EMPTY, look)).toEqual([]);
    await visit.page.context().clearCookies();
    expect(await faultsAt(visit, made.at, [['/history', 'sign-in.title']], look)).toEqual([]);
  });
});
