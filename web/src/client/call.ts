import type { z } from 'zod';
import { type Problem, ROUTES, type Route, type RouteName } from '../../../src/console/api/index.ts';

type Routes = typeof ROUTES;
type Input<T> = T extends z.ZodType ? z.input<T> : never;
type Part<N extends RouteName, K extends 'params' | 'query' | 'body'> =
  Routes[N] extends Record<K, infer T> ? { readonly [key in K]: Input<T> } : unknown;

/** Path, query and body, as far as the route has them. */
export type Call<N extends RouteName> = Part<N, 'params'> & Part<N, 'query'> & Part<N, 'body'>;

type Replies<N extends RouteName> = Routes[N]['replies'];
type Value<T> = T extends z.ZodType ? z.output<T> : null;
export type Reply<N extends RouteName> = { [S in keyof Replies<N>]: Value<Replies<N>[S]> }[keyof Replies<N>];

/** What went wrong is a value. `offline`: the console did not answer. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly status: number; readonly problem: Problem };

/** For react-query, which wants failures thrown. */
export class Refusal extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor({ status, problem }: { readonly status: number; readonly problem: Problem }) {
    super(problem.code);
    this.status = status;
    this.problem = problem;
  }
}

const PREFIX = '/api/v1';
const say = (code: string): Problem => ({ code, facts: {}, fields: [] });

let csrf: string | null = null;
/** Sent back with whatever changes something. */
export const keepCsrf = (value: string | null): void => {
  csrf = value;
};

let signedOut = (): void => undefined;
/** `then`: what is done when the console no longer knows who asks. */
export const whenSignedOut = (then: () => void): void => {
  signedOut = then;
};

/** Of an answer that is not the console's own: a proxy's in front of it, mostly. */
const codeOf = (status: number): string => (status === 429 ? 'too-many' : status >= 500 ? 'away' : `http-${status}`);

/** Where a route is; also for links and for EventSource. */
export function addressOf<N extends RouteName>(name: N, call: Call<N>): string {
  const { params = {}, query = {} } = call as { params?: Record<string, unknown>; query?: Record<string, unknown> };
  const path = ROUTES[name].path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(params[key])));
  const asked = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  return `${PREFIX}${path}${asked.length > 0 ? `?${new URLSearchParams(asked)}` : ''}`;
}

export async function ask<N extends RouteName>(
  name: N,
  call: Call<N>,
  signal?: AbortSignal,
): Promise<Outcome<Reply<N>>> {
  const { method }: Route = ROUTES[name];
  const { body } = call as { body?: unknown };
  const response = await fetch(addressOf(name, call), {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && csrf !== null && { 'x-csrf-token': csrf }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch(() => null);
  if (response === null) return { kind: 'refused', status: 0, problem: say('offline') };
  const read = response.status === 204 || response.status === 202 ? null : await response.json().catch(() => null);
  // A page of somebody else's, with 200, is no answer.
  if (response.ok && (read !== null || response.status === 204 || response.status === 202))
    return { kind: 'done', value: read as Reply<N> };
  return { kind: 'refused', status: response.status, problem: refusalIn(response.status, read) };
}

/** What an answer that is a refusal says; whoever is signed out is led to the door. `read`: null where it is no JSON. */
export function refusalIn(status: number, read: unknown): Problem {
  const problem = { ...say(codeOf(status)), ...(read as Partial<Problem> | null) };
  if (problem.code === 'not-signed-in') signedOut();
  return problem;
}

/** The same for react-query. */
export async function get<N extends RouteName>(name: N, call: Call<N>, signal?: AbortSignal): Promise<Reply<N>> {
  const outcome = await ask(name, call, signal);
  if (outcome.kind === 'refused') throw new Refusal(outcome);
  return outcome.value;
}
