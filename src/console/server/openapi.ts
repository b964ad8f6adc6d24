import { z } from 'zod';
import { problem, ROUTES, type Route } from '../api/index.ts';

type Json = Readonly<Record<string, unknown>>;

/** As all routes have it; `PREFIX + path` is what a client calls. */
export const PREFIX = '/api/v1';

/** What every route may answer besides its own problems. */
const ALWAYS = {
  400: 'Not as agreed here',
  403: 'Not allowed, or asked by another site or under another name',
  429: 'Too many requests',
  500: 'A fault',
  503: 'The disk is full, say',
};
const WITH_BODY = { 413: 'Too large', 415: 'Not JSON' };

/** The OpenAPI 3.1 document of `ROUTES`: made from the same schemas that validate. */
export function openApi(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const path = `${PREFIX}${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'fullcone console', version },
    paths,
    components: {
      schemas: { problem: jsonSchema(problem, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'fullcone', description: SESSION },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function operation(name: string, route: Route): Json {
  const body = route.saysBody ?? route.body;
  const problems = {
    ...ALWAYS,
    ...(body ? WITH_BODY : {}),
    ...(route.access === 'public' ? {} : NOT_SIGNED_IN),
    ...tell(route.problems ?? {}),
  };
  return {
    operationId: name,
    summary: route.says,
    'x-access': route.access,
    security: route.access === 'public' ? [] : [{ session: [] }, { token: [] }],
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...(route.access === 'public' || route.method === 'GET' ? [] : [CSRF]),
    ],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(problems).map(([status, says]) => [status, { description: says, ...PROBLEM }]),
      ),
      ...Object.fromEntries(Object.entries(route.replies).map(([status, reply]) => [status, response(reply)])),
    },
  };
}

const NOT_SIGNED_IN = { 401: 'Not signed in' };
const SESSION = 'Its name is `__Host-fullcone` where the console speaks TLS, or a proxy in front does';
/** A page sends it, and a token needs none. */
const CSRF = {
  ...{ name: 'x-csrf-token', in: 'header', required: false, schema: { type: 'string' } },
  description: 'With a session it is needed: `csrf` of `GET /state`',
};
const PROBLEM = { content: { 'application/json': { schema: { $ref: '#/components/schemas/problem' } } } };

const tell = (problems: Readonly<Record<number, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(problems).map(([status, codes]) => [status, codes.join(', ')]));

function response(reply: Route['replies'][number] | undefined): Json {
  if (!reply) return { description: 'Done' };
  if (!(reply instanceof z.ZodType)) return { description: 'As asked', content: { [reply.type]: {} } };
  return { description: 'As asked', content: { 'application/json': { schema: jsonSchema(reply, 'output') } } };
}

function parameters(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  // What is coerced has any type before it: the schema after it says more.
  const after = (jsonSchema(schema, 'output') as { properties?: Record<string, Json> }).properties ?? {};
  return Object.keys(properties).map((name) => ({
    name,
    in: place,
    required: place === 'path' || (required.includes(name) && !('default' in (after[name] ?? {}))),
    schema: after[name] ?? {},
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
  return rest;
}
