import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { problem, ROUTES, type Route } from './api/index.ts';
import { Browser, PASSWORD, testConsole } from './test-console.ts';

type Json = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly 'x-access': string;
  readonly parameters: readonly { name: string; in: string; schema: Json }[];
  readonly requestBody?: { content: { 'application/json': { schema: Json } } };
}

async function operations() {
  const browser = await new Browser(await testConsole()).setUp();
  const { paths } = (await browser.ask('GET', 'openapi.json')).body as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

describe('the OpenAPI document', () => {
  test('has the routes of the server, and the server those of the document', async () => {
    const { app } = await testConsole();
    const described = await operations();
    const missing = described.filter(({ method, path }) => {
      const url = path.replace(/\{(\w+)\}/g, ':$1');
      return !app.hasRoute({ method: method as 'GET', url });
    });
    expect(missing).toEqual([]);
    expect(described.map(({ operation }) => operation.operationId).sort()).toEqual(Object.keys(ROUTES).sort());
    const routed = app.printRoutes({ commonPrefix: false }).match(/\((?:GET|PUT|POST|PATCH|DELETE|, )+\)/g) ?? [];
    expect(routed.join().match(/GET|PUT|POST|PATCH|DELETE/g)).toHaveLength(described.length);
  });

  test('has schemas that can be used', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = (await operations()).flatMap(({ operation }) => [
      ...operation.parameters.map(({ schema }) => schema),
      ...(operation.requestBody ? [operation.requestBody.content['application/json'].schema] : []),
    ]);
    expect(schemas.length).toBeGreaterThan(20);
    expect(schemas.filter((schema) => !ajv.validateSchema(schema))).toEqual([]);
  });
});

describe('an answer', () => {
  test.each([
    ['state', 'GET', 'state', undefined],
    ['health', 'GET', 'health', undefined],
    ['signIn', 'POST', 'session', { name: 'ada', password: PASSWORD }],
    ['changeMe', 'PATCH', 'me', { language: 'de' }],
    ['users', 'GET', 'users', undefined],
    ['addUser', 'POST', 'users', { name: 'bob', password: PASSWORD, role: 'viewer' }],
    ['changeUser', 'PATCH', 'users/1', {}],
    ['tokens', 'GET', 'tokens', undefined],
    ['addToken', 'POST', 'tokens', { name: 't', role: 'viewer' }],
    ['audit', 'GET', 'audit', undefined],
    ['settings', 'GET', 'settings', undefined],
    ['changeSettings', 'PUT', 'settings/router', { product: 'any', wanInterface: null }],
  ] as const)('of %s is as its schema says', async (name, method, path, body) => {
    const browser = await new Browser(await testConsole()).setUp();
    const answer = await browser.ask(method, path, body);
    const schema = (ROUTES[name] as Route).replies[answer.status];
    expect(schema).toBeInstanceOf(z.ZodType);
    expect((schema as z.ZodType).safeParse(answer.body).error).toBeUndefined();
  });
});

describe('the pages', () => {
  test('are there for every address of theirs, and what has a hash in its name is kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fullcone-pages-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<p>here');
    writeFileSync(join(folder, 'assets/index-Ab12_-xY.js'), '1');
    writeFileSync(join(folder, '.env'), 'secret');
    const browser = new Browser(await testConsole({ pages: folder }));
    for (const path of ['/', '/history/12', '/settings?a=b'])
      expect(await browser.ask('GET', path)).toMatchObject({
        status: 200,
        text: '<p>here',
        headers: { 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' },
      });
    expect((await browser.ask('GET', '/assets/index-Ab12_-xY.js')).headers['cache-control']).toMatch(/immutable/);
    const nothing = ['/assets/none.js', '/.env', '/..%2fpackage.json', '/api', '/api/v2/state', '/%00', '/%'];
    const asked = await Promise.all(nothing.map((path) => browser.ask('GET', path)));
    expect(asked.filter(({ status }) => status !== 404 && status !== 400)).toEqual([]);
    expect((await browser.ask('POST', '/history')).status).toBe(404);
  });
});

