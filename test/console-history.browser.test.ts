import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportInModel } from '../lab/run-model.ts';
import { forwarding, SUPPORTED, storeRun } from '../lab/test-sample-console.ts';
import { historyHandlers } from '../src/console/runs/history.ts';
import { RunManager } from '../src/console/runs/manager.ts';
import { routerHere } from '../src/console/runs/router-here.ts';
import type { Store } from '../src/console/store/index.ts';
import { Browser as Client, PASSWORD } from '../src/console/test-console.ts';
import type { Report } from '../src/report/index.ts';
import { nodeSystem } from '../src/system/node/index.ts';
import { modelConsole } from './test-check-console.ts';
import { expectSound, type Language, LOOKS, launchChromium, serveConsole } from './test-chromium.ts';

/* What was found before: the list, two runs compared, and the trend; by the real server, of real reports. */

let browser: Browser;
let good: Report;
let bad: Report;
beforeAll(async () => {
  browser = await launchChromium();
  const ports = { udp: '5060,9000-9019' };
  good = await reportInModel(SUPPORTED, ports);
  bad = await reportInModel(forwarding([5060, 5060], [9000, 9009]), ports);
});
afterAll(() => browser.close());

const WORDS = {
  en: {
    pick: /^Pick run/,
    compare: 'Compare',
    worse: '10 ports are no longer open.',
    opened: '10 ports opened. All are open now.',
    same: 'Nothing changed.',
    cause: 'The router lets nothing in from outside.',
    show: 'Show',
    older: 'Older',
    newer: 'Newer',
    none: 'There is none of this kind.',
    never: 'Nothing has been checked yet.',
    remove: (id: number) => `Delete run ${id}`,
    keep: 'Keep it',
    another: 'Another',
    cannot: 'These runs cannot be compared.',
    trend: /^Open ports over time/,
    half: /Run 2: 50 % open/,
  },
  de: {
    pick: /wählen$/,
    compare: 'Vergleichen',
    worse: '10 Ports sind nicht mehr offen.',
    opened: '10 Ports kamen hinzu. Jetzt sind alle offen.',
    same: 'Nichts hat sich geändert.',
    cause: 'Der Router lässt von außen nichts herein.',
    show: 'Zeige',
    older: 'Ältere',
    newer: 'Neuere',
    none: 'Davon gibt es keine.',
    never: 'Es wurde noch nichts geprüft.',
    remove: (id: number) => `Lauf ${id} löschen`,
    keep: 'Behalten',
    another: 'Anderer',
    cannot: 'Diese Läufe lassen sich nicht vergleichen.',
    trend: /^Offene Ports im Lauf der Zeit/,
    half: /Lauf 2: 50 % offen/,
  },
} as const satisfies Record<Language, unknown>;

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** With so many runs, of which each second one is bad. */
async function withRuns(count: number) {
  const handlers = (store: Store) => {
    const system = nodeSystem();
    const manager = new RunManager({ system, store, version: 'lab', services: null });
    return historyHandlers({ store, manager, here: routerHere(system) });
  };
  const console = await serveConsole(handlers);
  const { store } = console.made;
  for (let run = 1; run <= count; run++) await storeRun(store, run % 2 === 1 ? good : bad, at(run));
  return { console, store };
}

const rows = (page: Page) => page.getByRole('checkbox');

