import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import type { AuditEntry, RunSummary, SectionName, Settings } from '../api/index.ts';
import { SECTIONS } from '../api/index.ts';
import { DEFAULTS } from './defaults.ts';
import type { Database } from './open.ts';

/** What the columns of a row say, besides what `summary` holds. */
type Summary = Omit<RunSummary, 'id' | 'state' | 'startedAt' | 'endedAt'>;

export interface StoredRun extends RunSummary {
  /** `fullcone.report/1` as JSON; null: none came of it. */
  readonly report: string | null;
}

export interface FinishedRun {
  readonly endedAt: string;
  readonly summary: Summary;
  readonly report: string;
  /** As `writeRun` has it; null: it is not written yet. */
  readonly record: string | null;
}

/** The newest lines of the log of changes: years of an ordinary console. */
const MOST_AUDITED = 20_000;

/** Runs that are deleted at once: some 5 ms. */
const A_PART = 20;

/** What a run came to. */
type Came = NonNullable<RunSummary['verdict']> | 'interrupted';

/** All that the console remembers. */
export class Store {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** For what only one part of the console needs: users, sessions, tokens. */
  get database(): Database {
    return this.#db;
  }

  async settings(): Promise<Settings> {
    const read = await this.#readSettings();
    return Object.fromEntries(read.map(([name, value]) => [name, value ?? DEFAULTS[name]])) as Settings;
  }

  /** Sections that are there, and are not what this version can read: the defaults stand in until they are saved again. */
  async unreadSections(): Promise<readonly SectionName[]> {
    const read = await this.#readSettings();
    return read.flatMap(([name, value, isThere]) => (isThere && value === null ? [name] : []));
  }

