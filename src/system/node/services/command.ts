import { execFile } from 'node:child_process';
import type { Milliseconds } from '../../../base/index.ts';

/** How a program ended. */
export type Ran =
  | { readonly kind: 'ended'; readonly code: number; readonly out: string; readonly error: string }
  /** It was ended from here, since it took too long. */
  | { readonly kind: 'timed-out'; readonly out: string; readonly error: string }
  /** The system's code, such as `ENOENT`: it could not be begun. */
  | { readonly kind: 'not-started'; readonly code: string };

export type RunCommand = (command: readonly string[], patience: Milliseconds) => Promise<Ran>;

const MOST_OUTPUT_BYTES = 4 * 1024 * 1024;

/** Program and arguments; no shell sees them. It says what it says in English. */
export const runCommand: RunCommand = ([program = '', ...args], patience) =>
  new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' };
    const options = { env, timeout: patience, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES, windowsHide: true };
    execFile(program, args, { ...options, killSignal: 'SIGKILL' }, (failure, out, error) => {
      if (!failure) resolve({ kind: 'ended', code: 0, out, error });
      else if (typeof failure.code === 'number') resolve({ kind: 'ended', code: failure.code, out, error });
      else if (failure.killed === true) resolve({ kind: 'timed-out', out, error });
      else if (failure.signal) resolve({ kind: 'ended', code: 128, out, error: `${error}${failure.signal}` });
      else resolve({ kind: 'not-started', code: failure.code ?? 'unknown' });
    }).stdin?.end();
  });

/** A log has more to say than anybody reads. */
const MOST_LINES = 12;

/** The last lines that hold anything. */
export const lastOf = (text: string, most = MOST_LINES): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-most);
