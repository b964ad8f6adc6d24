import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { NOW, openSample, RUNNING, type Sample } from './test-sample-console.ts';

/** One picture; `until`: by what the page shows that it is whole; `before`: what is done first. */
export interface Picture {
  readonly name: string;
  readonly path: string;
  readonly language: 'en' | 'de';
  readonly scheme: 'light' | 'dark';
  readonly width: 390 | 1440;
  readonly until: string;
  readonly before?: (page: Page) => Promise<void>;
  /** Pixels from the top; absent: the whole page. */
  readonly height?: number;
  /** Nobody has signed in. */
  readonly isOutside?: true;
  /** Stands in docs/screenshots. */
  readonly isShipped: boolean;
}

type Of = Pick<Picture, 'path' | 'until' | 'before' | 'height' | 'isOutside'>;

/** Each page in the looks that a reader wants: whole and light first; dark, German and narrow once. */
const looks = (name: string, of: Of, shipped: readonly string[]): Picture[] =>
  (['en', 'de'] as const).flatMap((language) =>
    ([1440, 390] as const).flatMap((width) =>
      (['light', 'dark'] as const).map((scheme) => {
        const look = `${language}-${width}-${scheme}`;
        return { ...of, language, width, scheme, name: `${name}-${look}`, isShipped: shipped.includes(look) };
      }),
    ),
  );

/** Closed for two minutes and a half, and open at last. */
const LIVE: Of = {
  path: '/check/live/udp/9500',
  until: 'h1:text-matches("Closed|Zu")',
  before: async (page) => {
    await page.clock.setFixedTime(NOW + 150_000);
    await page.locator('h1:text-matches("Open|Offen")').waitFor();
  },
};

const testAll = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /Test all|Alle testen/ }).click();
  await page
    .locator('ol')
    .getByText(/^(unresolvable|nicht auflösbar)$/)
    .first()
    .waitFor();
};

/** Nobody has set a password yet. */
const asNew = async (page: Page): Promise<void> => {
  await page.route('**/api/v1/state', async (route) => {
    const state = (await (await route.fetch()).json()) as object;
    await route.fulfill({ json: { ...state, isSetUp: false } });
  });
  await page.reload();
  await page.locator('input[type=password]').first().waitFor();
};

const settings = (name: string, shipped: readonly string[] = ['en-1440-light'], of: Partial<Of> = {}): Picture[] =>
  looks(`settings-${name}`, { path: `/settings/${name}`, until: 'h1 ~ * h2', ...of }, shipped);

/** Add a page here. */
export const PICTURES: readonly Picture[] = [
  ...looks('set-up', { path: '/setup#a-link', until: 'h1', before: asNew, isOutside: true }, ['en-1440-light']),
  ...looks('sign-in', { path: '/', until: 'input[type=password]', isOutside: true }, ['en-1440-light', 'de-390-light']),
  ...looks('check-running', { path: `/check/${RUNNING}`, until: 'canvas' }, ['en-1440-light', 'de-390-light']),
  ...looks('check-before', { path: '/check', until: 'dl' }, ['en-1440-light']),
  ...looks('check-result', { path: '/check/14', until: 'details ol', height: 860 }, [
    'en-1440-light',
    'en-1440-dark',
    'de-390-light',
  ]),
  ...looks('check-supported', { path: '/check/12', until: 'tbody tr' }, ['de-1440-light']),
  ...looks('dashboard', { path: '/', until: 'table' }, ['en-1440-light', 'en-1440-dark', 'de-390-light']),
  ...looks('live-port', LIVE, ['en-1440-light', 'de-390-light']),
  ...looks('history', { path: '/history', until: 'table' }, ['en-1440-light']),
  ...settings('network', ['en-1440-light', 'de-390-light'], { before: testAll }),
  ...settings('pbx'),
  ...settings('router'),
  ...settings('schedule'),
  ...settings('notifications', ['de-390-light']),
  ...settings('users'),
  ...settings('tokens'),
  ...settings('data'),
  ...settings('audit'),
  ...looks('settings', { path: '/settings', until: 'h1 ~ ul' }, ['en-1440-light']),
  ...looks('welcome', { path: '/welcome', until: 'h2' }, ['en-1440-light']),
  ...looks('tools', { path: '/tools', until: 'section:last-child h2' }, ['en-1440-light']),
  ...looks('compare', { path: '/history/compare/12/13', until: 'table' }, ['en-1440-light', 'de-390-light']),
];

export async function takeConsole(
  browser: Browser,
  folder: string,
  wanted: (picture: Picture) => boolean,
): Promise<void> {
  const sample = await openSample();
  try {
    for (const picture of PICTURES.filter(wanted)) {
      await take(browser, sample, picture, join(folder, `${picture.name}.png`));
      console.log(picture.name);
    }
  } finally {
    await sample.close();
  }
}

async function take(browser: Browser, { at, store, cookie }: Sample, picture: Picture, path: string): Promise<void> {
  const { language, scheme, width } = picture;
  await store.database.updateTable('users').set({ language }).execute();
  const context = await browser.newContext({
    ...{ viewport: { width, height: 900 }, locale: language, colorScheme: scheme },
    timezoneId: 'Europe/Berlin',
  });
  try {
    const [name = '', value = ''] = cookie.split('=');
    if (!picture.isOutside) await context.addCookies([{ name, value, url: at }]);
    const page = await context.newPage();
    await page.clock.setFixedTime(NOW);
    await page.goto(`${at}${picture.path}`);
    await page.locator(picture.until).first().waitFor();
    await picture.before?.(page);
    await page.evaluate('document.fonts.ready');
    // What stands still while the page is scrolled ends where a window would.
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
    await page.setViewportSize({ width, height: picture.height ?? Math.max(900, height) });
    const clip = picture.height && { x: 0, y: 0, width, height: picture.height };
    await page.screenshot({ path, fullPage: true, ...(clip && { clip }) });
  } finally {
    await context.close();
  }
}
