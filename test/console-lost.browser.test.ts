import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwarding } from '../lab/test-sample-console.ts';
import { modelConsole } from './test-check-console.ts';
import { expectSound, type Language, LOOKS, launchChromium, type Visit } from './test-chromium.ts';
import { openLine } from './test-line.ts';

/* A browser that loses the console in the middle of a run. The browser tries again by itself, about every three seconds. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const WORDS = {
  en: { lost: /does not answer; trying again/, end: 'Forwarding ends after port 9029' },
  de: { lost: /antwortet nicht; neuer Versuch/, end: 'Die Weiterleitung endet nach Port 9029' },
} as const satisfies Record<Language, unknown>;

const BACK = { timeout: 10_000, interval: 50 };

/** A run in its middle, seen over a line that can be cut. */
async function followed(look: (typeof LOOKS)[number]) {
  const made = await modelConsole(forwarding([5060, 5060], [9000, 9029]), { pbx: { udp: '5060,9000-9059' } });
  const line = await openLine(made.at);
  await made.admin.ask('POST', 'runs', { scope: { kind: 'all' }, noWait: true });
  const visit = await made.visit(browser, look);
  await visit.page.goto(`${line.at}/check/1`);
  await visit.page.getByRole('progressbar').waitFor();
  await made.pass(1_500);
  await expect.poll(() => shareOf(visit)).not.toBe('0');
  return { made, line, visit };
}

const shareOf = ({ page }: Visit) => page.getByRole('progressbar').getAttribute('aria-valuenow');
const mainOf = ({ page }: Visit) => page.getByRole('main').innerText();
/** Chromium counts each try that came to nothing. */
const forgive = ({ errors }: Visit): void => {
  const others = errors.filter((error) => !/ERR_(CONNECTION|INCOMPLETE|EMPTY)/.test(error));
  errors.splice(0, errors.length, ...others);
};

describe.each(LOOKS)('$locale, $width px', (look) => {
  const words = WORDS[look.locale];

  it('says so, keeps what it knows, and goes on after the last event that it has', async () => {
    const { made, line, visit } = await followed(look);
    const [last] = [...line.said.console.matchAll(/^id: (\d+)$/gm)].at(-1)?.slice(1) ?? [];
    const before = await shareOf(visit);
    line.cut();
    await visit.page.getByText(words.lost).waitFor();
    expect(await shareOf(visit)).toBe(before);
    forgive(visit);
    await expectSound(visit);
    await made.pass(1_100);
    await line.mend();
    await expect.poll(() => visit.page.getByText(words.lost).count(), BACK).toBe(0);
    expect(last).toMatch(/^\d+$/);
    expect(line.said.browser.toLowerCase()).toContain(`\nlast-event-id: ${last}\r`);
    expect(line.said.console).not.toContain('event: snapshot');
    // Whoever comes only now sees the same.
    const fresh = await made.visit(browser, look);
    await fresh.page.goto(`${made.at}/check/1`);
    await fresh.page.getByRole('progressbar').waitFor();
    expect(Number(await shareOf(fresh))).toBeGreaterThan(Number(before));
    await expect.poll(() => mainOf(visit)).toBe(await mainOf(fresh));
    await made.finish();
    await visit.page.getByRole('heading', { level: 1, name: words.end }).waitFor();
    forgive(visit);
    await expectSound(visit);
  });
});

it('finds the end of a run that ended meanwhile', async () => {
  const { made, line, visit } = await followed(LOOKS[0] as (typeof LOOKS)[0]);
  line.cut();
  await visit.page.getByText(WORDS.en.lost).waitFor();
  await made.finish();
  await line.mend();
  await visit.page.getByRole('heading', { level: 1, name: WORDS.en.end }).waitFor();
  forgive(visit);
  await expectSound(visit);
});

it('outlasts a proxy that says for a while that the console is away', async () => {
  const { made, line, visit } = await followed(LOOKS[0] as (typeof LOOKS)[0]);
  const { page } = visit;
  const [before, all] = [await shareOf(visit), '**/api/v1/**'];
  await page.route(all, (route) => route.fulfill({ status: 502, body: 'Bad Gateway' }));
  line.cut();
  await line.mend();
  await page.getByText(WORDS.en.lost).waitFor();
  // Once by the browser, which gives it up; and the run itself is asked for.
  await page.waitForResponse((response) => response.url().endsWith('/events') && response.status() === 502);
  await page.waitForResponse((response) => response.url().endsWith('/runs/1') && response.status() === 502);
  expect(await shareOf(visit)).toBe(before);
  await page.unroute(all);
  await expect.poll(() => page.getByText(WORDS.en.lost).count(), BACK).toBe(0);
  await made.finish();
  await page.getByRole('heading', { level: 1, name: WORDS.en.end }).waitFor();
});
