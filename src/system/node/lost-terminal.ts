import { isatty } from 'node:tty';

/**
 * Node 20 crashes at its end (SIGABRT, or SIGSEGV) where the terminal is gone whose settings it wants to put right. So
 * whoever has lost his terminal ends by the signal that tells of it.
 */
export function endQuietlyWithoutTerminal(process: NodeJS.Process): void {
  const terminals = [process.stdin, process.stdout, process.stderr].filter(({ isTTY }) => isTTY).map(({ fd }) => fd);
  process.on('exit', () => {
    if (terminals.every((fd) => isatty(fd))) return;
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  });
}
