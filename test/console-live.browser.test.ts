import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WatchState } from '../src/console/api/index.ts';
import { type EventSink, problem } from '../src/console/handler.ts';
import { Browser as Client } from '../src/console/test-console.ts';
import { expectSound, type Language, LOOKS, launchChromium, serveConsole } from './test-chromium.ts';
import { EMPTY_DASHBOARD } from './test-dashboard.ts';

/* One port watched: what the light shows, and what ends it. The port itself is asked in src/console/runs/watch.test.ts. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const WORDS = {
  en: {
    open: 'Open',
    closed: 'Closed',
    unknown: 'Not known',
    asking: 'Asking ...',
    off: 'Not watched',
    why: /router lets nothing in/,
    loss: /loses too many/,
    again: 'Watch again',
    stop: 'Stop',
    wait: /Asked again in (2 min 59 s|3 min)/,
    run: /A check is running/,
    see: 'Watch the check',
    port: 'Port',
    watch: 'Watch',
    viewer: /An admin can watch/,
  },
  de: {
    open: 'Offen',
    closed: 'Zu',
    unknown: 'Unbekannt',
    asking: 'Wird gefragt ...',
    off: 'Nicht beobachtet',
    why: /lässt von außen nichts herein/,
    loss: /verliert zu viele/,
    again: 'Wieder beobachten',
    stop: 'Anhalten',
    wait: /Wird in (2 min 59 s|3 min) wieder gefragt/,
    run: /Es läuft eine Prüfung/,
    see: 'Prüfung ansehen',
    port: 'Port-Nummer',
    watch: 'Beobachten',
    viewer: /Ein Admin kann einen Port beobachten/,
  },
} as const satisfies Record<Language, unknown>;

const ASKING: WatchState = {
  at: '2026-01-01T00:00:00.000Z',
  light: 'asking',
  result: null,
  cause: null,
  mapped: null,
  sinceMs: 0,
  count: 0,
  waitMs: null,
};
const CLOSED: WatchState = { ...ASKING, light: 'closed', result: 'closed', cause: 'not-forwarded', count: 1 };
const MAPPED = '203.0.113.44:5060';

/** A console whose one port is asked by the test. */
async function watched() {
  const asked: { protocol: string; port: number; sink: EventSink; isClosed: boolean }[] = [];
  let isBusy = false;
  const console = await serveConsole({
    watch: async ({ query: { protocol, port } }) =>
      isBusy
        ? problem(409, 'run-in-progress')
        : {
            kind: 'events',
            open: (sink) => {
              const one = { protocol, port, sink, isClosed: false };
              asked.push(one);
              sink.send({ id: null, event: 'state', data: ASKING });
              return () => {
                one.isClosed = true;
              };
            },
          },
    dashboard: async () => ({ kind: 'json', status: 200, body: { ...EMPTY_DASHBOARD, running: isBusy ? 7 : null } }),
  });
  return {
    console,
    asked,
    tell: (state: Partial<WatchState>) =>
      asked.at(-1)?.sink.send({ id: null, event: 'state', data: { ...CLOSED, ...state } }),
    beginRun: () => {
      isBusy = true;
      asked.at(-1)?.sink.end();
    },
  };
}

