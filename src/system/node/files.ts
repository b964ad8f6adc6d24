import { randomUUID } from 'node:crypto';
import {
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { err, ok, type Result } from '../../base/index.ts';
import type { Files, OutputFile } from '../contract.ts';

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
    openOutput,
    readInput,
    readFolder,
    readState: (name) => readSmall(join(folder, fileName(name))).catch(() => null),
    writeState: (name, text) => replaceFile(folder, join(folder, fileName(name)), text),
  };
}

/** A note is a small file; what is not, such as a pipe, on which reading would wait for ever, is left alone. */
async function readSmall(path: string): Promise<string | null> {
  const found = await stat(path);
  return found.isFile() && found.size <= LARGEST_NOTE_BYTES ? readFile(path, 'utf8') : null;
}

async function readInput(path: string, most = LARGEST_NOTE_BYTES): Promise<Result<string, string>> {
  if (path === STANDARD_INPUT) return readStandardInput(most);
  try {
    const found = await stat(path);
    if (!found.isFile()) return err('EINVAL');
    return found.size > most ? err('EFBIG') : ok(await readFile(path, 'utf8'));
  } catch (error) {
    return err(codeOf(error));
  }
}

/** As many commands have it. */
const STANDARD_INPUT = '-';

async function readStandardInput(most: number): Promise<Result<string, string>> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of process.stdin as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > most) return err('EFBIG');
      parts.push(part);
    }
    return ok(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    return err(codeOf(error));
  }
}

const LARGEST_NOTE_BYTES = 4 * 1024 * 1024;

const MOST_NAMES = 10_000;

async function readFolder(path: string): Promise<Result<readonly string[], string>> {
  try {
    return ok((await readdir(path)).sort().slice(0, MOST_NAMES));
  } catch (error) {
    return err(codeOf(error));
  }
}

/** Written beside and renamed: a reader, or a crash, meets the old text or the new one, never half of it. */
async function replaceFile(folder: string, path: string, text: string): Promise<boolean> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await makeFolder(folder);
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, path);
    return true;
  } catch {
    await rm(fresh, { force: true }).catch(() => null);
    return false;
  }
}

/** `mkdir` with `recursive` goes round in circles where a folder can neither be made nor found, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let path = folder; !(await isThere(path)); path = dirname(path)) missing.unshift(path);
  for (const path of missing) await mkdir(path, { mode: 0o700 }).catch(ignoreExisting);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => dirname(path) === path,
  );

/** Another check may make it at the same moment. */
function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

async function openOutput(path: string): Promise<Result<OutputFile, string>> {
  try {
    const existed = await stat(path).then(
      () => true,
      () => false,
    );
    // A pipe without a reader would make `open` wait for ever.
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
    return ok(outputFile(await open(path, flags, 0o666), path, existed));
  } catch (error) {
    return err(codeOf(error));
  }
}

const outputFile = (handle: FileHandle, path: string, existed: boolean): OutputFile => ({
  write: async (content) => {
    try {
      await handle.truncate().catch(ignoreDevice);
      await handle.writeFile(content);
      return ok(null);
    } catch (error) {
      return err(codeOf(error));
    } finally {
      await handle.close().catch(() => null);
    }
  },
  abandon: async () => {
    await handle.close().catch(() => null);
    if (!existed) await rm(path, { force: true }).catch(() => null);
  },
});

/** A pipe or `/dev/stdout` cannot be cut short, and need not be. */
function ignoreDevice(error: unknown): void {
  if (codeOf(error) !== 'EINVAL') throw error;
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
