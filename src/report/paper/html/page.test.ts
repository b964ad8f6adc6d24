import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { reportInModel } from '../../../../lab/run-model.ts';
import type { Report } from '../../contract.ts';
import { forwardsSome, HOSTILE, hostileReport, reportOf, worstReport } from '../test-reports.ts';
import { renderHtml } from './html.ts';

const folder = mkdtempSync(join(tmpdir(), 'fullcone-html-'));
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

interface Opened {
  readonly page: Page;
  /** Whatever the page tried to load, and whatever its console says. */
  readonly noises: readonly string[];
}

async function open(
  report: Report,
  options: Parameters<Browser['newPage']>[0] = {},
  language: 'en' | 'de' = 'en',
): Promise<Opened> {
  const file = join(folder, 'report.html');
  writeFileSync(file, renderHtml(report, language));
  const page = await browser.newPage(options);
  const noises: string[] = [];
  page.on('console', (message) => noises.push(message.text()));
  page.on('pageerror', (error) => noises.push(error.message));
  page.on('request', (request) => noises.push(...(request.url().startsWith('file:') ? [] : [request.url()])));
  await page.goto(pathToFileURL(file).href);
  return { page, noises };
}

it('says what is wrong, what to do, and shows the packets; and loads nothing', async () => {
  const report = await reportInModel(forwardsSome, { udp: '9000-9099', tcp: '5061' });
  const { page, noises } = await open(report, {}, 'de');
  expect(await page.textContent('h1')).toContain('Die Weiterleitung endet nach Port 9049');
  expect(await page.locator('.steps li').count()).toBeGreaterThan(3);
  expect(await page.locator('svg.ladder').count()).toBe(2);
  expect(await page.locator('.groups').first().textContent()).toContain(
    'Kontrollpakete wurden davor und danach beantwortet',
  );
  expect(await page.locator('.way').getAttribute('aria-label')).toContain('50 von 101 Ports werden erreicht');
  expect(noises).toEqual([]);
  await page.close();
});

it('finds ports by number, range, beginning, result and cause', async () => {
  const { page } = await open(reportOf('5060 open; 9000-9499 open; 9500-9999 closed not-forwarded; tcp/5061 open'));
  const found = async (query: string) => {
    await page.fill('#query', query);
    return [await page.textContent('#said'), await page.locator('#rows tr').count()];
  };
  expect(await found('9500')).toEqual(['1 port', 1]);
  expect(await page.textContent('#rows tr')).toBe('UDP95001closednot-forwarded203.0.113.44:9500');
  expect(await found('9490-9509')).toEqual(['20 ports', 20]);
  expect(await found('95*')).toEqual(['100 ports', 100]);
  expect(await found('closed')).toEqual(['500 ports, the first 200 are shown', 200]);
  expect(await found('tcp')).toEqual(['1 port', 1]);
  expect(await found('not-forwarded 9000-9500')).toEqual(['1 port', 1]);
  expect(await found('7')).toEqual(['No port of this report matches.', 0]);
  await page.fill('#query', '');
  expect(await page.isVisible('#ranges')).toBe(true);
  expect(await page.isVisible('#hits')).toBe(false);
  await page.close();
});

it('stays small with 16,385 ports, however they lie; opens, and is searched, within a second', async () => {
  const report = worstReport();
  expect(Buffer.byteLength(renderHtml(report, 'en'))).toBeLessThan(1_500_000);
  await (await open(reportOf('5060 open'))).page.close();
  const took: number[] = [];
  for (let run = 0; run < 3; run++) {
    const { page } = await open(report);
    took.push(
      await page.evaluate<number>(`(() => {
        const query = document.querySelector('#query');
        query.value = '60000-60010';
        query.dispatchEvent(new Event('input'));
        if (document.querySelectorAll('#rows tr').length !== 11) throw new Error('not found');
        document.body.getBoundingClientRect();
        return performance.now();
      })()`),
    );
    await page.close();
  }
  // Since the navigation began; the best of three, since others may use this machine.
  expect(Math.min(...took)).toBeLessThan(1000);
});

test.each([
  ['light', 1440],
  ['dark', 1440],
  ['light', 390],
  ['dark', 390],
] as const)('axe finds nothing in %s at %i px, and nothing is wider than the page', async (colorScheme, width) => {
  const report = await reportInModel(forwardsSome, { udp: '5060,9000-9099', tcp: '5061' });
  // axe itself is a script that the page's policy forbids.
  const { page } = await open(report, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
  await page.evaluate(axe.source);
  const violations = await page.evaluate<string[]>(
    "axe.run().then((found) => found.violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
  );
  expect(violations).toEqual([]);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  await page.close();
});

test.each(HOSTILE.map((text, index) => [text, index] as const))('%j stays text', async (text, index) => {
  const { page, noises } = await open(hostileReport(index));
  await page.fill('#query', 'udp');
  expect(await page.evaluate('window.hurt')).toBeUndefined();
  expect(await page.locator('img, iframe, object, a[href^="javascript"]').count()).toBe(0);
  expect(await page.locator('style').count()).toBe(1);
  expect(await page.locator('script').count()).toBe(2);
  expect(await page.isVisible('h1')).toBe(true);
  expect(await page.textContent('body')).not.toMatch(/(?![\n\f])\p{C}/u);
  const seen = text.replace(/\p{C}/gu, '').slice(0, 20);
  expect(await page.textContent('#rows')).toContain(seen);
  expect(noises).toEqual([]);
  await page.close();
});