  async #readSettings(): Promise<readonly (readonly [SectionName, value: unknown, isThere: boolean])[]> {
    const rows = await this.#db.selectFrom('settings').selectAll().execute();
    const stored = new Map(rows.map(({ section, value }) => [section, value]));
    return Object.entries(SECTIONS).map(([name, schema]) => {
      const read = schema.safeParse(parsed(stored.get(name) ?? 'null'));
      return [name as SectionName, read.success ? read.data : null, stored.has(name)];
    });
  }

  async writeSettings<S extends SectionName>(section: S, value: Settings[S]): Promise<void> {
    const row = { section, value: JSON.stringify(value) };
    await this.#db
      .insertInto('settings')
      .values(row)
      .onConflict((conflict) => conflict.column('section').doUpdateSet({ value: row.value }))
      .execute();
  }

  async note(entry: Omit<AuditEntry, 'id'>): Promise<void> {
    const { insertId = 0n } = await this.#db
      .insertInto('audit')
      .values({ ...entry, facts: JSON.stringify(entry.facts) })
      .executeTakeFirst();
    await this.#db
      .deleteFrom('audit')
      .where('id', '<=', Number(insertId) - MOST_AUDITED)
      .execute();
  }

  /** Newest first; one more than `limit` where there are older ones. */
  async audit(before: number | undefined, limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.#db
      .selectFrom('audit')
      .selectAll()
      .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return rows.map((row) => ({ ...row, facts: JSON.parse(row.facts) as AuditEntry['facts'] }));
  }

  /** Before its first packet, so that a crash leaves a trace. */
  async beginRun(startedAt: string, summary: Summary): Promise<number> {
    const row = { state: 'running', started_at: startedAt, summary: JSON.stringify(summary) } as const;
    const { id } = await this.#db
      .insertInto('runs')
      .values({ ...row, ended_at: null, report: null, record: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  async finishRun(id: number, { endedAt, summary, report, record }: FinishedRun): Promise<void> {
    const row = { state: 'finished', ended_at: endedAt, summary: JSON.stringify(summary), report } as const;
    await this.#db
      .updateTable('runs')
      .set({ ...row, record: record === null ? null : gzipSync(record) })
      .where('id', '=', id)
      .execute();
  }

  /** The packets of a run that is finished: the largest part of it, for which nobody waits. */
  async keepRecord(id: number, record: string): Promise<void> {
    await this.#db
      .updateTable('runs')
      .set({ record: gzipSync(record) })
      .where('id', '=', id)
      .execute();
  }

  /** Those that were running when the console ended without a word. */
  async markInterrupted(): Promise<readonly number[]> {
    const rows = await this.#db
      .updateTable('runs')
      .set({ state: 'interrupted' })
      .where('state', '=', 'running')
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  }

  /** One that could not go on, for a reason that is not a crash of the whole. */
  async interruptRun(id: number, endedAt: string): Promise<void> {
    await this.#db.updateTable('runs').set({ state: 'interrupted', ended_at: endedAt }).where('id', '=', id).execute();
  }

  async run(id: number): Promise<StoredRun | null> {
    const row = await this.#db
      .selectFrom('runs')
      .select([...COLUMNS, 'report'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row ? { ...summaryOf(row), report: row.report } : null;
  }

  /** As `writeRun` has it. */
  async record(id: number): Promise<string | null> {
    const row = await this.#db.selectFrom('runs').select('record').where('id', '=', id).executeTakeFirst();
    return row?.record ? gunzipSync(row.record).toString('utf8') : null;
  }

  /** Newest first; one more than `limit` where there are older ones. */
  async runs(before: number | undefined, limit: number, came?: Came): Promise<readonly RunSummary[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .select(COLUMNS)
      .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
      .$if(came === 'interrupted', (query) => query.where('state', '=', 'interrupted'))
      .$if(came !== undefined && came !== 'interrupted', (query) =>
        query.where(sql<string>`json_extract(summary, '$.verdict')`, '=', came ?? ''),
      )
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return rows.map(summaryOf);
  }

  /** Newest first, one at a time: all of them may be more than this machine has room for. */
  async *everyRun(): AsyncGenerator<StoredRun> {
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const row = await this.#db
        .selectFrom('runs')
        .select([...COLUMNS, 'report'])
        .where('id', '<', before)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (!row) return;
      yield { ...summaryOf(row), report: row.report };
      before = row.id;
    }
  }

  async isRunning(): Promise<boolean> {
    const row = await this.#db
      .selectFrom('runs')
      .select('id')
      .where('state', '=', 'running')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** false: there is none, or it runs. */
  async removeRun(id: number): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('runs')
      .where('id', '=', id)
      .where('state', '!=', 'running')
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async removeRuns(): Promise<void> {
    await this.#forget(await this.#ended().execute());
  }

  /** Keeps the newest `runs`, and none that began before `oldest`. */
  async prune(runs: number, oldest: string | null): Promise<void> {
    const kept = this.#db.selectFrom('runs').select('id').orderBy('id', 'desc').limit(runs);
    const gone = this.#ended().where((where) =>
      oldest === null
        ? where('id', 'not in', kept)
        : where.or([where('id', 'not in', kept), where('started_at', '<', oldest)]),
    );
    await this.#forget(await gone.execute());
  }

  #ended() {
    return this.#db.selectFrom('runs').select('id').where('state', '!=', 'running');
  }

  /** In parts: thousands in one go would hold up all else in this process, a check that goes on among it. */
  async #forget(runs: readonly { readonly id: number }[]): Promise<void> {
    for (let from = 0; from < runs.length; from += A_PART) {
      const part = runs.slice(from, from + A_PART).map(({ id }) => id);
      await this.#db.deleteFrom('runs').where('id', 'in', part).execute();
      await turn();
    }
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}

const COLUMNS = ['id', 'state', 'started_at', 'ended_at', 'summary'] as const;

const summaryOf = (row: {
  readonly id: number;
  readonly state: RunSummary['state'];
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly summary: string;
}): RunSummary => ({
  ...(JSON.parse(row.summary) as Summary),
  id: row.id,
  state: row.state,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});

/** null: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
