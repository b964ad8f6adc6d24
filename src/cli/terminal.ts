import type { Stream, Terminal } from './types.ts';

/** The process's own streams and signals. `lost`: standard output does not take what is written, because of this. */
export const processTerminal = (process: NodeJS.Process, lost: (code: string) => void): Terminal => ({
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
    let times = 0;
    const interrupted = (signal: NodeJS.Signals): void => {
      times++;
      // Who asks twice does not want to wait for anything.
      if (times > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
      listener();
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, interrupted);
    return () => {
      for (const signal of signals) process.off(signal, interrupted);
    };
  },
});

/** A person can be asked who sees the question, and can answer. */
const askerOf = ({ stdin, stderr }: NodeJS.Process): Terminal['ask'] =>
  stdin.isTTY && stderr.isTTY
    ? (question, enough) =>
        new Promise((resolve) => {
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
        })
    : null;

function streamOf(stream: NodeJS.WriteStream, lost: (code: string) => void): Stream {
  // `fullcone check ... | head` closes the pipe early: nothing is wrong then, but nobody reads any more.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost(error.code ?? error.message);
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get columns() {
      // Terminals that do not know their width say 0.
      return (stream.isTTY && stream.columns) || null;
    },
  };
}
