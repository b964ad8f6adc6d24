import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { Browser as Client, type HandlersFor, type TestConsole, testConsole } from '../src/console/test-console.ts';

/* For tests: the built pages in a real Chromium, before the real server and its content security policy. */

export const PAGES = join(import.meta.dirname, '../dist/web');

const FLAGS = [
  ...['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking'],
  ...['disable-component-update', 'disable-sync'],
].map((name) => `--${name}`);

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });

export type Language = 'en' | 'de';
export interface Look {
  readonly width: 390 | 1440;
  readonly locale: Language;
  readonly scheme?: 'light' | 'dark';
}

/** Each page is shown in both languages and both widths. */
export const LOOKS: readonly Look[] = [
  { locale: 'en', width: 1440 },
  { locale: 'de', width: 390 },
];

export interface Visit {
  readonly page: Page;
  /** Where the console is: `http://127.0.0.1:40000`. */
  readonly at: string;
  /** What the browser complained of: scripts, styles, answers. */
  readonly errors: string[];
}

export interface Console {
  readonly made: TestConsole;
  readonly at: string;
  readonly admin: Client;
  /** Another browser, signed in as the admin or as somebody else. */
  visit(browser: Browser, look: Look, as?: Client): Promise<Visit>;
}

/** A console that listens, with an admin `ada`. Real runs: `(store) => makeRuns({ ..., store }).handlers`. */
export async function serveConsole(handlers: HandlersFor = {}): Promise<Console> {
  const made = await testConsole({ pages: PAGES, handlers });
  const at = await made.app.listen({ host: '127.0.0.1', port: 0 });
  const admin = await new Client(made).setUp();
  return { made, at, admin, visit: (browser, look, as = admin) => visit(browser, { at, look, as }) };
}

interface Wanted {
  readonly at: string;
  readonly look: Look;
  readonly as: Client;
}

async function visit(browser: Browser, { at, look: { width, locale, scheme = 'light' }, as }: Wanted): Promise<Visit> {
  await as.ask('PATCH', 'me', { language: locale });
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ viewport, locale, colorScheme: scheme, acceptDownloads: true });
  const [name = '', value = ''] = as.cookie?.split('=') ?? [];
  await context.addCookies([{ name, value, url: at }]);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: at });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (said) => said.type() === 'error' && errors.push(said.text()));
  page.on('pageerror', ({ message }) => errors.push(message));
  onTestFinished(() => context.close());
  return { page, at, errors };
}

export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

/** What axe-core finds wrong with the page, by WCAG 2.2 AA. It is run from outside: the page's policy forbids it inside. */
export async function faultsOf(page: Page): Promise<string[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axe.source);
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  )) as axe.AxeResults;
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** No fault, nothing too wide, and nothing that the browser complained of. */
export async function expectSound({ page, errors }: Visit): Promise<void> {
  expect(await faultsOf(page)).toEqual([]);
  expect(await isTooWide(page)).toBe(false);
  expect(errors).toEqual([]);
}
