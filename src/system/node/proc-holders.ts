/** The parent in the text of /proc/PID/stat. The name in brackets before it may hold anything, also brackets and blanks. */
export function parentIn(stat: string): number | null {
  const parent = /^ \S (\d+) /.exec(stat.slice(stat.lastIndexOf(')') + 1))?.[1];
  return parent === undefined ? null : Number(parent);
}

const INIT = 1;

/**
 * Of the processes that have the same socket, those to whom it belongs: whoever has it from a parent that still has it,
 * is a worker of that parent's. systemd keeps the sockets that it opened for its services; then these are meant.
 */
export function keepers(pids: readonly number[], parentOf: (pid: number) => number | null): number[] {
  const others = pids.filter((pid) => pid !== INIT);
  const meant = others.length > 0 ? others : pids;
  if (meant.length < 2) return [...meant];
  const having = new Set(meant);
  const own = meant.filter((pid) => {
    const parent = parentOf(pid);
    return parent === null || !having.has(parent);
  });
  return own.length > 0 ? own : [...meant];
}
