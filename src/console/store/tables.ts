import type { Generated } from 'kysely';

/* All moments are ISO 8601, UTC, so that their order is that of their letters. */

export interface Tables {
  readonly users: {
    id: Generated<number>;
    name: string;
    /** Argon2id, in its own text form. */
    password: string;
    role: 'admin' | 'viewer';
    language: 'en' | 'de';
    created_at: string;
    last_sign_in_at: string | null;
  };
  readonly sessions: {
    /** SHA-256 of the cookie: who reads the file cannot sign in with it. */
    hash: string;
    user_id: number;
    csrf: string;
    created_at: string;
    seen_at: string;
  };
  readonly tokens: {
    id: Generated<number>;
    name: string;
    /** SHA-256 of the secret. */
    hash: string;
    role: 'admin' | 'viewer';
    created_at: string;
    last_used_at: string | null;
  };
  /** A row a section, as JSON. */
  readonly settings: { section: string; value: string };
  readonly audit: {
    id: Generated<number>;
    at: string;
    by: string;
    what: string;
    facts: string;
    address: string | null;
  };
  readonly runs: {
    id: Generated<number>;
    state: 'running' | 'finished' | 'interrupted';
    started_at: string;
    ended_at: string | null;
    /** A `runSummary` as JSON, without what the columns say. */
    summary: string;
    /** `fullcone.report/1`; null: none came of it. */
    report: string | null;
    /** A stored run (`fullcone.run/1`), compressed by gzip. */
    record: Uint8Array | null;
  };
}

/** One string a version; a string that was released is never changed. */
export const MIGRATIONS: readonly string[] = [
  `create table users (
     id integer primary key autoincrement, name text not null unique collate nocase, password text not null,
     role text not null check (role in ('admin', 'viewer')), language text not null,
     created_at text not null, last_sign_in_at text) strict;
   create table sessions (
     hash text primary key, user_id integer not null references users (id) on delete cascade, csrf text not null,
     created_at text not null, seen_at text not null) strict;
   create table tokens (
     id integer primary key autoincrement, name text not null, hash text not null unique,
     role text not null check (role in ('admin', 'viewer')), created_at text not null, last_used_at text) strict;
   create table settings (section text primary key, value text not null) strict;
   create table audit (
     id integer primary key autoincrement, at text not null, by text not null, what text not null, facts text not null,
     address text) strict;
   create table runs (
     id integer primary key autoincrement, state text not null check (state in ('running', 'finished', 'interrupted')),
     started_at text not null, ended_at text, summary text not null, report text, record blob) strict;`,
  // A static public address is one of each family; the last run that went well, and the one that goes on, are looked for often.
  `update settings set value = json_set(value, '$.publicAddress', json_object('kind', 'static',
     'ipv4', iif(instr(json_extract(value, '$.publicAddress.address'), ':'), null, json_extract(value, '$.publicAddress.address')),
     'ipv6', iif(instr(json_extract(value, '$.publicAddress.address'), ':'), json_extract(value, '$.publicAddress.address'), null)))
     where section = 'network' and json_valid(value) and json_extract(value, '$.publicAddress.kind') = 'static';
   create index runs_by_verdict on runs (json_extract(summary, '$.verdict'), id);
   create index runs_by_state on runs (state);`,
];
