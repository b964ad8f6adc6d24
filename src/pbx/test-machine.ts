import { err, formatRanges, ok } from '../base/index.ts';
import type { RunningProcess } from '../system/index.ts';
import type { Disk, FoundPort, FoundProduct, Machine, Origin } from './config/types.ts';

/* For tests: a machine with these files and processes. */

export type DiskContent = Readonly<Record<string, string | { readonly code: string }>>;

export interface TestMachine extends Machine {
  /** Every path of which the content was asked for, in order. */
  readonly read: readonly string[];
}

export function machineWith(content: DiskContent, processes: readonly RunningProcess[] = []): TestMachine {
  const read: string[] = [];
  const disk: Disk = {
    readInput(path) {
      read.push(path);
      const found = content[path] ?? { code: 'ENOENT' };
      return Promise.resolve(typeof found === 'string' ? ok(found) : err(found.code));
    },
    readFolder(path) {
      const inside = Object.keys(content).filter((one) => one.startsWith(path === '/' ? '/' : `${path}/`));
      const names = inside.map((one) => one.slice(path === '/' ? 1 : path.length + 1).replace(/\/.*/, ''));
      return Promise.resolve(names.length > 0 ? ok([...new Set(names)].sort()) : err('ENOENT'));
    },
  };
  return { disk, processes, read };
}

/** `asterisk -C /srv/a.conf`, as it runs here. */
export const runningAs = (command: string, more: Partial<RunningProcess> = {}): RunningProcess => {
  const words = command.split(' ');
  const name = (words[0] ?? '').replace(/.*\//, '');
  return { pid: 812, name, command: words, unit: null, root: '', network: 'same', ...more };
};

/** `udp 5060 sip < /etc/x.conf:3`: a line for each port, with where it is from. */
export const linesOf = (product: FoundProduct | undefined): string[] => (product?.ports ?? []).map(lineOf);

function lineOf({ protocol, from, to, purpose, address, optional, origin }: FoundPort): string {
  const where = address === null ? '' : ` on ${address}`;
  return `${protocol} ${formatRanges([{ from, to }])}${where} ${purpose}${optional ? '?' : ''} < ${originOf(origin)}`;
}

function originOf(origin: Origin): string {
  if (origin.kind === 'configuration') return `${origin.place.file}:${origin.place.line}`;
  return origin.kind === 'command-line' ? `process ${origin.pid}` : origin.kind;
}

export const warningsOf = (product: FoundProduct | undefined): string[] =>
  (product?.warnings ?? []).map(({ code, file, line, what }) =>
    [code, file === null ? '' : `${file}${line === null ? '' : `:${line}`}`, what]
      .filter((part) => part !== '')
      .join(' '),
  );
