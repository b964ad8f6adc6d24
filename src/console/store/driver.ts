import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** SQLite as kysely asks for it: Node's own where it has one (22.5 and later), else libsql. */
export interface Driver extends SqliteDatabase {
  exec(sql: string): void;
}

/** null: this Node has none, and libsql is not installed. `path`: `:memory:` keeps nothing. */
export async function openDriver(path: string): Promise<Driver | null> {
  return (await openNodeSqlite(path)) ?? (await openLibsql(path));
}

/** Of `node:sqlite`, which the types of our oldest Node do not have. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
  ) => {
    exec(sql: string): void;
    close(): void;
    prepare(sql: string): {
      columns(): readonly unknown[];
      all(...values: readonly unknown[]): unknown[];
      run(...values: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
      iterate(...values: readonly unknown[]): IterableIterator<unknown>;
    };
  };
}

async function openNodeSqlite(path: string): Promise<Driver | null> {
  const name = 'node:sqlite';
  const sqlite = await import(name).then(
    (module: NodeSqlite) => module,
    () => null,
  );
  if (!sqlite) return null;
  const database = new sqlite.DatabaseSync(path);
  return {
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...values),
        run: (values) => statement.run(...values),
        iterate: (values) => statement.iterate(...values),
      };
    },
  };
}

/** Of libsql, which has better-sqlite3's interface and no types. */
interface Libsql {
  exec(sql: string): void;
  close(): void;
  prepare(sql: string): SqliteStatement;
}

async function openLibsql(path: string): Promise<Driver | null> {
  const libsql = await import('libsql').catch(() => null);
  if (!libsql) return null;
  const Database = libsql.default as unknown as new (path: string) => Libsql;
  return new Database(path);
}
