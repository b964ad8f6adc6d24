import { Readable } from 'node:stream';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock } from '../../system/index.ts';
import { ROUTES, type Route, type RouteName } from '../api/index.ts';
import { fieldsOf } from '../fields.ts';
import type { Answer, VisitedCall, VisitedHandlers, Visitor, Who } from '../handler.ts';
import { sendEvents } from './events.ts';
import { isOwnHost } from './hosts.ts';
import { openApi, PREFIX } from './openapi.ts';
import { addPages } from './pages.ts';
import { problemBody } from './problem.ts';

/** Whom a request is from, by its cookie or token. */
export interface Identity {
  readonly who: Who;
  readonly session: Visitor['session'];
}

export interface ServerOptions {
  readonly handlers: VisitedHandlers<Exclude<RouteName, 'openapi'>>;
  readonly identify: (secrets: {
    readonly cookie: string | null;
    readonly bearer: string | null;
  }) => Promise<Identity | null>;
  /** Told of everything that somebody has changed. */
  readonly changed: (route: RouteName, call: VisitedCall, answer: Answer) => Promise<void>;
  /** Something that nobody expected; for the console's own output. */
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
  readonly version: string;
  /** Of the built pages; null: there are none. */
  readonly pages: string | null;
  readonly listen: string;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** A proxy is in front, which does TLS, and says who asks. */
  readonly behindProxy: boolean;
  /** Requests per minute and address. */
  readonly most?: number;
}

const MOST_BODY_BYTES = 256 * 1024;
const MOST_REQUESTS = 1_200;
/** Whoever takes longer to say what they want keeps a connection from others. */
const REQUEST_PATIENCE = 30_000;

/** As others know it: a name with this prefix is taken from a server that speaks TLS alone (RFC 6265bis, 4.1.3.2). */
const cookieName = (isSecure: boolean): string => (isSecure ? '__Host-fullcone' : 'fullcone');

export async function makeServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: MOST_BODY_BYTES,
    // The one in front, and none before it: whoever asks may write into that header, too.
    trustProxy: options.behindProxy ? (_address: string, hop: number) => hop === 0 : false,
    logger: false,
    forceCloseConnections: true,
    // Of the request alone: events are sent for as long as somebody looks.
    requestTimeout: REQUEST_PATIENCE,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 100 },
    ...(options.tls && { https: options.tls }),
  }) as unknown as FastifyInstance;
  app.setErrorHandler((error, _request, reply) => tellError(error, reply, options.failed));
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request, reply) => {
    if (!options.behindProxy && !isOwnHost(request.headers.host, options.listen) && isLoopbackSocket(request))
      await reply.code(403).send(problemBody('foreign-host'));
  });
  await app.register(cookie);
  await app.register(helmet, helmetOptions(options));
  await app.register(rateLimit, { max: options.most ?? MOST_REQUESTS, timeWindow: 60_000 });
  const document = JSON.stringify(openApi(options.version));
  const openapi = async (): Promise<Answer> => ({
    kind: 'file',
    type: 'application/json',
    name: '',
    content: document,
  });
  const handlers = { ...options.handlers, openapi } as VisitedHandlers<RouteName>;
  for (const name of Object.keys(ROUTES) as RouteName[]) addRoute(app, name, handlers, options);
  await addPages(app, options.pages);
  return app;
}

/** Only there does a name lead to where a stranger cannot come by itself. */
const isLoopbackSocket = ({ socket }: FastifyRequest): boolean =>
  /^(::ffff:)?127\.|^::1$/.test(socket.localAddress ?? '127.0.0.1');

const helmetOptions = ({ tls, behindProxy }: ServerOptions) => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: tls || behindProxy ? { maxAge: 31_536_000, includeSubDomains: false } : (false as const),
  referrerPolicy: { policy: 'no-referrer' as const },
  xFrameOptions: { action: 'deny' as const },
});

function addRoute(
  app: FastifyInstance,
  name: RouteName,
  handlers: VisitedHandlers<RouteName>,
  options: ServerOptions,
): void {
  const route: Route = ROUTES[name];
  // What has been done is not undone by a full disk: whoever asked is told the truth, the console's own output the rest.
  const written = (note: Promise<void>): Promise<void> => note.catch(options.failed);
  app.route({
    method: route.method,
    exposeHeadRoute: false,
    url: PREFIX + route.path.replace(/\{(\w+)\}/g, ':$1'),
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const isSecure = options.tls !== null || options.behindProxy;
      const secret = request.cookies[cookieName(isSecure)] ?? null;
      const bearer = bearerOf(request.headers.authorization);
      const identify = async () =>
        bearer === null && secret === null ? null : await options.identify({ cookie: secret, bearer });
      const identity = await identify();
      const refusal = refuse(route, request, identity) ?? null;
      if (refusal) return sendAnswer(refusal, reply, isSecure);

      const read = readCall(route, request, identity);
      if (read.kind === 'problem') return sendAnswer(read, reply, isSecure);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const call = { ...read.call, gone: gone.signal } as VisitedCall;
      // What it is given has been checked against the schemas of this very route.
      const answer = await (handlers[name] as (call: VisitedCall) => Promise<Answer>)(call);
      if (answer.kind !== 'problem') await written(options.changed(name, call, answer));
      if (answer.kind === 'events') {
        const mayStill = async () => refuse(route, request, await identify()) === undefined;
        return sendEvents(reply, answer, { gone: gone.signal, mayStill, clock: options.clock });
      }
      return sendAnswer(answer, reply, isSecure);
    },
  });
}

