import type { z } from 'zod';
import type { Language, ROUTES, Role, RouteName } from './api/index.ts';

/* What stands between HTTP and the parts of the console: a handler a route, which knows nothing of HTTP. */

type Part<N extends RouteName, P extends 'params' | 'query' | 'body'> = (typeof ROUTES)[N] extends {
  readonly [K in P]: infer S extends z.ZodType;
}
  ? z.output<S>
  : undefined;

export interface Who {
  readonly kind: 'user' | 'token';
  readonly name: string;
  readonly role: Role;
  readonly language: Language;
}

/** Checked against the schemas of the route, and against who may. */
export interface Call<N extends RouteName = RouteName> {
  readonly params: Part<N, 'params'>;
  readonly query: Part<N, 'query'>;
  readonly body: Part<N, 'body'>;
  readonly who: Who;
  /** Of the header `Last-Event-ID`. */
  readonly lastEventId: string | null;
  /** Told when the client has gone. */
  readonly gone: AbortSignal;
}

/** Who is at the other end, signed in or not; for the handlers that sign in and out. */
export interface Visitor {
  /** As far as it is known: behind a proxy, what that says. */
  readonly address: string;
  /** null: not signed in, or by a token. */
  readonly session: { readonly hash: string; readonly userId: number; readonly csrf: string } | null;
}

/** One server-sent event; `data` becomes JSON. `id` null: none, it is not to be resumed after. */
export interface ServerEvent {
  readonly id: number | null;
  readonly event: string;
  readonly data: unknown;
}

export type Answer =
  | {
      readonly kind: 'json';
      readonly status: 200 | 201;
      readonly body: unknown;
      /** The secret of a session that begins with this answer. */
      readonly session?: string;
    }
  /** `forget`: the browser is to drop the session that has ended. `name`: of what is no more; for the audit log alone. */
  | { readonly kind: 'empty'; readonly status: 202 | 204; readonly forget?: boolean; readonly name?: string }
  | {
      readonly kind: 'problem';
      readonly status: 400 | 401 | 403 | 404 | 409 | 429;
      readonly code: string;
      readonly facts?: Readonly<Record<string, string | number>>;
      readonly fields?: readonly { readonly path: string; readonly code: string }[];
    }
  | {
      readonly kind: 'file';
      readonly type: string;
      /** Under which a browser stores it. */
      readonly name: string;
      readonly content: string | Uint8Array;
    }
  /** A file of which all at once would be large. */
  | { readonly kind: 'parts'; readonly type: string; readonly name: string; readonly parts: AsyncIterable<string> }
  /** Begins with what it has, calls `send` whenever there is more, and `end` at last. Whoever sends heartbeats is HTTP. */
  | { readonly kind: 'events'; readonly open: (to: EventSink) => () => void };

export interface EventSink {
  readonly send: (event: ServerEvent) => void;
  readonly end: () => void;
}

export type Handler<N extends RouteName> = (call: Call<N>) => Promise<Answer>;
export type Handlers<N extends RouteName> = { readonly [K in N]: Handler<K> };

/** For the few that are about signing in. */
export type VisitedCall<N extends RouteName = RouteName> = Call<N> & { readonly visitor: Visitor };
export type VisitedHandlers<N extends RouteName> = { readonly [K in N]: (call: VisitedCall<K>) => Promise<Answer> };

export const json = (body: unknown, status: 200 | 201 = 200): Answer => ({ kind: 'json', status, body });
export const empty = (status: 202 | 204 = 204): Answer => ({ kind: 'empty', status });
export const problem = (
  status: 400 | 401 | 403 | 404 | 409 | 429,
  code: string,
  facts: Readonly<Record<string, string | number>> = {},
): Answer => ({ kind: 'problem', status, code, facts });
