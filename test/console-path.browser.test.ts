import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunProgress, RunSummary } from '../src/console/api/index.ts';
import { type EventSink, json } from '../src/console/handler.ts';
import { Progress } from '../src/console/runs/progress.ts';
import { expectSound, launchChromium, serveConsole } from './test-chromium.ts';

/* The path picture of a run that goes on, from a phone upward. What the arrows follow is tested beside progress.ts. */

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const RUN: RunSummary & { report: null } = {
  ...{ id: 7, state: 'running', startedAt: '2026-01-01T00:00:00.000Z', endedAt: null, report: null },
  ...{ by: { kind: 'user', name: 'ada' }, scope: { kind: 'all' }, mode: 'live', verdict: null, reason: null },
  ...{ durationMs: null, counts: null, headline: null },
};
const server = { name: 'reflector.example.net', address: '198.51.100.10', otherAddress: '198.51.100.20', state: 'ok' };
const BEGUN: RunProgress = {
  ...new Progress(7, 0).snapshot(0),
  ...{ phase: 'ports', mode: 'live', servers: [server] },
};
const PLACES = { local: '192.168.0.100', publicAddress: '203.0.113.44' };
/** As the mock has them. */
const MOMENTS = [
  { out: 'waiting', back: 'waiting', cold: 'waiting', warm: 'waiting' },
  { out: 'waiting', back: 'waiting', cold: 'asked', warm: 'waiting' },
  { out: 'asked', back: 'asked', cold: 'asked', warm: 'asked' },
  { out: 'yes', back: 'yes', cold: 'no', warm: 'no' },
] as const;
type Moment = Omit<RunProgress['path'], keyof typeof PLACES>;

/** A console whose one run is where the test says. */
async function running() {
  const pages: EventSink[] = [];
  const console = await serveConsole({
    run: async () => json(RUN),
    runEvents: async () => ({
      kind: 'events',
      open: (sink) => {
        pages.push(sink);
        sink.send({ id: 1, event: 'snapshot', data: { ...BEGUN, path: { ...PLACES, ...MOMENTS[0] } } });
        return () => undefined;
      },
    }),
  });
  let id = 1;
  const tell = (path: Moment, places = PLACES): void => {
    id++;
    for (const page of pages) page.send({ id, event: 'delta', data: { path: { ...places, ...path }, elapsedMs: id } });
  };
  return { console, tell };
}

/** The picture that is seen; the other one is there, and has no size. */
const picture = (page: Page) => page.locator('[class*=picture] > *').locator('visible=true');
const statesOf = async (page: Page): Promise<readonly (string | undefined)[]> => {
  const drawn = await picture(page).locator('[class*=way-]').all();
  const names = await Promise.all(drawn.map((one) => one.getAttribute('class')));
  return names.map((name) => /way-(waiting|asked|yes|no)/.exec(name ?? '')?.[1]);
};

const rest = (state: string): string => (state === 'no' ? 'waiting' : state);
/** Whether the boxes have the room that is there, and nothing stands outside of it. */
const isWhole = async (page: Page): Promise<boolean> => {
  const [all, pbx, other] = await Promise.all(
    [picture(page), picture(page).locator('p').first(), picture(page).locator('p').last()].map((one) =>
      one.boundingBox(),
    ),
  );
  if (!all || !pbx || !other) return false;
  return pbx.width === all.width && other.width > all.width / 3 && other.x + other.width <= all.x + all.width;
};

const WORDS = {
  en: { places: ['PBX', 'Router', 'Internet', 'Server', 'Its other address'], blocked: 'cold, no' },
  de: { places: ['Anlage', 'Router', 'Internet', 'Server', 'Seine andere Adresse'], blocked: 'kalt, nein' },
} as const;
const ADDRESSES = ['192.168.0.100', '203.0.113.44', '198.51.100.10', '198.51.100.20'];

describe.each([
  { locale: 'en', width: 360, scheme: 'light' },
  { locale: 'de', width: 390, scheme: 'dark' },
  { locale: 'de', width: 900, scheme: 'light' },
] as const)('$locale, $width px, $scheme', ({ locale, width, scheme }) => {
  it('shows the way from the phone system down to the servers, and each test on it', async () => {
    const { console, tell } = await running();
    const visit = await console.visit(browser, { locale, width: 390, scheme });
    const { page } = visit;
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${visit.at}/check/7`);
    await picture(page).waitFor();
    expect(await picture(page).count()).toBe(1);
    expect(await isWhole(page)).toBe(true);
    const text = (await picture(page).textContent()) ?? '';
    for (const word of [...WORDS[locale].places, ...ADDRESSES]) expect(text).toContain(word);
    for (const moment of MOMENTS) {
      tell(moment);
      // Each way has two pieces, before and behind the router; nothing comes of what is behind it when it is stopped.
      const { out, back, cold, warm } = moment;
      const [inside, outside] = [
        [out, ...[back, cold, warm].map(rest)],
        [rest(out), back, cold, warm],
      ];
      await expect.poll(() => statesOf(page)).toEqual([...inside, ...outside]);
      await expectSound(visit);
    }
    await page.getByText(WORDS[locale].blocked).waitFor();
  });

  it('has room for the long addresses of IPv6', async () => {
    const { console, tell } = await running();
    const visit = await console.visit(browser, { locale, width: 390, scheme });
    const { page } = visit;
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${visit.at}/check/7`);
    const local = '2001:db8:1111:2222:3333:4444:5555:6666';
    await picture(page).waitFor();
    tell(MOMENTS[3], { local, publicAddress: local });
    await picture(page).getByText(local).first().waitFor();
    expect(await isWhole(page)).toBe(true);
    await expectSound(visit);
  });
});
