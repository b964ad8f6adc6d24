import type { Stream, Terminal } from './types.ts';

/** The process's own streams and signals. */
export const processTerminal = (process: NodeJS.Process): Terminal => ({
  out: streamOf(process, process.stdout),
  error: streamOf(process, process.stderr),
  environment: process.env,
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

function streamOf(process: NodeJS.Process, stream: NodeJS.WriteStream): Stream {
  // `fullcone check ... | head` closes the pipe early: nothing is wrong then, but nobody reads any more.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 70;
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.isTTY ? stream.columns : null;
    },
  };
}
