import type { RunningProcess } from '../contract.ts';
import { entriesOf, folderId, processOf, targetOf, textOf } from './proc-files.ts';

/** Linux: every process that this user can see, but for those of the kernel, which have no command. */
export function procProcesses(): RunningProcess[] {
  const here = { net: targetOf('/proc/self/ns/net'), root: folderId('/') };
  return entriesOf('/proc').flatMap((pid) => (/^\d+$/.test(pid) ? procProcess(pid, here) : []));
}

function procProcess(pid: string, here: { readonly net: string; readonly root: string | null }): RunningProcess[] {
  const command = wordsOf(textOf(`/proc/${pid}/cmdline`));
  const { name, unit } = processOf(Number(pid));
  if (command.length === 0 || name === null) return [];
  const net = targetOf(`/proc/${pid}/ns/net`);
  const root = `/proc/${pid}/root`;
  // Many services have a mount namespace of their own, and the same root in it: only another root has other files.
  const isElsewhere = ![null, here.root].includes(folderId(root));
  return [{ pid: Number(pid), name, command, unit, root: isElsewhere ? root : '', network: networkOf(net, here.net) }];
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
