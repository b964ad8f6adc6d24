import type { RunningProcess } from '../../system/index.ts';

/** One for each service, and for each root: the one that began first, whose workers the others are. */
export function mainProcesses(
  processes: readonly RunningProcess[],
  isMeant: (process: RunningProcess) => boolean,
): RunningProcess[] {
  const main = new Map<string, RunningProcess>();
  for (const process of processes.filter(isMeant)) {
    const key = `${process.unit ?? ''} ${process.root}`;
    const known = main.get(key);
    if (!known || process.pid < known.pid) main.set(key, process);
  }
  return [...main.values()].sort((a, b) => a.pid - b.pid);
}

/** The value behind a short option of a command: `-C file` or `-Cfile`; the last one. null: it is not given. */
export function argumentOf(command: readonly string[], option: string): string | null {
  let value: string | null = null;
  for (const [index, word] of command.entries()) {
    if (index === 0) continue;
    if (word === option) value = command[index + 1] ?? null;
    else if (!word.startsWith('--') && word.startsWith(option)) value = word.slice(option.length);
  }
  return value;
}