describe.each(LOOKS)('$locale, $width px', (look) => {
  const words = WORDS[look.locale];

  it('shows each light with its word and its reason, and speaks only of a change', async () => {
    const { console, tell } = await watched();
    const visit = await console.visit(browser, look);
    const { page, at } = visit;
    const light = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    await page.goto(`${at}/check/live/udp/5060`);
    await light(words.asking);
    await expectSound(visit);

    tell({ waitMs: 180_000, mapped: MAPPED });
    await light(words.closed);
    await page.getByText(words.wait).waitFor();
    const spoken = page.locator('[aria-live=assertive]');
    expect(await spoken.textContent()).toMatch(words.why);
    await expectSound(visit);
    // Each further answer of the same kind leaves the live region untouched.
    await page.evaluate(`
      window.spoken = 0;
      new MutationObserver((all) => { window.spoken += all.length; })
        .observe(document.querySelector('[aria-live=assertive]'), { childList: true, characterData: true, subtree: true });
    `);
    tell({ sinceMs: 7_000, count: 9, mapped: MAPPED });
    await page.getByText(/7 s|8 s/).waitFor();
    expect(await page.evaluate('window.spoken')).toBe(0);

    tell({ light: 'open', result: 'open', cause: null, mapped: MAPPED });
    await light(words.open);
    expect(await page.evaluate('window.spoken')).toBe(1);
    await page.getByText(MAPPED).waitFor();
    await expectSound(visit);

    tell({ light: 'unknown', result: 'untested', cause: 'loss' });
    await light(words.unknown);
    await page.getByText(words.loss).first().waitFor();
    await expectSound(visit);
    const happened = page.getByRole('listitem').filter({ has: page.locator('code') });
    expect(await happened.count()).toBe(4);
  });

  it('is ended by a run, which it leads to, and says so when it cannot begin beside one', async () => {
    const { console, beginRun, tell } = await watched();
    const visit = await console.visit(browser, look);
    const { page, at, errors } = visit;
    await page.goto(`${at}/check/live/udp/5060`);
    await page.getByRole('heading', { name: words.asking }).waitFor();
    tell({});
    await page.getByRole('heading', { name: words.closed }).waitFor();
    beginRun();
    await page.getByRole('heading', { name: words.off }).waitFor();
    await page.getByText(words.run).waitFor();
    expect(await page.getByRole('link', { name: words.see }).getAttribute('href')).toBe('/check/7');
    await expectSound(visit);
    await page.getByRole('button', { name: words.again }).press('Enter');
    await page.getByText(words.run).waitFor();
    await page.reload();
    await page.getByText(words.run).waitFor();
    expect(errors.filter((error) => !/409/.test(error))).toEqual([]);
  });
});

describe('a port that is watched', () => {
  const words = WORDS.en;
  const LOOK = LOOKS[0] as (typeof LOOKS)[0];

  it('is let go when the page is left, stopped, or about another port; all by keyboard', async () => {
    const { console, asked } = await watched();
    const { page, at } = await console.visit(browser, LOOK);
    const isLetGo = (index: number) => expect.poll(() => asked[index]?.isClosed).toBe(true);
    await page.goto(`${at}/check/live/tcp/5061`);
    await page.getByRole('button', { name: words.stop }).press('Enter');
    await page.getByRole('heading', { name: words.off }).waitFor();
    await isLetGo(0);
    await page.getByRole('button', { name: words.again }).press('Enter');
    await page.getByRole('heading', { name: words.asking }).waitFor();
    await page.getByLabel(words.port, { exact: true }).fill('9000');
    await page.keyboard.press('Enter');
    await page.getByText('TCP 9000, retested').waitFor();
    await isLetGo(1);
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await isLetGo(2);
    expect(asked.map(({ protocol, port }) => `${protocol}/${port}`)).toEqual(['tcp/5061', 'tcp/5061', 'tcp/9000']);
  });

  it('is none for a number that is no port, and none for a viewer, whom the server refuses, too', async () => {
    const { console, asked } = await watched();
    const { page, at } = await console.visit(browser, LOOK);
    await page.goto(`${at}/check/live/udp/70000`);
    await page.getByText(/between 1 and 65535/).waitFor();
    const { made, admin } = console;
    await admin.ask('POST', 'users', { name: 'vera', password: 'correct horse battery', role: 'viewer' });
    const viewer = await new Client(made).signIn('vera');
    const visit = await console.visit(browser, LOOK, viewer);
    await visit.page.goto(`${at}/check/live/udp/5060`);
    await visit.page.getByText(words.viewer).waitFor();
    expect((await viewer.ask('GET', 'watch?port=5060')).status).toBe(403);
    expect(asked).toEqual([]);
    await expectSound(visit);
  });
});
