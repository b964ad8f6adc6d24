import type { System } from '../../system/index.ts';
import type { AuditEntry, RouteName, State } from '../api/index.ts';
import { type Answer, empty, json, problem, type VisitedHandlers, type Visitor } from '../handler.ts';
import type { Store } from '../store/index.ts';
import { Tries } from './delay.ts';
import { isSame, type Passwords } from './secrets.ts';
import type { Sessions } from './sessions.ts';
import { type Users, userOf } from './users.ts';

export interface AccountParts {
  readonly system: Pick<System, 'clock' | 'random'>;
  readonly store: Store;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly version: string;
  /** Of the one-time link. */
  readonly setUpToken: string;
}

type Names = Extract<RouteName, 'state' | 'setUp' | 'signIn' | 'signOut' | 'changeMe' | 'changePassword'>;

export function signInHandlers(parts: AccountParts): VisitedHandlers<Names> {
  const { users, sessions, passwords, setUpToken } = parts;
  const tries = new Tries();
  const checked = tried(parts, tries);
  return {
    state: async ({ visitor }) => json(await stateOf(parts, visitor.session)),
    setUp: async ({ body, visitor }) => {
      if (await users.isSetUp()) return problem(409, 'already-set-up');
      if (!isSame(body.token, setUpToken)) return problem(403, 'wrong-setup-link');
      const password = await passwords.hash(body.password);
      if (password === 'busy') return BUSY;
      const { language } = (await parts.store.settings()).general;
      const user = await users.add({ name: body.name, password, role: 'admin', language }, true);
      if (!user) return problem(409, 'already-set-up');
      await note(parts, user.name, 'console.set-up', {}, visitor.address);
      return signedIn(parts, user.id, 201);
    },
    signIn: ({ body, visitor }) =>
      checked(body.name, visitor.address, async () => {
        const answer = await compare(parts, body, visitor.address);
        // A session that was there before must not go on under another name.
        if (answer.kind === 'json' && visitor.session) await sessions.end(visitor.session.hash);
        return answer;
      }),
    signOut: async ({ visitor }) => {
      if (visitor.session) await sessions.end(visitor.session.hash);
      return { kind: 'empty', status: 204, forget: true };
    },
    changeMe: async ({ body, visitor }) => {
      const user = visitor.session && (await users.change(visitor.session.userId, { language: body.language }));
      return user && typeof user !== 'string' ? json(user) : NO_USER;
    },
    changePassword: ({ body, visitor, who }) =>
      checked(who.name, visitor.address, async () => {
        const row = visitor.session && (await users.byId(visitor.session.userId));
        if (!row || !visitor.session) return NO_USER;
        const isRight = await passwords.verify(row.password, body.current);
        const password = isRight === true ? await passwords.hash(body.password) : 'busy';
        if (isRight === false) return problem(403, 'wrong-password');
        if (password === 'busy') return BUSY;
        await users.change(row.id, { password });
        await sessions.endOthers(row.id, visitor.session.hash);
        return empty();
      }),
  };
}

async function compare(
  parts: AccountParts,
  { name, password }: { readonly name: string; readonly password: string },
  address: string,
): Promise<Answer> {
  const row = await parts.users.byName(name);
  const isRight = await parts.passwords.verify(row?.password ?? null, password);
  if (isRight === 'busy') return BUSY;
  const what = isRight ? 'sign-in.succeeded' : 'sign-in.failed';
  await note(parts, row?.name ?? 'console', what, row ? {} : { name }, address);
  return row && isRight ? signedIn(parts, row.id, 200) : problem(401, 'wrong-password');
}

/** A token is nobody, and has neither language nor password. */
const NO_USER = problem(403, 'not-allowed');
const BUSY = problem(429, 'try-later', { seconds: 1 });

/** Runs a try of a password, if one may be made now. */
const tried =
  ({ system: { clock } }: AccountParts, tries: Tries) =>
  async (name: string, address: string, attempt: () => Promise<Answer>): Promise<Answer> => {
    const wait = tries.wait(name, address, clock.now());
    if (wait > 0) return problem(429, 'try-later', { seconds: Math.ceil(wait / 1_000) });
    if (!tries.enters(address)) return BUSY;
    const before = tries.of(name, address);
    tries.begins(name, address, clock.now());
    const answer = await attempt().finally(() => tries.leaves(address));
    // Too many at once: nobody has looked at the password, and the wait of others is not made longer.
    if (answer.kind === 'problem' && answer.status === 429) tries.withdrawn(name, address, before);
    if (answer.kind !== 'problem') tries.succeeded(name, address);
    return answer;
  };

async function signedIn(parts: AccountParts, userId: number, status: 200 | 201): Promise<Answer> {
  const { secret, csrf } = await parts.sessions.begin(userId);
  await parts.users.signedIn(userId);
  return { kind: 'json', status, session: secret, body: await stateOf(parts, { userId, csrf }) };
}

async function stateOf(
  { users, version }: AccountParts,
  session: Pick<NonNullable<Visitor['session']>, 'userId' | 'csrf'> | null,
): Promise<State> {
  const row = session && (await users.byId(session.userId));
  return {
    version,
    isSetUp: row !== null || (await users.isSetUp()),
    user: row && userOf(row),
    csrf: session && row ? session.csrf : null,
  };
}

export const note = (
  { store, system }: Pick<AccountParts, 'store' | 'system'>,
  by: string,
  what: string,
  facts: AuditEntry['facts'],
  address: string | null,
): Promise<void> => store.note({ at: system.clock.date().toISOString(), by, what, facts, address });
