import { z } from 'zod';
import * as account from './account.ts';
import * as common from './common.ts';
import * as runs from './runs.ts';
import * as settings from './settings.ts';
import * as tools from './tools.ts';

/** Who may call it. `public`: everybody who reaches the console. A viewer may read what is for viewers. */
export type Access = 'public' | 'viewer' | 'admin';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`; `{name}` is a parameter. */
  readonly path: string;
  readonly access: Access;
  /** For the OpenAPI document. */
  readonly says: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** For the OpenAPI document, where `body` lets more through than the handler does. */
  readonly saysBody?: z.ZodType;
  /** By status. `null`: no body. A stream or a file says which kind. */
  readonly replies: Readonly<Record<number, z.ZodType | null | { readonly type: string }>>;
  /** Problems by status, besides 400 (not as agreed), 401, 403, 415, 429, which all may give. */
  readonly problems?: Readonly<Record<number, readonly string[]>>;
}

const byId = z.strictObject({ id: z.coerce.number().int().min(1) });
const section = z.strictObject({
  section: z.enum(['network', 'pbx', 'router', 'schedule', 'notifications', 'general']),
});
const list = <T extends z.ZodType>(of: T) =>
  z.strictObject({ items: z.array(of), /** There are older ones. */ more: z.boolean() });
const EVENTS = { type: 'text/event-stream' } as const;

/** Everything that the pages do. The server, the OpenAPI document, the page's client and the tests all read this table. */
export const ROUTES = {
  state: {
    method: 'GET',
    path: '/state',
    access: 'public',
    says: 'What a page needs before it can show anything',
    replies: { 200: account.state },
  },
  health: {
    method: 'GET',
    path: '/health',
    access: 'public',
    says: 'Whether the console and its database work',
    replies: { 200: z.strictObject({ ok: z.literal(true) }) },
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    says: 'This document',
    replies: { 200: { type: 'application/json' } },
  },
  setUp: {
    method: 'POST',
    path: '/setup',
    access: 'public',
    says: 'Sets the first admin’s password, by the one-time link',
    body: account.setUp,
    replies: { 201: account.state },
    problems: { 403: ['wrong-setup-link'], 409: ['already-set-up'], 429: ['try-later'] },
  },
  signIn: {
    method: 'POST',
    path: '/session',
    access: 'public',
    says: 'Signs in',
    body: account.signIn,
    replies: { 200: account.state },
    problems: { 401: ['wrong-password'], 429: ['try-later'] },
  },
  signOut: { method: 'DELETE', path: '/session', access: 'viewer', says: 'Signs out', replies: { 204: null } },
  changeMe: {
    method: 'PATCH',
    path: '/me',
    access: 'viewer',
    says: 'Changes one’s own language',
    body: account.changeMe,
    replies: { 200: account.user },
  },
  changePassword: {
    method: 'POST',
    path: '/me/password',
    access: 'viewer',
    says: 'Changes one’s own password, and ends all other sessions',
    body: account.changePassword,
    replies: { 204: null },
    problems: { 403: ['wrong-password'], 429: ['try-later'] },
  },
  users: { method: 'GET', path: '/users', access: 'admin', says: 'Users', replies: { 200: z.array(account.user) } },
  addUser: {
    method: 'POST',
    path: '/users',
    access: 'admin',
    says: 'Adds a user',
    body: account.newUser,
    replies: { 201: account.user },
    problems: { 409: ['name-taken'], 429: ['try-later'] },
  },
  changeUser: {
    method: 'PATCH',
    path: '/users/{id}',
    access: 'admin',
    says: 'Changes a user’s role or password',
    params: byId,
    body: account.changeUser,
    replies: { 200: account.user },
    problems: { 404: ['not-found'], 409: ['last-admin'], 429: ['try-later'] },
  },
  removeUser: {
    method: 'DELETE',
    path: '/users/{id}',
    access: 'admin',
    says: 'Removes a user',
    params: byId,
    replies: { 204: null },
    problems: { 404: ['not-found'], 409: ['last-admin'] },
  },
  tokens: {
    method: 'GET',
    path: '/tokens',
    access: 'admin',
    says: 'API tokens, without their secrets',
    replies: { 200: z.array(account.token) },
  },
  addToken: {
    method: 'POST',
    path: '/tokens',
    access: 'admin',
    says: 'Makes an API token; its secret is shown this once',
    body: account.newToken,
    replies: { 201: account.createdToken },
  },
  removeToken: {
    method: 'DELETE',
    path: '/tokens/{id}',
    access: 'admin',
    says: 'Revokes an API token',
    params: byId,
    replies: { 204: null },
    problems: { 404: ['not-found'] },
  },
  audit: {
    method: 'GET',
    path: '/audit',
    access: 'admin',
    says: 'Who did what, newest first',
    query: common.page,
    replies: { 200: list(account.auditEntry) },
  },
  exportData: {
    method: 'GET',
    path: '/data',
    access: 'admin',
    says: 'Everything that is stored, but secrets, as JSON',
    replies: { 200: { type: 'application/json' } },
  },
  removeData: {
    method: 'DELETE',
    path: '/data',
    access: 'admin',
    says: 'Deletes all runs',
    replies: { 204: null },
    problems: { 409: ['run-in-progress'] },
  },
  settings: {
    method: 'GET',
    path: '/settings',
    access: 'viewer',
    says: 'All settings, without secrets',
    replies: { 200: settings.settings },
  },
  changeSettings: {
    method: 'PUT',
    path: '/settings/{section}',
    access: 'admin',
    says: 'Replaces a section of the settings',
    params: section,
    body: z.record(z.string(), z.unknown()),
    saysBody: z.union(Object.values(settings.SECTIONS)),
    replies: { 200: settings.settings },
  },
  testServer: {
    method: 'POST',
    path: '/settings/test-server',
    access: 'admin',
    says: 'Asks a server what it can do',
    body: settings.testServer,
    replies: { 200: settings.serverTest },
    problems: { 409: ['cannot-run'] },
  },
  testNotification: {
    method: 'POST',
    path: '/settings/test-notification',
    access: 'admin',
    says: 'Sends a message as a try',
    body: settings.testNotification,
    replies: { 200: settings.testedNotification },
  },
  profiles: {
    method: 'GET',
    path: '/profiles',
    access: 'viewer',
    says: 'Phone systems that fullcone knows',
    replies: { 200: z.array(tools.profile) },
  },
  routers: {
    method: 'GET',
    path: '/routers',
    access: 'viewer',
    says: 'Routers that fullcone knows',
    replies: { 200: z.array(tools.routerProduct) },
  },
  dashboard: {
    method: 'GET',
    path: '/dashboard',
    access: 'viewer',
    says: 'All that the dashboard shows',
    replies: { 200: tools.dashboard },
  },
  runs: {
    method: 'GET',
    path: '/runs',
    access: 'viewer',
    says: 'Runs, newest first',
    query: runs.runsQuery,
    replies: { 200: list(runs.runSummary) },
  },
  planRun: {
    method: 'POST',
    path: '/runs/plan',
    access: 'viewer',
    says: 'What a run would do; sends nothing',
    body: runs.newRun,
    replies: { 200: runs.runPlan },
    problems: { 404: ['not-found'], 409: ['nothing-failed', 'cannot-run'] },
  },
  startRun: {
    method: 'POST',
    path: '/runs',
    access: 'admin',
    says: 'Starts a run, or joins the one that runs',
    body: runs.newRun,
    replies: { 200: runs.started, 201: runs.started },
    problems: { 404: ['not-found'], 409: ['nothing-failed', 'cannot-run', 'stops-services'] },
  },
  run: {
    method: 'GET',
    path: '/runs/{id}',
    access: 'viewer',
    says: 'A run, with its report',
    params: byId,
    replies: { 200: runs.run },
    problems: { 404: ['not-found'] },
  },
  removeRun: {
    method: 'DELETE',
    path: '/runs/{id}',
    access: 'admin',
    says: 'Deletes a finished run',
    params: byId,
    replies: { 204: null },
    problems: { 404: ['not-found'], 409: ['run-in-progress'] },
  },
  cancelRun: {
    method: 'POST',
    path: '/runs/{id}/cancel',
    access: 'admin',
    says: 'Cancels it; what is known by then is its report',
    params: byId,
    replies: { 202: null },
    problems: { 404: ['not-found'], 409: ['not-running'] },
  },
  runEvents: {
    method: 'GET',
    path: '/runs/{id}/events',
    access: 'viewer',
    says: 'Progress as server-sent events: snapshot, delta, end; Last-Event-ID resumes',
    params: byId,
    replies: { 200: EVENTS },
    problems: { 404: ['not-found'] },
  },
  exportRun: {
    method: 'GET',
    path: '/runs/{id}/export',
    access: 'viewer',
    says: 'The report in another format',
    params: byId,
    query: runs.exportQuery,
    replies: { 200: { type: '*/*' } },
    problems: { 404: ['not-found'], 409: ['no-report'] },
  },
  packets: {
    method: 'GET',
    path: '/runs/{id}/packets',
    access: 'viewer',
    says: 'What one port was asked, with times and addresses, and what came of it',
    params: byId,
    query: runs.packetsQuery,
    replies: { 200: runs.packets },
    problems: { 404: ['not-found'], 409: ['no-report'] },
  },
  advice: {
    method: 'GET',
    path: '/runs/{id}/advice',
    access: 'viewer',
    says: 'What to change, on that router',
    params: byId,
    query: runs.adviceQuery,
    replies: { 200: z.record(z.string(), z.unknown()) },
    problems: { 404: ['not-found', 'no-such-router'], 409: ['no-report'] },
  },
  compare: {
    method: 'GET',
    path: '/compare',
    access: 'viewer',
    says: 'What changed between two runs',
    query: runs.compareQuery,
    replies: { 200: z.record(z.string(), z.unknown()) },
    problems: { 404: ['not-found'], 409: ['no-report'] },
  },
  trend: {
    method: 'GET',
    path: '/trend',
    access: 'viewer',
    says: 'How many ports of each range were open, over the last runs',
    replies: { 200: runs.trend },
  },
  watch: {
    method: 'GET',
    path: '/watch',
    access: 'admin',
    says: 'One port, asked again every second, as server-sent events `state`',
    query: tools.watchQuery,
    replies: { 200: EVENTS },
    problems: { 409: ['run-in-progress', 'cannot-run'] },
  },
  nat: {
    method: 'POST',
    path: '/tools/nat',
    access: 'admin',
    says: 'How the router translates addresses (RFC 4787)',
    body: settings.testServer,
    replies: { 200: tools.natReport },
    problems: { 409: ['run-in-progress', 'cannot-run'] },
  },
  ports: {
    method: 'GET',
    path: '/tools/ports',
    access: 'viewer',
    says: 'Who holds the ports of the phone system',
    replies: { 200: tools.portsReport },
  },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof ROUTES;
