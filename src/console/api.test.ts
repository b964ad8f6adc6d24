import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { portList, ROUTES, type Route } from './api/index.ts';
import { Browser, PASSWORD, testConsole } from './test-console.ts';

type Json = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly 'x-access': string;
  readonly parameters: readonly { name: string; in: string; schema: Json }[];
  readonly requestBody?: { content: { 'application/json': { schema: Json } } };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema?: Json }> }>;
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

const documentOf = async () => (await new Browser(await testConsole()).ask('GET', 'openapi.json')).body;

describe('the OpenAPI document', () => {
  test('is one, by the schema of its specification; a fault in it would be found', async () => {
    const document = await documentOf();
    const isValid = async (one: Parameters<Validator['validate']>[0]) => (await new Validator().validate(one)).valid;
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
    const { version: _, ...info } = document.info;
    expect(await isValid({ ...structuredClone(document), info })).toBe(false);
    const wrong = structuredClone(document);
    wrong.paths['/api/v1/users'].get.parameters = [{ name: 'a', in: 'nowhere' }];
    expect(await isValid(wrong)).toBe(false);
  });

  test('says how to be somebody, and what a page sends beside: each operation by what it has', async () => {
    const { components } = await documentOf();
    expect(components.securitySchemes).toMatchObject({
      session: { type: 'apiKey', in: 'cookie', name: 'fullcone', description: expect.stringContaining('__Host-') },
      token: { type: 'http', scheme: 'bearer' },
    });
    for (const { operation, method } of await operations()) {
      const isPublic = operation['x-access'] === 'public';
      const { operationId, security, parameters, responses } = operation;
      expect([operationId, security]).toEqual([operationId, isPublic ? [] : [{ session: [] }, { token: [] }]]);
      const isGuarded = parameters.some(({ name, in: place }) => name === 'x-csrf-token' && place === 'header');
      expect([operationId, isGuarded]).toEqual([operationId, !isPublic && method !== 'GET']);
      const always = ['400', '403', '429', '500', '503', ...(isPublic ? [] : ['401'])];
      expect([operationId, always.filter((status) => !(status in responses))]).toEqual([operationId, []]);
    }
  });

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
      ...Object.values(operation.responses).flatMap(({ content = {} }) =>
        Object.values(content).flatMap(({ schema }) => (schema ? [schema] : [])),
      ),
    ]);
    expect(schemas.length).toBeGreaterThan(200);
    expect(schemas.filter((schema) => !ajv.validateSchema(schema))).toEqual([]);
  });
});

/** What the specification demands, and a reader of it stumbles over (OpenAPI 3.1.0, sections 4.8.9 to 4.8.17). */
describe('each operation of the document', () => {
  test('names the parameters of its path, and no others', async () => {
    for (const { path, operation } of await operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const given = operation.parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name);
      expect([operation.operationId, given]).toEqual([operation.operationId, named]);
    }
  });

  test('has answers with words, a body where one is read, and refers to nothing that is not there', async () => {
    const browser = await new Browser(await testConsole()).setUp();
    const document = (await browser.ask('GET', 'openapi.json')).body;
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: expect.any(String), version: '1.2.3' } });
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect([...new Set(refs)]).toEqual(['#/components/schemas/problem']);
    for (const { method, operation } of await operations()) {
      const statuses = Object.keys(operation.responses);
      expect(statuses.some((status) => /^2\d\d$/.test(status))).toBe(true);
      expect(statuses.every((status) => /^[1-5]\d\d$/.test(status))).toBe(true);
      expect(Object.values(operation.responses).every(({ description }) => description !== '')).toBe(true);
      expect(['GET', 'DELETE'].includes(method) && operation.requestBody).toBeFalsy();
    }
    const sections = document.paths['/api/v1/settings/{section}'].put.requestBody.content['application/json'].schema;
    expect(sections.anyOf).toHaveLength(6);
  });
});

/** Each place of a schema at which something is an object of named parts. */
function objectsIn(schema: unknown, at: string): { readonly at: string; readonly schema: Json }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inside = Object.entries(schema).flatMap(([name, part]) => objectsIn(part, `${at}.${name}`));
  return 'properties' in schema && 'type' in schema ? [{ at, schema: schema as Json }, ...inside] : inside;
}

test('nothing is taken that the API does not know, at any depth of what any route reads', () => {
  const parts = Object.entries<Route>(ROUTES).flatMap(([name, { params, query, saysBody, body }]) =>
    Object.entries({ params, query, body: saysBody ?? body }).flatMap(([part, schema]) =>
      schema ? objectsIn(z.toJSONSchema(schema, { io: 'input' }), `${name}.${part}`) : [],
    ),
  );
  expect(parts.length).toBeGreaterThan(40);
  expect(parts.filter(({ schema }) => schema['additionalProperties'] !== false).map(({ at }) => at)).toEqual([]);
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

test.each([
  ['', true],
  ['5060,9000-10999', true],
  ['65535', true],
  ['0', false],
  ['65536', false],
  ['9005-9000', false],
  ['5060;', false],
  ['5060-', false],
])('a list of ports: %j', (text, isOne) => {
  expect(portList.safeParse(text).success).toBe(isOne);
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
