import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Family, Protocol } from '../../base/index.ts';
import type { Holder } from '../contract.ts';
import { unitOf } from './cgroup.ts';
import { portInodes } from './proc-net.ts';

const UNKNOWN: Holder = { pid: null, name: null, unit: null };

/**
 * Who holds ports, on Linux: the tables give each port's socket, the descriptors of each process its sockets.
 * One pass for all ports, because walking the processes is what costs. What is not ours to read is skipped.
 */
export function holdersOf(protocol: Protocol, ports: readonly number[], family: Family): Map<number, Holder> {
  const held = inodesOf(protocol, new Set(ports), family);
  const owners = ownersOf(new Set(held.values()));
  return new Map([...held].map(([port, inode]) => [port, owners.get(inode) ?? UNKNOWN]));
}

function inodesOf(protocol: Protocol, wanted: ReadonlySet<number>, family: Family): Map<number, string> {
  const paths = [`/proc/net/${protocol}6`, `/proc/net/${protocol}`];
  const tables = paths.flatMap((path) => [...portInodes(textOf(path), protocol, family)]);
  return new Map(tables.filter(([port]) => wanted.has(port)));
}

function ownersOf(wanted: Set<string>): Map<string, Holder> {
  const owners = new Map<string, Holder>();
  if (wanted.size === 0) return owners;
  for (const pid of entriesOf('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    let holder: Holder | null = null;
    for (const inode of socketsOf(pid)) {
      // A socket that a child inherited has several holders; the first will do.
      if (!wanted.has(inode) || owners.has(inode)) continue;
      holder ??= processOf(pid);
      owners.set(inode, holder);
    }
    if (owners.size === wanted.size) break;
  }
  return owners;
}

const processOf = (pid: string): Holder => ({
  pid: Number(pid),
  name: textOf(`/proc/${pid}/comm`).trim() || null,
  unit: unitOf(textOf(`/proc/${pid}/cgroup`)),
});

const SOCKET = /^socket:\[(\d+)\]$/;

function* socketsOf(pid: string): Generator<string> {
  const folder = `/proc/${pid}/fd`;
  for (const fd of entriesOf(folder)) {
    const inode = SOCKET.exec(targetOf(`${folder}/${fd}`))?.[1];
    if (inode !== undefined) yield inode;
  }
}

// Processes and descriptors come and go while they are walked, and those of other users are closed to us.
const entriesOf = (folder: string): string[] => orElse(() => readdirSync(folder), []);
const targetOf = (link: string): string => orElse(() => readlinkSync(link), '');
export const textOf = (path: string): string => orElse(() => readFileSync(path, 'utf8'), '');

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
