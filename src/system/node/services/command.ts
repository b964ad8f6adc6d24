import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Milliseconds } from '../../../base/index.ts';

/** How a program ended. */
export type Ran =
  | { readonly kind: 'ended'; readonly code: number; readonly out: string; readonly error: string }
  /** It was ended from here, since it took too long. */
  | { readonly kind: 'timed-out'; readonly out: string; readonly error: string }
  /** The system's code, such as `ENOENT`: it could not be begun. */
  | { readonly kind: 'not-started'; readonly code: string };

export type RunCommand = (command: readonly string[], patience: Milliseconds) => Promise<Ran>;

/** A command that is under way. */
export interface Begun {
  readonly ended: Promise<Ran>;
  /** It goes on, and nobody waits for it. */
  leave(): void;
}

export type BeginCommand = (command: readonly string[]) => Begun;

const MOST_OUTPUT_BYTES = 4 * 1024 * 1024;

/** From the end of a command to that of its output, which a program that it has left running may hold for ever. */
const LAST_WORDS: Milliseconds = 300;

/** Program and arguments; no shell sees them. It says what it says in English. */
export const runCommand: RunCommand = ([program = '', ...args], patience) =>
  new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' };
    const options = { env, timeout: patience, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES, windowsHide: true };
    const child = execFile(program, args, { ...options, killSignal: 'SIGKILL' }, (failure, out, error) => {
      if (!failure) resolve({ kind: 'ended', code: 0, out, error });
      else if (typeof failure.code === 'number') resolve({ kind: 'ended', code: failure.code, out, error });
      else if (failure.killed === true) resolve({ kind: 'timed-out', out, error });
      else if (failure.signal) resolve({ kind: 'ended', code: 128, out, error: `${error}${failure.signal}` });
      else resolve({ kind: 'not-started', code: failure.code ?? 'unknown' });
    });
    child.stdin?.end();
    child.once('exit', () => {
      const drop = () => [child.stdout, child.stderr].map((stream) => stream?.destroy());
      setTimeout(drop, LAST_WORDS).unref();
    });
  });

/**
 * The same for what may stay: a service that never leaves the foreground, or one that keeps its starter's output. It gets
 * a session of its own, is never killed, and writes to a file, which goes with its end: a pipe would break with us.
 */
export const beginCommand: BeginCommand = ([program = '', ...args]) => {
  const said = join(tmpdir(), `fullcone-start-${randomUUID()}.log`);
  const file = openNew(said);
  const stdio = ['ignore', file ?? 'ignore', file ?? 'ignore'] as const;
  const env = { ...process.env, LC_ALL: 'C' };
  const child = spawn(program, args, { env, stdio: [...stdio], detached: true, windowsHide: true });
  if (file !== null) closeSync(file);
  const ended = new Promise<Ran>((resolve) => {
    child.once('error', (failure: NodeJS.ErrnoException) => {
      rmSync(said, { force: true });
      resolve({ kind: 'not-started', code: failure.code ?? 'unknown' });
    });
    child.once('exit', (code, signal) => {
      const out = file === null ? '' : readFileSync(said, 'utf8').slice(-MOST_OUTPUT_BYTES);
      rmSync(said, { force: true });
      resolve({ kind: 'ended', code: code ?? 128, out, error: signal ?? '' });
    });
  });
  return { ended, leave: () => child.unref() };
};

/** null: there is no room, or no right; then what it says is lost. */
function openNew(path: string): number | null {
  try {
    return openSync(path, 'wx', 0o600);
  } catch {
    return null;
  }
}

/** A log has more to say than anybody reads. */
const MOST_LINES = 12;

/** The last lines that hold anything. */
export const lastOf = (text: string, most = MOST_LINES): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-most);
