import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dashboard, RunPlan } from '../src/console/api/index.ts';
import { json } from '../src/console/handler.ts';
import { PASSWORD, type TestConsole, testConsole } from '../src/console/test-console.ts';
import { isTooWide, launchChromium, PAGES } from './test-chromium.ts';
import { EMPTY_DASHBOARD } from './test-dashboard.ts';

/* The pages in a real Chromium, before the real server and its content security policy. */

const DASHBOARD: Dashboard = {
  ...EMPTY_DASHBOARD,
  pbx: {
    name: 'pbx.example.org',
    address: '192.168.0.100',
    services: [
      {
        purpose: 'sip',
        ports: ['udp/5060', 'tcp/5060'],
        heldBy: [{ name: 'phonesystem', pid: 1184, unit: null, count: 2 }],
        state: 'running',
      },
    ],
    callsInProgress: 3,
    busy: ['udp/9004-9009'],
  },
  publicAddress: { seen: '203.0.113.44', expected: '203.0.113.44', at: '2026-01-01T00:00:00.000Z' },
};

const PLAN: RunPlan = {
  ...{ udp: ['udp/5060'], tcp: [], count: 1, mode: 'bind', servers: [], expectedMs: 1_000, stops: [] },
  callsInProgress: null,
};

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function open(
  width: number,
  locale: string,
): Promise<{ made: TestConsole; page: Page; errors: string[]; at: string }> {
  const handlers = {
    dashboard: () => Promise.resolve(json(DASHBOARD)),
    planRun: () => Promise.resolve(json(PLAN)),
    profiles: () => Promise.resolve(json([])),
    ports: () => Promise.resolve(json({ products: [] })),
  };
  const made = await testConsole({ pages: PAGES, handlers });
  const at = await made.app.listen({ host: '127.0.0.1', port: 0 });
  const page = await browser.newPage({ viewport: { width, height: 900 }, locale });
  page.setDefaultTimeout(8_000);
  const errors: string[] = [];
  // An answer of 401 is what a wrong password gets; Chromium calls that an error of its own.
  page.on(
    'console',
    (said) => said.type() === 'error' && !/status of 401/.test(said.text()) && errors.push(said.text()),
  );
  page.on('pageerror', ({ message }) => errors.push(message));
  return { made, page, errors, at };
}

describe.each([
  {
    locale: 'en',
    width: 1440,
    name: 'Name',
    password: 'Password',
    set: 'Set the password',
    skip: 'Skip all',
    enter: 'Sign in',
    out: 'Sign out',
    menu: 'Menu',
    wrong: /not right/,
    status: 'PBX status',
  },
  {
    locale: 'de',
    width: 390,
    name: 'Name',
    password: 'Passwort',
    set: 'Passwort setzen',
    skip: 'Alle überspringen',
    enter: 'Anmelden',
    out: 'Abmelden',
    menu: 'Menü',
    wrong: /stimmt nicht/,
    status: 'PBX-Status',
  },
])('$locale, $width px', (words) => {
  it('leads from the one-time link to the dashboard, past a wrong password, in and out again', async () => {
    const { made, page, errors, at } = await open(words.width, words.locale);
    await page.goto(`${at}/setup#${made.setUpToken}`);
    await page.getByLabel(words.password).fill('short');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel(words.password).getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel(words.password).fill(PASSWORD);
    await page.getByRole('button', { name: words.set }).click();
    await page.getByRole('button', { name: words.skip }).click();
    await page.getByText('203.0.113.44').waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe('/');
    expect(await isTooWide(page)).toBe(false);
    await page.context().clearCookies();
    await page.reload();
    await page.getByLabel(words.name).fill('admin');
    await page.getByLabel(words.password).fill('nothing like it');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: words.wrong }).waitFor();
    made.now += 60_000;
    await page.getByLabel(words.password).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('203.0.113.44').waitFor();
    if (words.width < 860) await page.getByRole('button', { name: words.menu }).click();
    await page.getByRole('button', { name: words.out }).click();
    await page.getByRole('button', { name: words.enter }).waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});

it('weighs under 250 kB', () => {
  const files = readdirSync(join(PAGES, 'assets')).map((name) => readFileSync(join(PAGES, 'assets', name)));
  expect(files.reduce((sum, file) => sum + gzipSync(file).length, 0)).toBeLessThan(250_000);
});
