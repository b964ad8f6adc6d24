import { type RouteName, SECTIONS } from '../api/index.ts';
import { fieldsOf } from '../fields.ts';
import { type Answer, empty, type Handlers, json, problem } from '../handler.ts';
import { isCron } from '../runs/index.ts';
import { shownTo, withOldSecrets } from '../settings-secrets.ts';
import type { AccountParts } from './sign-in.ts';

type Names = Extract<
  RouteName,
  | ('users' | 'addUser' | 'changeUser' | 'removeUser' | 'tokens' | 'addToken' | 'removeToken' | 'audit' | 'health')
  | ('exportData' | 'removeData' | 'settings' | 'changeSettings')
>;

export function manageHandlers(parts: AccountParts): Handlers<Names> {
  return { ...userHandlers(parts), ...tokenHandlers(parts), ...dataHandlers(parts) };
}

type UserNames = 'users' | 'addUser' | 'changeUser' | 'removeUser';

const userHandlers = ({ users, sessions, passwords }: AccountParts): Handlers<UserNames> => ({
  users: async () => json(await users.all()),
  addUser: async ({ body: { name, role, language, ...given } }) => {
    const password = await passwords.hash(given.password);
    if (password === 'busy') return BUSY;
    const user = await users.add({ name, role, language, password });
    return user ? json(user, 201) : problem(409, 'name-taken');
  },
  changeUser: async ({ params: { id }, body }) => {
    const password = body.password === undefined ? null : await passwords.hash(body.password);
    if (password === 'busy') return BUSY;
    const user = await users.change(id, { ...(body.role && { role: body.role }), ...(password && { password }) });
    if (typeof user === 'string') return refusedFor(user);
    // Whoever has the old password is out.
    if (password !== null) await sessions.endOthers(id, null);
    return json(user);
  },
  removeUser: async ({ params: { id } }) => {
    const user = await users.remove(id);
    return typeof user === 'string' ? refusedFor(user) : { kind: 'empty', status: 204, name: user.name };
  },
});

const BUSY = problem(429, 'try-later', { seconds: 1 });
const refusedFor = (why: 'not-found' | 'last-admin'): Answer => problem(why === 'not-found' ? 404 : 409, why);

const tokenHandlers = ({ sessions }: AccountParts): Handlers<'tokens' | 'addToken' | 'removeToken'> => ({
  tokens: async () => json(await sessions.tokens()),
  addToken: async ({ body: { name, role } }) => json(await sessions.addToken(name, role), 201),
  removeToken: async ({ params: { id } }) => {
    const name = await sessions.removeToken(id);
    return name === null ? problem(404, 'not-found') : { kind: 'empty', status: 204, name };
  },
});

type DataNames = 'audit' | 'health' | 'exportData' | 'removeData' | 'settings' | 'changeSettings';

const dataHandlers = ({ store, system, users, sessions }: AccountParts): Handlers<DataNames> => ({
  health: async () => {
    await store.settings();
    return json({ ok: true });
  },
  audit: async ({ query: { before, limit } }) => {
    const entries = await store.audit(before, limit);
    return json({ items: entries.slice(0, limit), more: entries.length > limit });
  },
  settings: async ({ who }) => json(shownTo(who.role, await store.settings())),
  changeSettings: async ({ params: { section }, body }) => {
    const read = SECTIONS[section].safeParse(body);
    if (!read.success) return { kind: 'problem', status: 400, code: 'invalid', fields: fieldsOf(read.error) };
    const { cron } = read.data as { readonly cron?: string };
    if (cron !== undefined && !isCron(cron)) return BAD_CRON;
    const before = await store.settings();
    const after = { ...before, [section]: read.data };
    const notifications = withOldSecrets(after.notifications, before.notifications);
    await store.writeSettings(section, { ...after, notifications }[section]);
    return json(shownTo('admin', await store.settings()));
  },
  exportData: async () => {
    const data = {
      format: 'fullcone.data/1',
      at: system.clock.date().toISOString(),
      settings: shownTo('admin', await store.settings()),
      users: await users.all(),
      tokens: await sessions.tokens(),
      audit: await store.audit(undefined, EVERYTHING),
    };
    return { kind: 'parts', type: 'application/json', name: 'fullcone-data.json', parts: withRuns(data, store) };
  },
  removeData: async () => {
    if (await store.isRunning()) return problem(409, 'run-in-progress');
    await store.removeRuns();
    return empty();
  },
});

async function* withRuns(data: object, store: AccountParts['store']): AsyncGenerator<string> {
  yield `${JSON.stringify(data).slice(0, -1)},"runs":[`;
  let separator = '';
  for await (const run of store.everyRun()) {
    yield separator + JSON.stringify({ ...run, report: run.report && (JSON.parse(run.report) as unknown) });
    separator = ',';
  }
  yield ']}';
}

const BAD_CRON: Answer = {
  kind: 'problem',
  status: 400,
  code: 'invalid',
  fields: [{ path: 'cron', code: 'invalid_format' }],
};

const EVERYTHING = 1_000_000;
