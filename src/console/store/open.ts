import { Kysely, SqliteDialect } from 'kysely';
import { err, ok, type Result } from '../../base/index.ts';
import { type Driver, openDriver } from './driver.ts';
import { MIGRATIONS, type Tables } from './tables.ts';

export type Database = Kysely<Tables>;

/** Why the database cannot be used; nothing in it has been changed. */
export type StoreProblem =
  /** Neither this Node nor libsql. */
  | { readonly kind: 'no-sqlite' }
  /** A newer fullcone has written it. */
  | { readonly kind: 'newer'; readonly version: number; readonly known: number }
  /** The file is something else, or damaged. */
  | { readonly kind: 'not-a-database' }
  /** Another console has it open. */
  | { readonly kind: 'in-use' }
  /** `code`: of SQLite, such as `SQLITE_CANTOPEN`, `SQLITE_READONLY`, `SQLITE_FULL`. */
  | { readonly kind: 'unusable'; readonly code: string };

/** A run that is told to be finished survives a power cut: the journal is synced at every end of a transaction. */
const PRAGMAS = [
  'pragma busy_timeout = 500',
  'pragma journal_mode = wal',
  'pragma synchronous = full',
  'pragma foreign_keys = on',
];

/**
 * `path`: `:memory:` keeps nothing. `isAlone`: a second console is kept away until this process ends (libsql gives the
 * lock back no sooner).
 */
export async function openDatabase(path: string, isAlone = true): Promise<Result<Database, StoreProblem>> {
  let driver: Driver | null = null;
  try {
    driver = await openDriver(path);
    if (!driver) return err({ kind: 'no-sqlite' });
    const problem = prepare(driver, isAlone);
    if (problem) {
      driver.close();
      return err(problem);
    }
    return ok(new Kysely<Tables>({ dialect: new SqliteDialect({ database: driver }) }));
  } catch (error) {
    driver?.close();
    return err(problemOf(error));
  }
}

function prepare(driver: Driver, isAlone: boolean): StoreProblem | null {
  // Before the first look: else that would want a file of its own for memory that others share.
  if (isAlone) driver.prepare('pragma locking_mode = exclusive').all([]);
  const version = versionOf(driver);
  if (version > MIGRATIONS.length) return { kind: 'newer', version, known: MIGRATIONS.length };
  for (const pragma of PRAGMAS) driver.prepare(pragma).all([]);
  lookAtAll(driver);
  driver.exec('begin exclusive');
  try {
    for (const migration of MIGRATIONS.slice(versionOf(driver))) driver.exec(migration);
    driver.exec(`pragma user_version = ${MIGRATIONS.length}`);
    driver.exec('commit');
  } catch (error) {
    rollBack(driver);
    throw error;
  }
  return null;
}

/** A damaged file is found before anything is written to it, as far as that is to be had without reading all of it. */
function lookAtAll(driver: Driver): void {
  const tables = driver.prepare("select name from sqlite_master where type = 'table'").all([]);
  for (const { name } of tables as { readonly name: string }[])
    driver.prepare(`select * from "${name}" order by rowid desc limit 1`).all([]);
}

/** Where the disk is full, SQLite has done it already, and what was wrong is not that there is nothing left to do. */
function rollBack(driver: Driver): void {
  try {
    driver.exec('rollback');
  } catch {
    // There is no transaction any more.
  }
}

function versionOf(driver: Driver): number {
  const [row] = driver.prepare('pragma user_version').all([]) as { readonly user_version: number }[];
  return row?.user_version ?? 0;
}

/** null: it is not about the database. */
export const storeProblemOf = (error: unknown): StoreProblem | null => {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return typeof errcode === 'number' || String(code).startsWith('SQLITE_') ? problemOf(error) : null;
};

/** What SQLite says is wrong, in the fields of either driver. */
function problemOf(error: unknown): StoreProblem {
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: unknown };
  const said = `${String(code)} ${String(message)}`;
  // The lower byte; the upper ones say more of it.
  const result = typeof errcode === 'number' ? errcode & 0xff : null;
  if (result === 11 || result === 26 || /NOTADB|not a database|CORRUPT|malformed/i.test(said))
    return { kind: 'not-a-database' };
  if (result === 5 || /BUSY|locked/i.test(said)) return { kind: 'in-use' };
  if (result === 14 || /CANTOPEN|: 14"/i.test(said)) return { kind: 'unusable', code: 'SQLITE_CANTOPEN' };
  if (result === 13 || /FULL|disk is full/i.test(said)) return { kind: 'unusable', code: 'SQLITE_FULL' };
  return { kind: 'unusable', code: /SQLITE_\w+/.exec(said)?.[0] ?? String(message) };
}
