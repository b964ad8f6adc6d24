import type { RunningProcess } from '../contract.ts';
import { entriesOf, folderId, processOf, targetOf, textOf } from './proc-files.ts';

/** Linux: every process that this user can see, but for those of the kernel, which have no command. */
export function procProcesses(): RunningProcess[] {
  const pids = entriesOf('/proc').filter((pid) => /^\d+$/.test(pid));
  const here: Here = { net: targetOf('/proc/self/ns/net'), roots: new Map([[folderId('/'), '']]) };
  return pids.sort((a, b) => Number(a) - Number(b)).flatMap((pid) => procProcess(pid, here));
}

interface Here {
  readonly net: string;
  /** By the folder that a root is: all processes of a container have the same one. Grows. */
  readonly roots: Map<string | null, string>;
}

function procProcess(pid: string, { net, roots }: Here): RunningProcess[] {
  const command = wordsOf(textOf(`/proc/${pid}/cmdline`));
  const { name, unit } = processOf(Number(pid));
  if (command.length === 0 || name === null) return [];
  // Many services have a mount namespace of their own, and the same root in it: only another root has other files.
  const path = `/proc/${pid}/root`;
  const id = folderId(path);
  const root = id === null ? '' : (roots.get(id) ?? path);
  if (id !== null) roots.set(id, root);
  return [{ pid: Number(pid), name, command, unit, root, network: networkOf(targetOf(`/proc/${pid}/ns/net`), net) }];
}

function networkOf(net: string, here: string): RunningProcess['network'] {
  if (net === '' || here === '') return 'unknown';
  return net === here ? 'same' : 'own';
}

/** The text of /proc/PID/cmdline; a program that writes its own title there leaves blanks in the place of zeros. */
export function wordsOf(cmdline: string): string[] {
  const words = cmdline.split('\0').filter((word) => word !== '');
  return words.length === 1 ? (words[0] ?? '').trim().split(/\s+/) : words;
}
