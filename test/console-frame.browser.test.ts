import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '../src/console/test-console.ts';
import { expectSound, LOOKS, launchChromium, serveConsole } from './test-chromium.ts';
import { wordsOf } from './test-words.ts';

/* What all pages share: where a link leads the keyboard, and what becomes of a page whose session is over. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe.each(LOOKS)('$locale, $width px', (look) => {
  const words = wordsOf(look.locale);
  const word = (key: string) => words.get(key) ?? key;

  it('is told apart by its title, and goes on by keyboard where the new page begins', async () => {
    const console = await serveConsole();
    const visit = await console.visit(browser, look);
    const { page } = visit;
    page.setDefaultTimeout(8_000);
    await page.goto(`${console.at}/settings`);
    await page.getByRole('heading', { level: 1, name: word('place.settings') }).waitFor();
    expect(await page.title()).toBe(`${word('place.settings')} · fullcone`);
    await page.locator('main a[href="/settings/notifications"]').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: word('settings.notifications.title') }).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.closest("main") !== null')).toBe(true);
    await expectSound(visit);
  });

  it('is the door again when the session has ended meanwhile, and shows the next nothing of before', async () => {
    const console = await serveConsole();
    await console.admin.ask('POST', 'users', {
      name: 'eve',
      password: PASSWORD,
      role: 'viewer',
      language: look.locale,
    });
    const { page, errors } = await console.visit(browser, look);
    page.setDefaultTimeout(8_000);
    await page.goto(`${console.at}/settings/users`);
    await page.getByText('eve', { exact: true }).waitFor();
    await page.context().clearCookies();
    await page.evaluate(`history.pushState(null, '', '/settings/tokens')`);
    await page.getByLabel(word('sign-in.name')).fill('eve');
    await page.getByLabel(word('sign-in.password')).fill(PASSWORD);
    // Whatever the next asks for stays unanswered: nothing that is shown may come from before.
    await page.route('**/api/v1/settings', () => undefined);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: word('no-page') }).waitFor();
    await page.evaluate(`history.pushState(null, '', '/settings/network')`);
    await page
      .getByRole('status')
      .filter({ hasText: word('loading') })
      .waitFor();
    expect(errors.filter((error) => !/status of 401/.test(error))).toEqual([]);
  });

  it.each([
    ['/check/7', 'run.number', '**/api/v1/runs/7'],
    ['/welcome', 'welcome.five', '**/api/v1/settings'],
  ])('has a name and a way on where nothing can be shown: %s', async (path, title, route) => {
    const console = await serveConsole();
    await console.admin.ask('GET', 'settings');
    const visit = await console.visit(browser, look);
    const { page } = visit;
    page.setDefaultTimeout(12_000);
    let asked = 0;
    await page.route(route, (one) => {
      asked++;
      return one.fulfill({ status: 500, body: 'no' });
    });
    await page.goto(`${console.at}${path}`);
    await page.getByRole('heading', { level: 1, name: word(title).replace('{{id}}', '7') }).waitFor();
    await page.getByRole('alert').waitFor();
    const before = asked;
    await page.getByRole('button', { name: word('again') }).click();
    await expect.poll(() => asked).toBeGreaterThan(before);
    // The browser complains of each 500, which is what was wanted.
    await expectSound({ ...visit, errors: [] });
  });

  it('leads to the door when one who watches a port is signed out', async () => {
    const console = await serveConsole();
    const { page } = await console.visit(browser, look);
    page.setDefaultTimeout(8_000);
    await page.goto(`${console.at}/nothing`);
    await page.getByRole('heading', { level: 1, name: word('no-page') }).waitFor();
    await page.context().clearCookies();
    await page.evaluate(`history.pushState(null, '', '/check/live/udp/5060')`);
    await page.getByLabel(word('sign-in.password')).waitFor();
    expect(await page.getByLabel(word('sign-in.password')).count()).toBe(1);
  });

  it('says so when a part of it cannot be read, and offers to load it anew', async () => {
    const console = await serveConsole();
    const visit = await console.visit(browser, look);
    const { page } = visit;
    page.setDefaultTimeout(8_000);
    await page.goto(`${console.at}/nothing`);
    await page.getByRole('heading', { level: 1, name: word('no-page') }).waitFor();
    // Another version took this one's place: its parts are gone.
    await page.route('**/assets/**', (route) => route.fulfill({ status: 404 }));
    await page.evaluate(`history.pushState(null, '', '/settings')`);
    await page
      .getByRole('alert')
      .filter({ hasText: word('broken') })
      .waitFor();
    visit.errors.splice(0);
    await expectSound(visit);
    await page.unroute('**/assets/**');
    await page.getByRole('button', { name: word('reload') }).click();
    await page.getByRole('heading', { level: 1, name: word('place.settings') }).waitFor();
  });

  it('shows the other settings when one of them cannot be shown', async () => {
    const console = await serveConsole();
    const visit = await console.visit(browser, look);
    const { page } = visit;
    page.setDefaultTimeout(8_000);
    await page.route('**/api/v1/users', (route) => route.fulfill({ json: [null] }));
    await page.goto(`${console.at}/settings/users`);
    await page
      .getByRole('alert')
      .filter({ hasText: word('broken') })
      .waitFor();
    await page.evaluate(`history.pushState(null, '', '/settings/data')`);
    await page.getByRole('heading', { level: 1, name: word('settings.data.title') }).waitFor();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    visit.errors.splice(0);
    await expectSound(visit);
  });
});
