import fc from 'fast-check';
import { z } from 'zod';
import { problem, ROUTES, type Route, type RouteName } from './api/index.ts';
import type { Browser } from './test-console.ts';

/* For tests: requests as the OpenAPI document describes them, mostly, and whether an answer is what it says. */

export type Json = Record<string, unknown>;

interface Operation {
  readonly operationId: RouteName;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Json;
  }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Json } } };
}

export interface Described {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

export interface Asked extends Described {
  readonly values: readonly (readonly [name: string, place: string, value: unknown])[];
  readonly body: unknown;
}

/** After these there is less to be asked for. */
const RARE: readonly RouteName[] = ['removeData', 'removeRun', 'removeToken', 'openapi', 'health', 'state'];
const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(-1, 0, 1, 2 ** 53, '', 'a'.repeat(5_000), '../..', "' OR 1=1 --", 'udp/5060', null, [], {}),
);

/** What a person would type. */
const WORDS = [
  '198.51.100.10',
  'udp/5060',
  'udp/9000-9005',
  '5060',
  '9000-9003, 5060',
  'auto',
  '0 2 * * *',
  '3cx',
  '',
].concat(['any', 'mikrotik', 'embedded', 'localhost', '07:30', 'ada', '198.51.100.10:3478', '[::1]:3478', 'true']);
const TYPED: Readonly<Record<string, readonly string[]>> = {
  email: ['a@example.org', 'b@example.org'],
  uri: ['https://example.org/', 'http://127.0.0.1:9/hook'],
  ipv4: ['203.0.113.44', '0.0.0.0', '127.0.0.1'],
  ipv6: ['::', '2001:db8::1'],
};

/** A value that fits, mostly. */
function valueFor(schema: Json): fc.Arbitrary<unknown> {
  const { anyOf, oneOf, properties, enum: words, const: only, type, items } = schema;
  if (only !== undefined) return fc.constant(only);
  if (words) return fc.constantFrom(...(words as unknown[]));
  const either = (anyOf ?? oneOf) as Json[] | undefined;
  if (either) return fc.oneof(...either.map(valueFor));
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => valueFor({ ...schema, type: one as string })));
  if (properties) return recordFor(properties as Record<string, Json>, (schema['required'] ?? []) as string[]);
  if (type === 'array') return fc.array(valueFor((items ?? {}) as Json), { maxLength: 3 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'integer' || type === 'number') return numberFor(schema);
  return type === 'string' ? textFor(schema) : anything;
}

/** Most of what is asked for has a small number. */
function numberFor({ minimum = 0, maximum = 70_000 }: Json): fc.Arbitrary<number> {
  const [min, max] = [Number(minimum), Math.min(Number(maximum), 100_000)];
  const fitting = fc.integer({ min, max });
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min, max: min + 4 }) },
    { weight: 3, arbitrary: fitting },
    { weight: 1, arbitrary: fc.oneof(fc.integer(), fc.double()) },
  );
}

function textFor({ pattern, format }: Json): fc.Arbitrary<string> {
  const typed = fc.constantFrom(...(TYPED[String(format)] ?? WORDS));
  const fitting = typeof pattern === 'string' ? fc.stringMatching(new RegExp(pattern)) : typed;
  return fc.oneof(
    { weight: 5, arbitrary: typed },
    { weight: 4, arbitrary: format === undefined ? fitting : typed },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  );
}

/** `required`: of a schema of what comes in; the others are left out now and then. */
function recordFor(properties: Record<string, Json>, required: readonly string[]): fc.Arbitrary<unknown> {
  const parts = Object.entries(properties).map(([name, part]) => {
    const value = fc.oneof({ weight: 40, arbitrary: valueFor(part) }, { weight: 1, arbitrary: anything });
    return [name, value] as const;
  });
  const whole = fc.record(Object.fromEntries(parts), { requiredKeys: [...required] });
  const some = fc.record(Object.fromEntries(parts), { requiredKeys: [] });
  return fc.oneof({ weight: 9, arbitrary: whole }, { weight: 1, arbitrary: some });
}

/** A part of the path, or of what is asked for beside it: that may be left out. */
const parametersFor = ({ parameters }: Operation): fc.Arbitrary<Asked['values']> =>
  fc
    .tuple(
      ...parameters.map(({ name, in: place, required, schema }) => {
        const value = fc.oneof(
          { weight: 15, arbitrary: valueFor(schema) },
          { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
        );
        return fc.tuple(fc.constant(name), fc.constant(place), required ? value : fc.option(value, { nil: LEFT_OUT }));
      }),
    )
    .map((values) => values.filter(([, , value]) => value !== LEFT_OUT));

const LEFT_OUT = Symbol('left out');

function requestFor(one: Described, sections: Record<string, Json>): fc.Arbitrary<Asked> {
  const { operation } = one;
  if (operation.operationId === 'changeSettings')
    return fc
      .constantFrom(...Object.keys(sections))
      .chain((section) =>
        valueFor(sections[section] ?? {}).map((body) => ({ ...one, values: [['section', 'path', section]], body })),
      );
  const schema = operation.requestBody?.content['application/json'].schema;
  return fc.record({
    ...{ path: fc.constant(one.path), method: fc.constant(one.method), operation: fc.constant(operation) },
    values: parametersFor(operation),
    body: schema ? valueFor(schema) : fc.constant(undefined),
  });
}

export const requestsOf = (described: readonly Described[], sections: Record<string, Json>): fc.Arbitrary<Asked> =>
  fc.oneof(
    ...described.map((one) => ({
      weight: RARE.includes(one.operation.operationId) ? 1 : 10,
      arbitrary: requestFor(one, sections),
    })),
  );

const inUrl = (value: unknown): string =>
  encodeURIComponent(
    (typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(/\p{Surrogate}/gu, ''),
  );

export function urlOf({ path, values }: Asked): string {
  const whole = values.reduce(
    (url, [name, place, value]) => (place === 'path' ? url.replace(`{${name}}`, inUrl(value)) : url),
    path,
  );
  const query = values.flatMap(([name, place, value]) => (place === 'query' ? [`${name}=${inUrl(value)}`] : []));
  return `${whole}?${query.join('&')}`;
}

/** What is not as the document says; null: nothing. */
export function wrongWith(name: RouteName, { status, text, body }: Awaited<ReturnType<Browser['ask']>>): string | null {
  const route: Route = ROUTES[name];
  if (status in route.replies) {
    const schema = route.replies[status];
    if (schema === null) return text === '' ? null : 'there is a body';
    if (!(schema instanceof z.ZodType)) return text === '' ? 'there is nothing in it' : null;
    return schema.safeParse(body).error?.message ?? null;
  }
  const read = problem.safeParse(body);
  if (!read.success) return 'is no problem as agreed';
  const { code } = read.data;
  if (status === 400) return code === 'invalid' ? null : `400 ${code}`;
  // Where a path has no room for what was typed, it is another one.
  if (status === 404 && code === 'not-found' && route.params) return null;
  return route.problems?.[status]?.includes(code) === true ? null : `${status} ${code} is not in the document`;
}

export async function described(browser: Browser): Promise<readonly Described[]> {
  const { paths } = (await browser.ask('GET', 'openapi.json')).body as {
    readonly paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

/** Small numbers are those of the newest runs: 1 is the last. */
export const nearTo = (newest: number, asked: Asked): Asked => ({
  ...asked,
  values: asked.values.map(([name, place, value]) =>
    ['id', 'a', 'b'].includes(name) && typeof value === 'number' && value >= 1 && value <= 5
      ? [name, place, Math.max(1, newest - value + 1)]
      : [name, place, value],
  ),
});