const bearerOf = (header: string | undefined): string | null =>
  header === undefined ? null : (/^Bearer ([\w-]{20,200})$/i.exec(header)?.[1] ?? '');

/** Whether this one may ask for that at all; undefined: yes. */
function refuse(route: Route, request: FastifyRequest, identity: Identity | null): Answer | undefined {
  const { headers } = request;
  if (isFromElsewhere(headers['sec-fetch-site'])) return refused(403, 'cross-site');
  if (route.access === 'public') return undefined;
  if (!identity) return refused(401, 'not-signed-in');
  if (route.access === 'admin' && identity.who.role !== 'admin') return refused(403, 'not-allowed');
  const { session } = identity;
  if (route.method !== 'GET' && session && headers['x-csrf-token'] !== session.csrf) return refused(403, 'csrf');
  return undefined;
}

/** Browsers say from where a request comes (Fetch Metadata); what is no browser says nothing. */
const isFromElsewhere = (site: string | string[] | undefined): boolean =>
  site !== undefined && site !== 'same-origin' && site !== 'none';

const refused = (status: 401 | 403, code: string): Answer => ({ kind: 'problem', status, code });

const NOBODY: Who = { kind: 'user', name: '', role: 'viewer', language: 'en' };

type ReadCall =
  | Extract<Answer, { kind: 'problem' }>
  | { readonly kind: 'call'; readonly call: Omit<VisitedCall, 'gone' | 'params' | 'query' | 'body'> };

function readCall(route: Route, request: FastifyRequest, identity: Identity | null): ReadCall {
  const parts = (['params', 'query', 'body'] as const).map((part) => {
    const schema = route[part];
    const read = schema?.safeParse(request[part]);
    return { part, data: read?.data, fields: read?.error ? fieldsOf(read.error) : [] };
  });
  const fields = parts.flatMap(({ fields }) => fields);
  if (fields.length > 0) return { kind: 'problem', status: 400, code: 'invalid', fields };
  const given = Object.fromEntries(parts.map(({ part, data }) => [part, data]));
  const call = {
    ...given,
    who: identity?.who ?? NOBODY,
    visitor: { address: request.ip, session: identity?.session ?? null },
    lastEventId: textOf(request.headers['last-event-id']),
  };
  return { kind: 'call', call };
}

const textOf = (header: string | string[] | undefined): string | null =>
  typeof header === 'string' ? header.slice(0, 100) : null;

function sendAnswer(answer: Exclude<Answer, { kind: 'events' }> | Answer, reply: FastifyReply, isSecure: boolean) {
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'strict' as const, secure: isSecure };
  switch (answer.kind) {
    case 'json':
      if (answer.session !== undefined) reply.setCookie(cookieName(isSecure), answer.session, cookieOptions);
      return reply.code(answer.status).send(answer.body);
    case 'empty':
      if (answer.forget) reply.clearCookie(cookieName(isSecure), cookieOptions);
      return reply.code(answer.status).send();
    case 'problem':
      if (typeof answer.facts?.['seconds'] === 'number') reply.header('retry-after', answer.facts['seconds']);
      return reply.code(answer.status).send(problemBody(answer.code, answer.facts, answer.fields));
    case 'file':
      if (answer.name !== '') reply.header('content-disposition', disposition(answer.name));
      return reply.type(answer.type).send(answer.content);
    case 'parts':
      reply.header('content-disposition', disposition(answer.name));
      return reply.type(answer.type).send(Readable.from(answer.parts));
    case 'events':
      return reply;
  }
}

/** A name of our own making; whatever else is in it stays out of the header. */
const disposition = (name: string): string => `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`;

/** fastify's own refusals have a status; all else is a fault of ours, or the disk's, and says nothing of itself. */
function tellError(error: unknown, reply: FastifyReply, failed: (error: unknown) => void) {
  const { statusCode = 500 } = error as { readonly statusCode?: number };
  const code = CODES[statusCode];
  if (code !== undefined) return reply.code(statusCode).send(problemBody(code));
  if (statusCode >= 400 && statusCode < 500) return reply.code(400).send(problemBody('invalid'));
  failed(error);
  if (isStorage(error)) return reply.code(503).send(problemBody('storage'));
  return reply.code(500).send(problemBody('internal'));
}

const CODES: Readonly<Record<number, string>> = { 413: 'too-large', 415: 'not-json', 429: 'too-many' };

/** A full disk, say. */
const isStorage = (error: unknown): boolean => {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return typeof errcode === 'number' || String(code).startsWith('SQLITE_');
};
