import type { Milliseconds } from '../../src/base/index.ts';
import { boundUdp, type Cell, type Process, until } from './exec.ts';
import type { Program } from './programs.ts';

/** A program that is not ready by then never will be. */
const START_LIMIT: Milliseconds = 10_000;

/** Starts a program that runs as long as the cell, and returns when it is ready. */
export async function startProgram(cell: Cell, netns: string, { command, ready }: Program): Promise<Process> {
  const started = cell.start(netns, command, { background: true });
  const come =
    'line' in ready
      ? () => started.output().includes(ready.line)
      : () => isSuperset(boundUdp(started.pid()), ready.bound);
  await until(started, come, START_LIMIT, `${command.join(' ').slice(0, 200)} did not start`);
  return started;
}

const isSuperset = (have: ReadonlySet<string>, want: readonly string[]): boolean =>
  want.every((item) => have.has(item));
