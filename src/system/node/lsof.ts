import type { Family, Protocol } from '../../base/index.ts';
import type { Holder } from '../contract.ts';

/** A field in each line, led by its letter; names and ports as numbers. Whose files are not ours to see are left out. */
export const LSOF = ['-nP', '-iUDP', '-iTCP', '-FpcftPnT'] as const;

/**
 * Who holds which port, in what lsof(8) prints with `LSOF` on macOS. It names a process (`p`, `c`), then each of its
 * files (`f`): family (`t`), protocol (`P`), addresses (`n`), and of TCP the state (`TST=`).
 */
export function holdersInLsof(text: string, protocol: Protocol, family: Family): Map<number, Holder[]> {
  const holders = new Map<number, Map<number, Holder>>();
  for (const { pid, name, fields } of filesOf(text)) {
    if (fields.get('P') !== protocol.toUpperCase()) continue;
    if (protocol === 'tcp' && fields.get('TST') !== 'LISTEN') continue;
    const port = portOf(fields.get('n') ?? '', fields.get('t') ?? '', family);
    if (port === null) continue;
    const here = holders.get(port) ?? new Map<number, Holder>();
    holders.set(port, here.set(pid, { pid, name, unit: null }));
  }
  return new Map([...holders].map(([port, here]) => [port, [...here.values()].sort(byPid)]));
}

const byPid = (a: Holder, b: Holder): number => (a.pid ?? 0) - (b.pid ?? 0);

interface OpenFile {
  readonly pid: number;
  readonly name: string | null;
  readonly fields: Map<string, string>;
}

function filesOf(text: string): OpenFile[] {
  const files: OpenFile[] = [];
  let owner: { pid: number; name: string | null } = { pid: 0, name: null };
  for (const line of text.split(/\r?\n/)) {
    const [letter, rest] = [line.slice(0, 1), line.slice(1)];
    if (letter === 'p') owner = { pid: Number(rest), name: null };
    else if (letter === 'c') owner = { ...owner, name: unescaped(rest) || null };
    else if (letter === 'f') files.push({ ...owner, fields: new Map() });
    else if (letter === 'T') files.at(-1)?.fields.set(`T${rest.split('=')[0]}`, rest.split('=')[1] ?? '');
    else if (letter !== '') files.at(-1)?.fields.set(letter, rest);
  }
  return files.filter(({ pid }) => Number.isInteger(pid) && pid > 0);
}

/** `*:5060`, `192.168.0.100:5060`, `[::1]:5060`; a socket that is connected has `->` and the other side behind it. */
function portOf(name: string, type: string, family: Family): number | null {
  const [, address = '', port] = /^(\*|\[.*\]|[^:[\]]*):(\d+)(?:->.*)?$/.exec(name) ?? [];
  if (port === undefined) return null;
  // `*` of IPv6 takes IPv4, too, unless it was told not to, which is not shown.
  const takes = family === 'ipv6' ? type === 'IPv6' : type === 'IPv4' || address === '*' || /^\[::ffff:/i.test(address);
  return takes ? Number(port) : null;
}

/** lsof writes what is not printable, and blanks, as `\x20`. */
const unescaped = (name: string): string =>
  name.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
