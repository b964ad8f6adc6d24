import { execFile } from 'node:child_process';
import type { Family, Protocol } from '../../base/index.ts';
import type { Holder, Host } from '../contract.ts';
import { holdersOf } from './holders.ts';
import { holdersInLsof, LSOF } from './lsof.ts';
import { namedHolders, POWERSHELL, pidsInNetstat, processesInPowershell } from './netstat.ts';
import { textOf } from './proc-files.ts';
import { procProcesses } from './processes.ts';

const PATIENCE_MS = 10_000;

type Who = Pick<Host, 'holders' | 'seesAllHolders' | 'processes'>;

/** Who holds a port, and what runs: each system tells it in its own way. */
export function whoOn(platform: NodeJS.Platform, run: Run = runProgram): Who {
  switch (platform) {
    case 'linux':
      return {
        holders: async (protocol, ports, family, beside) => holdersOf(protocol, ports, family, beside),
        // The tables are open to all, only whose socket it is, is not.
        seesAllHolders: async () => textOf('/proc/self/net/udp') !== '',
        processes: async () => procProcesses(),
      };
    case 'win32':
      return onWindows(run);
    case 'darwin':
      return { holders: onMac(run), seesAllHolders: async () => isRoot(), processes: async () => [] };
    default:
      return { holders: async () => new Map(), seesAllHolders: async () => false, processes: async () => [] };
  }
}

/** What a program prints, up to its end; empty where there is no such program. */
type Run = (program: string, args: readonly string[]) => Promise<string>;

function onWindows(run: Run): Who {
  const processes: Who['processes'] = async () => processesInPowershell(await run('powershell.exe', POWERSHELL));
  return {
    holders: async (protocol, ports, family) => {
      const pids = only(ports, pidsInNetstat(await run('netstat', ['-ano']), protocol, family));
      return pids.size === 0 ? new Map() : namedHolders(pids, await processes());
    },
    seesAllHolders: async () => (await run('netstat', ['-ano'])) !== '',
    processes,
  };
}

/** lsof shows an ordinary user his own processes only. */
const isRoot = (): boolean => process.getuid?.() === 0;

const onMac =
  (run: Run) =>
  async (protocol: Protocol, ports: readonly number[], family: Family): Promise<Map<number, readonly Holder[]>> =>
    only(ports, holdersInLsof(await run('lsof', LSOF), protocol, family));

function only<T>(ports: readonly number[], all: ReadonlyMap<number, T>): Map<number, T> {
  const wanted = new Set(ports);
  return new Map([...all].filter(([port]) => wanted.has(port)));
}

/** lsof ends with 1 where some files could not be seen, and has printed the others by then. */
const runProgram: Run = (program, args) =>
  new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, windowsHide: true, maxBuffer: 64 * 1024 * 1024 };
    execFile(program, [...args], options, (_, text) => resolve(text));
  });
