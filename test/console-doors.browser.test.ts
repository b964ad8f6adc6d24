import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { json } from '../src/console/handler.ts';
import { PASSWORD, testConsole } from '../src/console/test-console.ts';
import { expectSound, type Look, launchChromium, PAGES } from './test-chromium.ts';
import { strayIn, wordsOf } from './test-words.ts';

/* Before anybody is in: the one-time link, right and wrong, and the password, right, wrong and too often wrong. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** In the others, console.browser.test.ts comes by here. */
const LOOKS: readonly Look[] = [
  { locale: 'en', width: 390, scheme: 'light' },
  { locale: 'de', width: 1440, scheme: 'dark' },
];

/** Of a console that nobody has set up. */
async function newConsole({ width, locale, scheme = 'light' }: Look) {
  const made = await testConsole({
    pages: PAGES,
    handlers: { profiles: async () => json([]), ports: async () => json({ products: [] }) },
  });
  const at = await made.app.listen({ host: '127.0.0.1', port: 0 });
  const page = await browser.newPage({ viewport: { width, height: 900 }, locale, colorScheme: scheme });
  onTestFinished(() => page.close());
  const errors: string[] = [];
  // What is wrong is refused with these; Chromium counts that.
  page.on('console', (said) => {
    if (said.type() === 'error' && !/status of (401|403|429)/.test(said.text())) errors.push(said.text());
  });
  page.on('pageerror', ({ message }) => errors.push(message));
  return { made, at, page, errors };
}

describe.each(LOOKS)('$locale, $width px', (look) => {
  const words = wordsOf(look.locale);
  const word = (key: string): string => words.get(key) ?? `no text ${key}`;
  const [name, password] = [word('sign-in.name'), word('sign-in.password')];
  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
  const isWrong = (page: Page, label: string) => field(page, label).getAttribute('aria-invalid');

  it('opens by the right link alone, and says in place what is wrong', async () => {
    const { made, at, page, errors } = await newConsole(look);
    const sound = async (): Promise<void> => {
      await expectSound({ page, at, errors });
      expect(strayIn(await page.locator('body').innerText(), look.locale)).toEqual([]);
    };
    await page.goto(at);
    await page.getByText(word('set-up.no-token')).waitFor();
    await sound();
    await page.goto(`${at}/setup#wrong`);
    await page.reload();
    await field(page, name).fill('');
    await page.keyboard.press('Enter');
    await page.getByText(word('wrong.name')).waitFor();
    expect([await isWrong(page, name), await isWrong(page, password)]).toEqual(['true', 'true']);
    await sound();
    await field(page, name).fill('grace');
    await field(page, password).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .filter({ hasText: word('problem.wrong-setup-link') })
      .waitFor();
    await sound();
    await page.goto(`${at}/setup#${made.setUpToken}`);
    await page.reload();
    await field(page, name).fill('grace');
    await field(page, password).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: word('welcome.title.pbx') }).waitFor();
    await sound();
  });

  it('opens to the right password alone, not too fast, and leads to the page that was wanted', async () => {
    const { made, at, page, errors } = await newConsole(look);
    await made.app.inject({
      ...{ method: 'POST', url: '/api/v1/setup', headers: { host: 'localhost:5478' } },
      payload: { token: made.setUpToken, name: 'grace', password: PASSWORD },
    });
    const alert = (key: string) =>
      page
        .getByRole('alert')
        .filter({ hasText: word(key) })
        .waitFor();
    const sign = async (secret: string): Promise<void> => {
      await field(page, password).fill(secret);
      await page.keyboard.press('Enter');
    };
    await page.goto(`${at}/settings`);
    await field(page, name).fill('grace');
    for (let tries = 1; tries <= 3; tries++) {
      const answered = page.waitForResponse((response) => response.url().endsWith('/session'));
      await sign(`guess ${tries}`);
      await answered;
    }
    await alert('problem.wrong-password');
    await expectSound({ page, at, errors });
    // The right one, too soon.
    await sign(PASSWORD);
    await alert('problem.try-later');
    await expectSound({ page, at, errors });
    expect(strayIn(await page.locator('body').innerText(), look.locale)).toEqual([]);
    made.now += 60_000;
    await sign(PASSWORD);
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/settings');
  });
});
