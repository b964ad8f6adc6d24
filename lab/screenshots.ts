/**
 * `npm run screenshots`: renders reports of the model lab, which are the same each time, and has Chromium take their
 * pictures for docs/screenshots, and those of the pages of a console with such runs in its past (`npm run build` first).
 * Other arguments than none: a folder for them, `--all` for every size and scheme, `--only=dashboard` for some.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { formatOf, type Report } from '../src/report/index.ts';
import { takeConsole } from './console-screenshots.ts';
import { reportInModel } from './run-model.ts';
import type { NetworkSpec } from './scenarios/index.ts';

const forwarding = (...ranges: readonly (readonly [number, number])[]): NetworkSpec => ({
  router: {
    outward: 'preserve',
    filtering: 'address-and-port',
    forwards: ranges.map(([from, to]) => ({ ports: [{ from, to }], to: 'pbx' as const })),
  },
  server: { kind: 'full' },
});

const PORTS = { udp: '5060,5090,9000-10999', tcp: '5060-5061' };

const REPORTS: Readonly<Record<'unsupported' | 'supported', () => Promise<Report>>> = {
  unsupported: () => reportInModel(forwarding([5060, 5060], [5090, 5090], [9000, 9499]), PORTS),
  supported: () => reportInModel(forwarding([1, 65_535]), PORTS),
};

const PICTURES = [
  { report: 'unsupported', language: 'en', scheme: 'light', width: 1440, isShipped: true },
  { report: 'unsupported', language: 'en', scheme: 'dark', width: 1440, isShipped: true },
  { report: 'unsupported', language: 'de', scheme: 'light', width: 390, isShipped: true },
  { report: 'unsupported', language: 'de', scheme: 'dark', width: 390, isShipped: false },
  { report: 'supported', language: 'de', scheme: 'light', width: 1440, isShipped: true },
  { report: 'supported', language: 'en', scheme: 'dark', width: 390, isShipped: false },
] as const;

/** Of no meaning to a page. */
const PLAIN = { columns: 80, colour: false, verbose: false };

async function takeAll(folder: string, all: boolean, only: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'fullcone-screenshots-'));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    for (const { report, language, scheme, width, isShipped } of PICTURES) {
      if ((!isShipped && !all) || !`report-${report}`.startsWith(only)) continue;
      const file = join(scratch, `${report}-${language}.html`);
      const shown = await REPORTS[report]();
      writeFileSync(file, await formatOf('html').render(shown, language, PLAIN));
      const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 900 } });
      await page.goto(pathToFileURL(file).href);
      const name = `report-${report}-${language}-${width}-${scheme}`;
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
      if (all && width === 1440) {
        await page.pdf({ path: join(folder, `${name}.printed.pdf`), preferCSSPageSize: true });
        writeFileSync(join(folder, `${name}.pdf`), await formatOf('pdf').render(shown, language, PLAIN));
      }
      await page.close();
      console.log(name);
    }
    await takeConsole(browser, folder, ({ name, isShipped }) => (isShipped || all) && name.startsWith(only));
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true });
  }
}

const [folder = join(import.meta.dirname, '../docs/screenshots')] = process.argv
  .slice(2)
  .filter((one) => !one.startsWith('--'));
const only = process.argv.find((one) => one.startsWith('--only='))?.slice(7) ?? '';
await takeAll(folder, process.argv.includes('--all'), only);
