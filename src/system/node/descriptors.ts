import { readdirSync, readFileSync } from 'node:fs';

/** The soft limit in the text of /proc/PID/limits; null if it is not there. */
export function openFilesLimit(limits: string): number | null {
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** RLIMIT_NOFILE less what is open. Node raises the soft limit to the hard one when it starts. */
export function freeDescriptors(): number {
  try {
    const limit = openFilesLimit(readFileSync('/proc/self/limits', 'utf8'));
    // One of the entries is the directory that is being read.
    const open = readdirSync('/proc/self/fd').length - 1;
    return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - open);
  } catch (error) {
    const isUsedUp = error instanceof Error && 'code' in error && error.code === 'EMFILE';
    // Without /proc, opening sockets will tell.
    return isUsedUp ? 0 : Number.POSITIVE_INFINITY;
  }
}
