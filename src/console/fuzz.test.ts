import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ROUTES, type Route, type RouteName } from './api/index.ts';
import { ASKERS, type Asker, askersOf, EXAMPLES } from './test-askers.ts';
import { Browser } from './test-console.ts';
import { type Asked, described, type Json, nearTo, requestsOf, urlOf, wrongWith } from './test-requests.ts';
import { type WholeConsole, wholeConsole } from './test-whole-console.ts';

/*
 * Whatever is sent, by the OpenAPI document or against it, by anybody, to all handlers as they are: no answer is a fault,
 * and each is what the document says of it. Only what leaves for mail servers and webhooks stays here.
 */
vi.mock('./notify/send.ts', () => ({
  sendMail: () => Promise.resolve({ kind: 'ok', value: null }),
  callWebhook: () => Promise.resolve({ kind: 'error', error: { code: 'refused', detail: 'here' } }),
}));

type Answer = Awaited<ReturnType<Browser['ask']>>;
type Sent = Pick<Asked, 'method' | 'body'> & { readonly name: RouteName; readonly url: string };

const sentBy = (asked: Asked): Sent => ({
  ...{ method: asked.method, body: asked.body, name: asked.operation.operationId },
  url: urlOf(asked),
});

/** A stream that nobody ends is left after a while: null. */
async function ask(
  { console, lab, drive }: WholeConsole,
  browser: Browser,
  { name, method, url, body }: Sent,
  headers: Record<string, string>,
): Promise<Answer | null> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const type = sent === undefined ? {} : { 'content-type': 'application/json' };
  const leaving = new AbortController();
  if (name === 'watch') lab.pbx.clock.at(lab.now() + 3_000, () => leaving.abort());
  const answer = await drive(
    browser.ask(method, url, sent, { ...type, ...headers }, leaving.signal).catch((error: Error) => {
      if (error.name === 'AbortError') return null;
      throw error;
    }),
  );
  if (console.failures.length > 0) throw new Error(`${name}: ${String(console.failures[0])}`);
  return answer;
}

/** As what this one is refused, whatever is asked; null: it is not. */
function refusalOf(name: RouteName, asker: Asker): readonly [status: number, code: string] | null {
  const { access }: Route = ROUTES[name];
  if (access === 'public') return null;
  if (asker === 'nobody') return [401, 'not-signed-in'];
  return access === 'admin' && asker === 'viewer' ? [403, 'not-allowed'] : null;
}

/** A token is nobody, and has nothing of its own. */
const isNobodys = (name: RouteName, asker: Asker): boolean =>
  asker === 'token' && (name === 'changeMe' || name === 'changePassword');

function faultOf(name: RouteName, asker: Asker, answer: Answer): string | null {
  const [status, code] = refusalOf(name, asker) ?? [];
  if (status !== undefined)
    return answer.status === status && answer.body?.code === code ? null : `is not refused as ${status} ${code}`;
  if (isNobodys(name, asker) && answer.status === 403 && answer.body?.code === 'not-allowed') return null;
  return wrongWith(name, answer);
}

const SEED = Number(process.env['FULLCONE_SEED'] ?? 1);
const COUNT = Number(process.env['FULLCONE_COUNT'] ?? 600);
/** After so many requests there is a run again that can be asked for. */
const ANEW = 25;

