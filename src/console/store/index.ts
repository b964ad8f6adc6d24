/** What the console remembers, in one file of SQLite. */
export { DEFAULTS } from './defaults.ts';
export { openFolder } from './folder.ts';
export { type Database, openDatabase, type StoreProblem, storeProblemOf } from './open.ts';
export { type FinishedRun, Store, type StoredRun } from './store.ts';
export type { Tables } from './tables.ts';
