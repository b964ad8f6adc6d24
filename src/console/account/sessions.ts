import type { Milliseconds } from '../../base/index.ts';
import type { System } from '../../system/index.ts';
import type { Role, Token } from '../api/index.ts';
import type { Visitor, Who } from '../handler.ts';
import type { Database } from '../store/index.ts';
import { hashOf, newSecret } from './secrets.ts';

const HOUR: Milliseconds = 3_600_000;
/** A session ends when nobody has used it for so long, */
export const IDLE_MS: Milliseconds = 12 * HOUR;
/** and in any case so long after signing in. */
export const LONGEST_SESSION_MS: Milliseconds = 7 * 24 * HOUR;
/** Not every request is worth a write. */
const SEEN_MS: Milliseconds = 60_000;
/** Where the disk is full, whoever is signed in can still look, cancel and delete. */
const UNNOTED = (): void => undefined;

export interface Known {
  readonly who: Who;
  readonly session: Visitor['session'];
}

/** Who asks, by a session's cookie or a token. Only hashes are stored: who reads the file cannot sign in with it. */
export class Sessions {
  readonly #db: Database;
  readonly #system: Pick<System, 'clock' | 'random'>;

  constructor(db: Database, system: Pick<System, 'clock' | 'random'>) {
    this.#db = db;
    this.#system = system;
  }

  /** The secret for the cookie, and what a page has to send back with each change. */
  async begin(userId: number): Promise<{ readonly secret: string; readonly csrf: string }> {
    await this.#removeOver();
    const [secret, csrf] = [newSecret(this.#system.random), newSecret(this.#system.random)];
    const now = this.#ago(0);
    const row = { hash: hashOf(secret), user_id: userId, csrf, created_at: now, seen_at: now };
    await this.#db.insertInto('sessions').values(row).execute();
    return { secret, csrf };
  }

  async end(hash: string): Promise<void> {
    await this.#db.deleteFrom('sessions').where('hash', '=', hash).execute();
  }

  /** Those of that user, but for one. */
  async endOthers(userId: number, but: string | null): Promise<void> {
    const others = this.#db.deleteFrom('sessions').where('user_id', '=', userId);
    await others.where('hash', '!=', but ?? '').execute();
  }

  /** A token, if one is given, counts alone: it needs no CSRF token, and a cookie beside it would have. */
  identify(secrets: { readonly cookie: string | null; readonly bearer: string | null }): Promise<Known | null> {
    if (secrets.bearer !== null) return this.#byToken(secrets.bearer);
    return secrets.cookie === null ? Promise.resolve(null) : this.#bySession(secrets.cookie);
  }

  async #bySession(secret: string): Promise<Known | null> {
    const row = await this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['hash', 'user_id', 'csrf', 'seen_at', 'name', 'role', 'language'])
      .where('hash', '=', hashOf(secret))
      .where('seen_at', '>', this.#ago(IDLE_MS))
      .where('sessions.created_at', '>', this.#ago(LONGEST_SESSION_MS))
      .executeTakeFirst();
    if (!row) return null;
    const { hash, csrf, name, role, language } = row;
    if (row.seen_at < this.#ago(SEEN_MS))
      await this.#db
        .updateTable('sessions')
        .set({ seen_at: this.#ago(0) })
        .where('hash', '=', hash)
        .execute()
        .catch(UNNOTED);
    return { who: { kind: 'user', name, role, language }, session: { hash, csrf, userId: row.user_id } };
  }

  async #byToken(secret: string): Promise<Known | null> {
    const tokens = this.#db.selectFrom('tokens').selectAll().where('hash', '=', hashOf(secret));
    const row = await tokens.executeTakeFirst();
    if (!row) return null;
    if ((row.last_used_at ?? '') < this.#ago(SEEN_MS))
      await this.#db
        .updateTable('tokens')
        .set({ last_used_at: this.#ago(0) })
        .where('id', '=', row.id)
        .execute()
        .catch(UNNOTED);
    return { who: { kind: 'token', name: row.name, role: row.role, language: 'en' }, session: null };
  }

  async tokens(): Promise<Token[]> {
    return (await this.#db.selectFrom('tokens').selectAll().orderBy('id').execute()).map(tokenOf);
  }

  async addToken(name: string, role: Role): Promise<Token & { readonly secret: string }> {
    const secret = `fullcone_${newSecret(this.#system.random)}`;
    const row = { name, role, hash: hashOf(secret), created_at: this.#ago(0), last_used_at: null };
    const stored = await this.#db.insertInto('tokens').values(row).returningAll().executeTakeFirstOrThrow();
    return { ...tokenOf(stored), secret };
  }

  /** Its name; null: there is none. */
  async removeToken(id: number): Promise<string | null> {
    const removed = this.#db.deleteFrom('tokens').where('id', '=', id).returning('name');
    return (await removed.executeTakeFirst())?.name ?? null;
  }

  async #removeOver(): Promise<void> {
    await this.#db
      .deleteFrom('sessions')
      .where((is) =>
        is.or([is('seen_at', '<=', this.#ago(IDLE_MS)), is('created_at', '<=', this.#ago(LONGEST_SESSION_MS))]),
      )
      .execute();
  }

  #ago(time: Milliseconds): string {
    return new Date(this.#system.clock.date().getTime() - time).toISOString();
  }
}

const tokenOf = (row: {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly created_at: string;
  readonly last_used_at: string | null;
}): Token => ({
  id: row.id,
  name: row.name,
  role: row.role,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
});
