import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { Holder } from '../contract.ts';
import { unitOf } from './cgroup.ts';

// Processes and descriptors come and go while they are walked, and those of other users are closed to us.
export const entriesOf = (folder: string): string[] => orElse(() => readdirSync(folder), []);
export const targetOf = (link: string): string => orElse(() => readlinkSync(link), '');
export const textOf = (path: string): string => orElse(() => readFileSync(path, 'utf8'), '');

/** The same for the same folder, by whichever path; null: not to be told. */
export const folderId = (path: string): string | null =>
  orElse(() => {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}/${ino}`;
  }, null);

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

export const processOf = (pid: number): Holder => ({
  pid,
  name: textOf(`/proc/${pid}/comm`).trim() || null,
  unit: unitOf(textOf(`/proc/${pid}/cgroup`)),
});
