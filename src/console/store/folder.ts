import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../base/index.ts';
import type { StoreProblem } from './open.ts';

/** The database in a folder, which is made with its parents. Nobody else on this machine may read password hashes. */
export function openFolder(folder: string): Result<string, StoreProblem> {
  const path = join(folder, 'console.sqlite');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    return ok(path);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code !== 'string') throw error;
    return err({ kind: 'unusable', code });
  }
}