/** Whatever is sent, by the document or against it: an answer that is foreseen. */
describe('thrown at with anything', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(-1, 0, 1, 2 ** 53, '', 'a'.repeat(5_000), '../..', "' OR 1=1 --", 'udp/5060', null, [], {}),
  );

  /** A value that fits, roughly, or does not. */
  function valueFor(schema: Json): fc.Arbitrary<unknown> {
    const { anyOf, oneOf, properties, enum: words, const: only, type, items } = schema as Record<string, unknown>;
    const of = (list: Json[]) => fc.oneof(...list.map(valueFor));
    if (only !== undefined) return fc.constant(only);
    if (words) return fc.constantFrom(...(words as unknown[]));
    if (anyOf ?? oneOf) return of((anyOf ?? oneOf) as Json[]);
    if (properties) {
      const parts = Object.entries(properties as Record<string, Json>).map(([name, part]) => {
        const value = fc.oneof({ weight: 6, arbitrary: valueFor(part) }, { weight: 1, arbitrary: anything });
        return [name, value] as const;
      });
      return fc.record(Object.fromEntries(parts), { requiredKeys: parts.slice(0, -1).map(([name]) => name) });
    }
    if (type === 'array') return fc.array(valueFor((items ?? {}) as Json), { maxLength: 3 });
    if (type === 'integer' || type === 'number') return fc.oneof(fc.integer({ min: -1, max: 70_000 }), fc.nat(5));
    if (type === 'boolean') return fc.boolean();
    if (type === 'null') return fc.constant(null);
    if (type === 'string')
      return fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.stringMatching(/^[a-z]{12}$/));
    return anything;
  }

  test('it never fails, and says what was wrong as agreed', { timeout: 60_000 }, async () => {
    const known = (await operations()).filter(
      ({ operation }) => !['signOut', 'changePassword', 'removeUser'].includes(operation.operationId),
    );
    const console = await testConsole({ most: 1_000_000 });
    const browser = await new Browser(console).setUp();
    // Passwords are slow by intent, and the admin has to stay signed in.
    const { cookie, csrf } = browser;
    const request = fc.constantFrom(...known).chain(({ path, method, operation }) =>
      fc.record({
        method: fc.constant(method),
        path: fc.constant(path),
        values: fc.tuple(
          ...operation.parameters.map(({ name, in: place, schema }) =>
            fc.tuple(fc.constant(name), fc.constant(place), fc.oneof(valueFor(schema), fc.string({ unit: 'binary' }))),
          ),
        ),
        body: operation.requestBody
          ? fc.option(valueFor(operation.requestBody.content['application/json'].schema), { nil: undefined })
          : fc.constant(undefined),
      }),
    );
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, values, body }) => {
        Object.assign(browser, { cookie, csrf });
        const text = (value: unknown) =>
          encodeURIComponent(
            String(typeof value === 'object' ? JSON.stringify(value) : value).replace(/\p{Surrogate}/gu, ''),
          );
        const inPath = values.reduce(
          (url, [name, place, value]) => (place === 'path' ? url.replace(`{${name}}`, text(value)) : url),
          path,
        );
        const query = values.flatMap(([name, place, value]) => (place === 'query' ? [`${name}=${text(value)}`] : []));
        const sent = body === undefined ? undefined : JSON.stringify(body);
        const type = sent === undefined ? {} : { 'content-type': 'application/json' };
        const answer = await browser.ask(method, `${inPath}?${query.join('&')}`, sent, type);
        if (answer.status >= 500) throw new Error(`${answer.status} ${JSON.stringify(console.failures)}`);
        if (answer.status >= 400) problem.parse(answer.body);
      }),
      { numRuns: 600 },
    );
    expect(console.failures).toEqual([]);
  });
});
