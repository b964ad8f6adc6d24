/**
 * `npx tsx lab/console-speed.ts` (`npm run build` first): how long a finished report of 16,385 ports takes until it is
 * seen, how long the dashboard, and how many frames a second the map of 65,535 ports has while it is panned and zoomed. Says so, and judges not.
 */
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Report } from '../src/report/index.ts';
import { reportInModel } from './run-model.ts';
import { openSample, storeRun, UNSUPPORTED } from './test-sample-console.ts';

const [ROUNDS, FRAMES, MOST] = [7, 240, 65_535];
const STARTED = '2026-11-20T09:00:00.000Z';

/** As if so many ports had been asked: every seventh hundred is closed. */
function enlarged(report: Report, count: number): Report {
  const [open, closed] = ['open', 'closed'].map((result) => report.ports.find((port) => port.result === result));
  if (!open || !closed) throw new Error('no example of both');
  const ports = Array.from({ length: count }, (_, index) => {
    const port = index + 1;
    const like = Math.floor(port / 100) % 7 === 3 ? closed : open;
    return { ...like, protocol: 'udp' as const, port, mapped: `203.0.113.44:${port}` };
  });
  return { ...report, ports };
}

async function signedIn(browser: Browser, { at, cookie }: { readonly at: string; readonly cookie: string }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: at }]);
  return context;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Milliseconds from the click to the frame in which verdict, map and table are there. */
const UNTIL_SEEN = `new Promise((done) => {
  const look = () => {
    if (document.querySelector('h1') && document.querySelector('canvas') && document.querySelector('tbody tr'))
      requestAnimationFrame(() => done(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
})`;

/** The same for the dashboard, of which nothing is kept in a new browser. */
const UNTIL_DASHBOARD = `new Promise((done) => {
  const look = () => requestAnimationFrame(document.querySelector('main table') ? () => done(performance.now()) : look);
  look();
})`;

const PANNED_AND_ZOOMED = `new Promise((done) => {
  const box = document.querySelector('[role=application]');
  const [smaller, larger] = [...document.querySelectorAll('button[data-zoom]')];
  const gaps = [];
  let last = performance.now();
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    if (gaps.length > ${FRAMES}) return done(gaps.slice(1));
    box.scrollTop = (Math.sin(gaps.length / 20) + 1) * (box.scrollHeight - box.clientHeight) / 2;
    box.scrollLeft = (Math.cos(gaps.length / 20) + 1) * (box.scrollWidth - box.clientWidth) / 2;
    if (gaps.length % 30 === 0) (gaps.length % 120 < 60 ? smaller : larger).click();
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;

async function measure(page: Page): Promise<number> {
  return (await page.evaluate(UNTIL_SEEN)) as number;
}

const report = await reportInModel(UNSUPPORTED, { udp: '5060,9000-9999' });
const sample = await openSample(async (store) => {
  await storeRun(store, enlarged(report, 16_385), STARTED);
  await storeRun(store, enlarged(report, MOST), STARTED);
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const context = await signedIn(browser, sample);
    const page = await context.newPage();
    await page.goto(`${sample.at}/check/1`, { waitUntil: 'commit' });
    times.push(await measure(page));
    await context.close();
  }
  console.log(
    `report of 16,385 ports seen after ${Math.round(median(times))} ms (${times.map(Math.round).join(', ')})`,
  );
  const loads: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const context = await signedIn(browser, sample);
    const page = await context.newPage();
    await page.goto(sample.at, { waitUntil: 'commit' });
    loads.push((await page.evaluate(UNTIL_DASHBOARD)) as number);
    await context.close();
  }
  console.log(`dashboard seen after ${Math.round(median(loads))} ms (${loads.map(Math.round).join(', ')})`);
  const page = await (await signedIn(browser, sample)).newPage();
  await page.goto(`${sample.at}/check/2`);
  await measure(page);
  const gaps = (await page.evaluate(PANNED_AND_ZOOMED)) as number[];
  const second = gaps.reduce((sum, gap) => sum + gap, 0) / 1_000;
  const [slowest] = [...gaps].sort((a, b) => b - a);
  console.log(
    `map of ${MOST} ports: ${(gaps.length / second).toFixed(1)} frames per second, the slowest frame ${slowest?.toFixed(0)} ms`,
  );
} finally {
  await browser.close();
  await sample.close();
}
