import type { Selectable } from 'kysely';
import type { Language, Role, User } from '../api/index.ts';
import type { Database, Tables } from '../store/index.ts';

type Row = Selectable<Tables['users']>;

interface New {
  readonly name: string;
  readonly password: string;
  readonly role: Role;
  readonly language: Language;
}

/** The users of the console; `password` is always the Argon2id hash. */
export class Users {
  readonly #db: Database;
  readonly #now: () => string;

  constructor(db: Database, now: () => string) {
    this.#db = db;
    this.#now = now;
  }

  async all(): Promise<User[]> {
    return (await this.#db.selectFrom('users').selectAll().orderBy('id').execute()).map(userOf);
  }

  async byId(id: number): Promise<Row | null> {
    return (await this.#db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
  }

  /** Upper and lower case are the same. */
  async byName(name: string): Promise<Row | null> {
    return (await this.#db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()) ?? null;
  }

  async isSetUp(): Promise<boolean> {
    return (await this.#db.selectFrom('users').select('id').executeTakeFirst()) !== undefined;
  }

  /** null: the name is taken, or, for the first one, somebody was quicker. */
  add(user: New, isFirst = false): Promise<User | null> {
    return this.#db.transaction().execute(async (tx) => {
      const others = tx.selectFrom('users').select('id');
      const other = await (isFirst ? others : others.where('name', '=', user.name)).executeTakeFirst();
      if (other) return null;
      const row = { ...user, created_at: this.#now(), last_sign_in_at: null };
      return userOf(await tx.insertInto('users').values(row).returningAll().executeTakeFirstOrThrow());
    });
  }

  /** What is absent stays. The last admin stays one. */
  change(id: number, change: Partial<Omit<New, 'name'>>): Promise<User | 'not-found' | 'last-admin'> {
    return this.#db.transaction().execute(async (tx) => {
      const row = await tx.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) return 'not-found';
      if (change.role === 'viewer' && (await isLastAdmin(tx, row))) return 'last-admin';
      const { role = row.role, password = row.password, language = row.language } = change;
      await tx.updateTable('users').set({ role, password, language }).where('id', '=', id).execute();
      return userOf({ ...row, role, language });
    });
  }

  async signedIn(id: number): Promise<void> {
    await this.#db.updateTable('users').set({ last_sign_in_at: this.#now() }).where('id', '=', id).execute();
  }

  /** With all sessions of that user. */
  remove(id: number): Promise<User | 'not-found' | 'last-admin'> {
    return this.#db.transaction().execute(async (tx) => {
      const row = await tx.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) return 'not-found';
      if (await isLastAdmin(tx, row)) return 'last-admin';
      await tx.deleteFrom('users').where('id', '=', id).execute();
      return userOf(row);
    });
  }
}

async function isLastAdmin(tx: Database, { id, role }: Row): Promise<boolean> {
  if (role !== 'admin') return false;
  const others = tx.selectFrom('users').select('id').where('role', '=', 'admin').where('id', '!=', id);
  return (await others.executeTakeFirst()) === undefined;
}

export const userOf = ({ id, name, role, language, created_at, last_sign_in_at }: Row): User => ({
  id,
  name,
  role,
  language,
  createdAt: created_at,
  lastSignInAt: last_sign_in_at,
});
