import type { Family, Protocol } from '../../base/index.ts';
import type { Holder } from '../contract.ts';
import { entriesOf, processOf, targetOf, textOf } from './proc-files.ts';
import { keepers, parentIn } from './proc-holders.ts';
import { portSockets } from './proc-net.ts';

const UNKNOWN: Holder = { pid: null, name: null, unit: null };

/**
 * Who holds ports, on Linux: the tables give each port's sockets, the descriptors of each process its sockets.
 * One pass for all ports, because walking the processes is what costs. What is not ours to read is skipped.
 * A process in another network namespace that was handed a socket of ours is found like any other.
 */
export function holdersOf(
  protocol: Protocol,
  ports: readonly number[],
  family: Family,
  beside?: number,
): Map<number, readonly Holder[]> {
  const sockets = socketsAt(protocol, new Set(ports), family, beside);
  const pids = pidsOf(new Set([...sockets.values()].flat()));
  const known = new Map<number, Holder>();
  const holderOf = (pid: number): Holder => {
    const holder = known.get(pid) ?? processOf(pid);
    known.set(pid, holder);
    return holder;
  };
  return new Map(
    [...sockets].map(([port, inodes]) => {
      const kept = inodes.flatMap((inode) => keepers(pids.get(inode) ?? [], parentOf));
      const holders = [...new Set(kept)].sort((a, b) => a - b).map(holderOf);
      return [port, holders.length > 0 ? holders : [UNKNOWN]];
    }),
  );
}

/** By port. */
function socketsAt(
  protocol: Protocol,
  wanted: ReadonlySet<number>,
  family: Family,
  beside: number | undefined,
): Map<number, string[]> {
  const folder = `/proc/${beside ?? 'self'}/net`;
  const found = new Map<number, string[]>();
  for (const path of [`${folder}/${protocol}6`, `${folder}/${protocol}`])
    for (const { port, inode } of portSockets(textOf(path), protocol, family))
      if (wanted.has(port)) found.set(port, [...(found.get(port) ?? []), inode]);
  return found;
}

const parentOf = (pid: number): number | null => parentIn(textOf(`/proc/${pid}/stat`));

/** By socket. */
function pidsOf(wanted: ReadonlySet<string>): Map<string, number[]> {
  const pids = new Map<string, number[]>();
  if (wanted.size === 0) return pids;
  for (const pid of entriesOf('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const inode of socketsOf(pid))
      if (wanted.has(inode)) pids.set(inode, [...(pids.get(inode) ?? []), Number(pid)]);
  }
  return pids;
}

const SOCKET = /^socket:\[(\d+)\]$/;

/** Each once: a process may have several descriptors of one socket. */
function socketsOf(pid: string): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const inodes = entriesOf(folder).flatMap((fd) => SOCKET.exec(targetOf(`${folder}/${fd}`))?.[1] ?? []);
  return new Set(inodes);
}
