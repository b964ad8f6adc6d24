import type { Family, Protocol } from '../../base/index.ts';
import type { Holder, RunningProcess } from '../contract.ts';

/** Which process holds which port, in what `netstat -ano` prints on Windows. Its words are in the language of the system. */
export function pidsInNetstat(text: string, protocol: Protocol, family: Family): Map<number, number[]> {
  const pids = new Map<number, Set<number>>();
  for (const line of text.split(/\r?\n/)) {
    const [name, local = '', foreign = '', ...rest] = line.trim().split(/\s+/);
    // UDP has no state. Of TCP only who listens has no port at the other side; its state is a word or two of any language.
    const pid = Number(rest.at(-1));
    const isWhole = protocol === 'udp' ? rest.length === 1 : rest.length > 1;
    if (name !== protocol.toUpperCase() || !Number.isInteger(pid) || !isWhole) continue;
    if (protocol === 'tcp' && !foreign.endsWith(':0')) continue;
    const [, address = '', port] = /^(\[.*\]|[\d.]+):(\d+)$/.exec(local) ?? [];
    if (port === undefined || address.startsWith('[') !== (family === 'ipv6')) continue;
    pids.set(Number(port), (pids.get(Number(port)) ?? new Set()).add(pid));
  }
  return new Map([...pids].map(([port, some]) => [port, [...some].sort((a, b) => a - b)]));
}

/** Names in one language, and in UTF-8. A service that shares its process with others cannot be told from them. */
export const POWERSHELL = [
  '-NoProfile',
  '-NonInteractive',
  '-Command',
  [
    '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
    '$p = @(Get-CimInstance Win32_Process | Select-Object ProcessId, Name, CommandLine)',
    "$s = @(Get-CimInstance Win32_Service -Filter 'ProcessId <> 0' | Select-Object ProcessId, Name)",
    '@{ processes = $p; services = $s } | ConvertTo-Json -Compress -Depth 3',
  ].join('; '),
] as const;

/** The processes in what `POWERSHELL` prints; `unit` is the Windows service. Empty where it is something else. */
export function processesInPowershell(text: string): RunningProcess[] {
  const { processes, services } = rowsOf(text);
  const units = new Map<number, string[]>();
  for (const { ProcessId: pid, Name: name } of services)
    if (typeof pid === 'number' && typeof name === 'string') units.set(pid, [...(units.get(pid) ?? []), name]);
  return processes.flatMap(({ ProcessId: pid, Name: name, CommandLine: command }) => {
    if (typeof pid !== 'number' || typeof name !== 'string') return [];
    const [unit = null, ...others] = units.get(pid) ?? [];
    const words = typeof command === 'string' ? wordsOfWindows(command) : [];
    const plain = name.replace(/\.exe$/i, '');
    return [{ pid, name: plain, command: words, unit: others.length > 0 ? null : unit, root: '', network: 'same' }];
  });
}

type Row = Readonly<Record<string, unknown>>;

function rowsOf(text: string): { processes: readonly Row[]; services: readonly Row[] } {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    const { processes, services } = (isRow(value) ? value : {}) as Row;
    return { processes: listOf(processes), services: listOf(services) };
  } catch {
    return { processes: [], services: [] };
  }
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;
const listOf = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRow) : []);

/** What is in quotes is one word, whatever blanks are in it. */
const wordsOfWindows = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

/** The holders by port, from who holds and who they are. */
export function namedHolders(
  pids: ReadonlyMap<number, readonly number[]>,
  processes: readonly RunningProcess[],
): Map<number, Holder[]> {
  const known = new Map(processes.map(({ pid, name, unit }) => [pid, { pid, name, unit }]));
  return new Map(
    [...pids].map(([port, some]) => [port, some.map((pid) => known.get(pid) ?? { pid, name: null, unit: null })]),
  );
}