describe.each(LOOKS)('$locale, $width px', (look) => {
  const words = WORDS[look.locale];

  it('says calmly that there is nothing yet', async () => {
    const { console } = await withRuns(0);
    const visit = await console.visit(browser, look);
    await visit.page.goto(`${visit.at}/history`);
    await visit.page.getByText(words.never).waitFor();
    await expectSound(visit);
  });

  it('leads from two picks, by keyboard, to what changed, in words first', async () => {
    const { console } = await withRuns(4);
    const visit = await console.visit(browser, look);
    const { page } = visit;
    await page.goto(`${visit.at}/history`);
    await rows(page).first().waitFor();
    await page.getByRole('img', { name: words.trend }).waitFor();
    expect(await page.getByRole('button', { name: words.half }).count()).toBe(1);
    expect(await page.getByRole('button', { name: words.compare, exact: true }).isDisabled()).toBe(true);
    // Newest first: run 4, then run 3; run 1 takes the place of what was picked first.
    for (const index of [0, 1, 3]) {
      await rows(page).nth(index).focus();
      await page.keyboard.press('Space');
    }
    expect(await rows(page).nth(0).isChecked()).toBe(false);
    await rows(page).nth(1).press('Space');
    await rows(page).nth(2).press('Space');
    await expectSound(visit);
    await page.getByRole('button', { name: words.compare, exact: true }).press('Enter');
    await page.getByRole('heading', { level: 1, name: words.worse }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/history/compare/1/2');
    const row = page.getByRole('row').filter({ hasText: 'UDP 9010–9019' });
    expect(await row.textContent()).toContain(words.cause);
    await expectSound(visit);
    // The other way round, and a run that is as it was.
    await page.goto(`${visit.at}/history/compare/2/3`);
    await page.getByRole('heading', { level: 1, name: words.opened }).waitFor();
    await page.getByLabel(words.another).nth(0).selectOption('1');
    await page.getByRole('heading', { level: 1, name: words.same }).waitFor();
    await expectSound(visit);
  });

  it('says so when there is no such run', async () => {
    const { console } = await withRuns(1);
    const visit = await console.visit(browser, look);
    await visit.page.goto(`${visit.at}/history/compare/1/99`);
    await visit.page.getByRole('heading', { level: 1, name: words.cannot }).waitFor();
    await visit.page.getByRole('alert').waitFor();
    expect(visit.errors.filter((error) => !/404/.test(error))).toEqual([]);
  });
});

describe('the list', () => {
  const words = WORDS.en;
  const LOOK = LOOKS[0] as (typeof LOOKS)[0];

  it('comes in pages, and shows but one kind when asked', async () => {
    const { console } = await withRuns(45);
    const { page, at: address, errors } = await console.visit(browser, LOOK);
    const shown = async (first: number) => {
      await page.getByRole('link', { name: `Run ${first}`, exact: true }).waitFor();
      return rows(page).count();
    };
    await page.goto(`${address}/history`);
    expect(await shown(45)).toBe(20);
    await page.getByRole('button', { name: words.older }).click();
    expect(await shown(25)).toBe(20);
    await page.getByRole('button', { name: words.older }).click();
    expect(await shown(5)).toBe(5);
    expect(await page.getByRole('button', { name: words.older }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: words.newer }).click();
    await page.getByLabel(words.show).selectOption('unsupported');
    expect(await shown(44)).toBe(20);
    await page.getByRole('button', { name: words.older }).click();
    expect(await shown(4)).toBe(2);
    await page.getByLabel(words.show).selectOption('cancelled');
    await page.getByText(words.none).waitFor();
    expect(errors).toEqual([]);
  });

  it('loses a run only when it has been asked for twice', async () => {
    const { console, store } = await withRuns(3);
    const { page, at: address } = await console.visit(browser, LOOK);
    await page.goto(`${address}/history`);
    await page.getByRole('button', { name: words.remove(2) }).press('Enter');
    await page.getByRole('button', { name: words.keep }).click();
    expect(await store.run(2)).not.toBeNull();
    await page.getByRole('button', { name: words.remove(2) }).press('Enter');
    await page.getByRole('button', { name: words.remove(2) }).press('Enter');
    await page.getByRole('link', { name: 'Run 2', exact: true }).waitFor({ state: 'detached' });
    expect(await store.run(2)).toBeNull();
  });

  it('lets a viewer read and compare, and delete nothing; the server refuses, too', async () => {
    const { console, store } = await withRuns(2);
    await console.admin.ask('POST', 'users', { name: 'vera', password: PASSWORD, role: 'viewer' });
    const viewer = await new Client(console.made).signIn('vera');
    const visit = await console.visit(browser, LOOK, viewer);
    await visit.page.goto(`${visit.at}/history`);
    await rows(visit.page).nth(1).waitFor();
    expect(await visit.page.getByRole('button', { name: /Delete/ }).count()).toBe(0);
    await rows(visit.page).nth(0).check();
    await rows(visit.page).nth(1).check();
    await visit.page.getByRole('button', { name: words.compare, exact: true }).click();
    await visit.page.getByRole('heading', { level: 1, name: words.worse }).waitFor();
    expect((await viewer.ask('DELETE', 'runs/1')).status).toBe(403);
    expect(await store.run(1)).not.toBeNull();
    await expectSound(visit);
  });
});

describe('two runs', () => {
  it('that were really made, before and after the router was changed, are compared', async () => {
    const console = await modelConsole(forwarding([5060, 5060]), { pbx: { udp: '5060,9000-9005' } });
    const { lab, admin, finish } = console;
    const run = async () => {
      expect((await admin.ask('POST', 'runs', { scope: { kind: 'all' }, noWait: true })).status).toBe(201);
      await finish();
    };
    await run();
    lab.repair(SUPPORTED.router as never);
    await lab.advance(300_000);
    await run();
    const { page, at: address } = await console.visit(browser, LOOKS[0] as (typeof LOOKS)[0]);
    await page.goto(`${address}/history/compare/1/2`);
    await page.getByRole('heading', { level: 1, name: '6 ports opened. All are open now.' }).waitFor();
    await page.getByRole('row', { name: 'UDP 9000–9005 closed then' }).waitFor();
  });
});