test('thrown at with anything, the API never fails, and each answer is as its schema says', {
  timeout: 300_000,
}, async () => {
  const whole = await wholeConsole();
  const { console, drive } = whole;
  const browser = await drive(new Browser(console).setUp());
  const askers = await askersOf(whole);
  const all = await described(browser);
  const names = all.map(({ operation }) => operation.operationId);
  expect(names.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  const settings = z.toJSONSchema((ROUTES.settings as Route).replies[200] as z.ZodType) as {
    properties: Record<string, Json>;
  };
  const { network, pbx } = await console.store.settings();
  /** Something to be asked for. */
  const run = async (): Promise<void> => {
    await console.store.writeSettings('network', network);
    await console.store.writeSettings('pbx', pbx);
    const headers = await askers.become(browser, 'admin');
    await drive(browser.ask('POST', 'runs', EXAMPLES.startRun.body, headers));
  };

  let count = 0;
  const statuses = new Map<string, number>();
  const who = fc.constantFrom<Asker>('admin', 'admin', 'admin', 'token', 'viewer', 'nobody');
  await fc.assert(
    fc.asyncProperty(requestsOf(all, settings.properties), who, async (asked, asker) => {
      if (count++ % ANEW === 0) await run();
      const [newest] = await console.store.runs(undefined, 1);
      const headers = await askers.become(browser, asker);
      const answer = await ask(whole, browser, sentBy(nearTo(newest?.id ?? 0, asked)), headers);
      const name = asked.operation.operationId;
      const key = `${name} ${answer?.status ?? 'left'}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
      const fault = answer && faultOf(name, asker, answer);
      if (fault) throw new Error(`${name} by ${asker}: ${answer.status} ${fault}: ${answer.text.slice(0, 300)}`);
    }),
    { numRuns: COUNT, seed: SEED, endOnFailure: true },
  );
  expect(console.failures).toEqual([]);
  if (process.env['FULLCONE_SHOW'])
    process.stdout.write(
      `${[...statuses]
        .sort()
        .map(([key, n]) => `${key}: ${n}`)
        .join('\n')}\n`,
    );
});

describe('each route of the document', () => {
  /** With something to be asked for, whatever was done before. */
  async function reached() {
    const whole = await wholeConsole();
    const { console, drive } = whole;
    const { store } = console;
    const browser = await drive(new Browser(console).setUp());
    const askers = await askersOf(whole);
    const headers = await askers.become(browser, 'admin');
    const begin = () => drive(browser.ask('POST', 'runs', EXAMPLES.startRun.body, headers));
    const ended = async (): Promise<void> => {
      const [newest] = await store.runs(undefined, 1);
      if (newest?.state === 'running') await drive(browser.ask('POST', `runs/${newest.id}/cancel`, undefined, headers));
      while (await store.isRunning()) await drive(new Promise(setImmediate));
    };
    await begin();
    // Its packets are kept last of all.
    while ((await store.record(1)) === null) await drive(new Promise(setImmediate));
    const record = await store.record(1);
    const { id: _, report, state, startedAt, endedAt, ...summary } = (await store.run(1)) ?? { report: null };
    if (!report || state !== 'finished' || !endedAt) throw new Error('there is no report');
    const { ...settings } = await store.settings();

    /** The id that this route is asked for. */
    const idFor = async (name: RouteName): Promise<number> => {
      await Promise.all(
        (['network', 'pbx'] as const).map((section) => store.writeSettings(section, settings[section])),
      );
      await askers.become(browser, 'admin');
      await ended();
      if (name === 'cancelRun') {
        await askers.become(browser, 'admin');
        return (await begin()).body.id;
      }
      if (name === 'addUser') await store.database.deleteFrom('users').where('name', '=', 'carl').execute();
      if (name === 'changeUser' || name === 'removeUser') return askers.ensure('bob', 'viewer');
      if (name === 'removeToken') {
        await askers.become(browser, 'admin');
        return (await drive(browser.ask('POST', 'tokens', EXAMPLES.addToken.body))).body.id;
      }
      const id = await store.beginRun(startedAt ?? '', summary as never);
      await store.finishRun(id, { endedAt, summary: summary as never, report, record });
      return id;
    };
    const all = await described(browser);
    return { whole, browser, askers, idFor, all };
  }

  type Example = { readonly body?: object; readonly query?: Readonly<Record<string, string>> };
  const exampleOf = (name: RouteName): Example => (EXAMPLES as Partial<Record<RouteName, Example>>)[name] ?? {};
  const urlFor = (path: string, id: number | string, query: object): string => {
    const filled = path.replace('{id}', `${id}`).replace('{section}', 'router');
    return `${filled}?${new URLSearchParams(Object.entries(query))}`;
  };

  test('does what it says for whoever may, and refuses all others', { timeout: 120_000 }, async () => {
    const { whole, browser, askers, idFor, all } = await reached();
    for (const { path, method, operation } of all) {
      const name = operation.operationId;
      for (const asker of ASKERS) {
        const id = await idFor(name);
        const { body, query = name === 'compare' ? { a: id, b: id } : {} } = exampleOf(name);
        const headers = await askers.become(browser, asker);
        const answer = await ask(whole, browser, { name, method, body, url: urlFor(path, id, query) }, headers);
        const isRefused = refusalOf(name, asker) !== null || isNobodys(name, asker);
        // The first password has been set, and watching has no end.
        const expected = name === 'setUp' ? 'refused' : name === 'watch' ? 'left' : 'done';
        const came = answer === null ? 'left' : answer.status < 300 ? 'done' : 'refused';
        expect([name, asker, came, answer?.text]).toEqual([
          name,
          asker,
          isRefused ? 'refused' : expected,
          answer?.text,
        ]);
        expect([name, asker, answer && faultOf(name, asker, answer)]).toEqual([name, asker, null]);
      }
    }
  });

  test('keeps every section of the settings as it was given', async () => {
    const { whole, browser, askers } = await reached();
    const settings = await whole.console.store.settings();
    for (const [section, value] of Object.entries(settings)) {
      const headers = await askers.become(browser, 'admin');
      const { status, body } = await whole.drive(browser.ask('PUT', `settings/${section}`, value, headers));
      expect([section, status, body]).toEqual([section, 200, settings]);
    }
  });

  /** What the document does not allow, of something that it does. */
  function wrongBodies(
    body: object,
    { anyOf, required = [] }: { readonly anyOf?: unknown; readonly required?: string[] },
  ) {
    const needed = anyOf ? Object.keys(body) : required;
    const without = needed.map((left) => Object.fromEntries(Object.entries(body).filter(([name]) => name !== left)));
    const otherwise = Object.keys(body).map((name) => ({ ...body, [name]: { of: 'another kind' } }));
    return [null, [], 'text', 7, [body], { ...body, more: 1 }, ...without, ...otherwise];
  }

  test('takes nothing that is not as agreed, from anybody', { timeout: 120_000 }, async () => {
    const { whole, browser, askers, idFor, all } = await reached();
    const told: unknown[] = [];
    for (const { path, method, operation } of all) {
      const name = operation.operationId;
      const { params, query: asks, body: takes }: Route = ROUTES[name];
      const { body, query = name === 'compare' ? { a: 1, b: 1 } : {} } = exampleOf(name);
      expect([name, body !== undefined]).toEqual([name, takes !== undefined]);
      const id = await idFor(name);
      const schema = operation.requestBody?.content['application/json'].schema;
      const bodies = body && schema ? wrongBodies(body, schema) : [];
      const sent = [
        ...bodies.map((wrong) => ({ body: wrong, url: urlFor(path, id, query) })),
        ...(asks ? [{ body, url: urlFor(path, id, { ...query, more: '1' }) }] : []),
        ...(params && path.includes('{id}')
          ? ['0', '-1', '1.5', 'x', '1e9999', '%00'].map((wrong) => ({ body, url: urlFor(path, wrong, query) }))
          : []),
      ];
      for (const asker of ASKERS)
        for (const { body: wrong, url } of sent) {
          const headers = await askers.become(browser, asker);
          const answer = await ask(whole, browser, { name, method, body: wrong, url }, headers);
          const [status, code] = refusalOf(name, asker) ?? [400, 'invalid'];
          if (answer?.status !== status || answer.body?.code !== code)
            told.push([name, asker, url, wrong, answer?.status, answer?.body]);
        }
    }
    expect(told).toEqual([]);
  });
});
