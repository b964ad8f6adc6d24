import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Files } from '../contract.ts';

/** XDG Base Directory Specification: state lives in $XDG_STATE_HOME, which counts only if it is absolute. */
export function stateFolder(environment: NodeJS.ProcessEnv): string {
  const given = environment['XDG_STATE_HOME'];
  return join(given !== undefined && isAbsolute(given) ? given : join(homedir(), '.local', 'state'), 'fullcone');
}

/** One file name for each name, whatever is in it: all but letters, digits, `_` and `-` in hexadecimal. */
export const fileName = (name: string): string =>
  name.replace(/[^A-Za-z0-9_-]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );

export function nodeFiles(environment: NodeJS.ProcessEnv): Files {
  const folder = stateFolder(environment);
  return {
    readState: (name) => readFile(join(folder, fileName(name)), 'utf8').catch(() => null),
    writeState: (name, text) => replaceFile(folder, join(folder, fileName(name)), text),
  };
}

/** Written beside and renamed: a reader, or a crash, meets the old text or the new one, never half of it. */
async function replaceFile(folder: string, path: string, text: string): Promise<boolean> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, path);
    return true;
  } catch {
    await rm(fresh, { force: true }).catch(() => null);
    return false;
  }
}
