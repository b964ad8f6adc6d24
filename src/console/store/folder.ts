import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { err, ok, type Result } from '../../base/index.ts';
import type { StoreProblem } from './open.ts';

/** The database in a folder, which is made with its parents. Nobody else on this machine may read password hashes. */
export function openFolder(folder: string): Result<string, StoreProblem> {
  const path = join(folder, 'console.sqlite');
  try {
    makeFolder(resolve(folder));
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    return ok(path);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code !== 'string') throw error;
    return err({ kind: 'unusable', code });
  }
}

/** `mkdir` with `recursive` goes round in circles where a folder can neither be made nor found, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}
