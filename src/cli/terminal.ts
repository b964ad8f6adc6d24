import type { Milliseconds } from '../base/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import { askHidden } from './hidden.ts';
import type { Stream, Terminal } from './types.ts';

/** npx passes on the Ctrl-C that the terminal has sent to both of us: what comes so soon is the same wish. */
const ONE_WISH: Milliseconds = 300;

/** The process's own streams and signals. `lost`: standard output does not take what is written, because of this. */
export const processTerminal = (
  process: NodeJS.Process,
  clock: Pick<Clock, 'now' | 'at'>,
  lost: (code: string) => void,
): Terminal => ({
  out: streamOf(process.stdout, lost),
  // Who has no standard error either cannot be told.
  error: streamOf(process.stderr, () => undefined),
  environment: process.env,
  ask: askerOf(process),
  withoutSuspending: () => {
    const ignore = (): void => undefined;
    process.on('SIGTSTP', ignore);
    return () => void process.off('SIGTSTP', ignore);
  },
  onInterrupt: (listener) => {
    let first: { readonly signal: NodeJS.Signals; readonly at: Milliseconds } | null = null;
    const interrupted = (signal: NodeJS.Signals): void => {
      const at = clock.now();
      if (first?.signal === signal && at - first.at < ONE_WISH) return;
      // Who asks twice does not want to wait for anything.
      if (first) process.exit(signal === 'SIGINT' ? 130 : 143);
      first = { signal, at };
      listener();
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, interrupted);
    const parent = isUnderNpx(process) ? whenOrphaned(process, clock, () => interrupted('SIGTERM')) : null;
    return () => {
      parent?.cancel();
      // The second half of the wish may come while the report is on its way out.
      if (!first) for (const signal of signals) process.off(signal, interrupted);
    };
  },
});

/** npx ends the shell between us, and believes that this ends us. */
const isUnderNpx = ({ env }: NodeJS.Process): boolean => env['npm_lifecycle_event'] === 'npx';

const LOOKS_EVERY: Milliseconds = 500;

function whenOrphaned(process: NodeJS.Process, clock: Pick<Clock, 'now' | 'at'>, then: () => void): Timer {
  const { ppid } = process;
  const lookLater = (): Timer => clock.at(clock.now() + LOOKS_EVERY, look);
  let timer = lookLater();
  function look(): void {
    if (process.ppid === ppid) timer = lookLater();
    else then();
  }
  return { cancel: () => timer.cancel() };
}

/** A person can be asked who sees the question, and can answer. */
const askerOf = (process: NodeJS.Process): Terminal['ask'] =>
  process.stdin.isTTY && process.stderr.isTTY
    ? (question, enough, isHidden = false) =>
        isHidden ? askHidden(question, enough, process) : askOpenly(question, enough, process)
    : null;

const askOpenly = (question: string, enough: Promise<unknown>, { stdin, stderr }: NodeJS.Process) =>
  new Promise<string | null>((resolve) => {
    stderr.write(question);
    let isOver = false;
    const end = (line: string | null): void => {
      if (isOver) return;
      isOver = true;
      stdin.off('data', read).off('end', none).pause();
      // Whoever pressed Ctrl-C, or Ctrl-D, has not ended the line.
      if (line === null) stderr.write('\n');
      resolve(line);
    };
    const read = (bytes: Buffer): void => end(bytes.toString('utf8'));
    const none = (): void => end(null);
    stdin.on('data', read).on('end', none).resume();
    void enough.then(none);
  });

function streamOf(stream: NodeJS.WriteStream, lost: (code: string) => void): Stream {
  // `fullcone check ... | head` closes the pipe early: nothing is wrong then, but nobody reads any more.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost(error.code ?? error.message);
  });
  return {
    write: (content) => void stream.write(content),
    isTerminal: stream.isTTY === true,
    get columns() {
      // Terminals that do not know their width say 0.
      return (stream.isTTY && stream.columns) || null;
    },
  };
}
