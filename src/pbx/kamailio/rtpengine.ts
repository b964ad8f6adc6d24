import type { RunningProcess } from '../../system/index.ts';
import { portIn } from '../config/numbers.ts';
import { argumentOf } from '../config/processes.ts';
import type { ConfigReader } from '../config/reader.ts';
import type { FoundPort, Origin } from '../config/types.ts';

/** `missing`: there is none. `failed`: why has been warned of. */
export type FoundMedia =
  | { readonly kind: 'found'; readonly ports: readonly FoundPort[] }
  | { readonly kind: 'missing' | 'failed' };

const USUAL_FILE = '/etc/rtpengine/rtpengine.conf';

/** Built into rtpengine. */
const [FIRST, LAST] = [30_000, 40_000];

interface Said {
  readonly value: string;
  readonly origin: Origin;
}

/** The command line wins over the file. `process`: null if it does not run. */
export async function rtpenginePorts(reader: ConfigReader, process: RunningProcess | null): Promise<FoundMedia> {
  const command = process?.command ?? [];
  const path = longArgument(command, 'config-file') ?? USUAL_FILE;
  const reading = path === 'none' ? ({ kind: 'missing' } as const) : await reader.read(path);
  if (reading.kind === 'missing' && !process) return { kind: 'missing' };
  if (reading.kind === 'failed') return { kind: 'failed' };
  const section = longArgument(command, 'config-section') ?? 'rtpengine';
  const settings = reading.kind === 'text' ? settingsIn(reading.text, reading.file) : [];
  const said = (key: string, short: string): Said | null => {
    const value = longArgument(command, key) ?? argumentOf(command, short);
    if (value !== null) return { value, origin: { kind: 'command-line', pid: process?.pid ?? 0 } };
    return settings.findLast((one) => one.section === section && one.key === key) ?? null;
  };
  const own = rangeOf(said('port-min', '-m'), said('port-max', '-M'), reader);
  // Newer versions may give an interface a range of its own.
  const others = [...new Set(settings.map((one) => one.section))]
    .filter((name) => name.startsWith('interface-'))
    .map((name) => settings.filter((one) => one.section === name && /^port-(min|max)$/.test(one.key)))
    .filter((some) => some.length > 0)
    .map((some) => rangeOf(keyOf(some, 'port-min'), keyOf(some, 'port-max'), reader));
  const all = [own, ...others];
  return all.includes(null) ? { kind: 'failed' } : { kind: 'found', ports: all.flatMap((port) => port ?? []) };
}

const keyOf = (settings: readonly Setting[], key: string): Said | null =>
  settings.findLast((one) => one.key === key) ?? null;

function rangeOf(min: Said | null, max: Said | null, reader: ConfigReader): FoundPort | null {
  const [from, to] = [min ? portIn(min.value) : FIRST, max ? portIn(max.value) : LAST];
  if (from === null || to === null || from > to) {
    const [wrong, key] = from === null || !max ? [min, 'port-min'] : [max, 'port-max'];
    reader.warn('value', wrong?.origin.kind === 'configuration' ? wrong.origin.place : null, key);
    return null;
  }
  const origin: Origin = (min ?? max)?.origin ?? { kind: 'built-in' };
  return { protocol: 'udp', purpose: 'rtp', from, to, address: null, optional: false, origin };
}

/** `--port-min=30000` or `--port-min 30000`; the last one. */
function longArgument(command: readonly string[], name: string): string | null {
  const at = command.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (at < 0) return null;
  return command[at]?.includes('=') ? (command[at]?.slice(name.length + 3) ?? null) : (command[at + 1] ?? null);
}

interface Setting extends Said {
  readonly section: string;
  readonly key: string;
}

/** As GLib's key files are: sections in square brackets, `key = value`, and comments that take a whole line. */
function settingsIn(text: string, file: string): Setting[] {
  let section = '';
  return text.split('\n').flatMap((whole, index) => {
    const line = whole.trim();
    if (line.startsWith('#') || line.startsWith(';')) return [];
    if (line.startsWith('[') && line.endsWith(']')) section = line.slice(1, -1).trim();
    const at = line.indexOf('=');
    if (at < 1 || line.startsWith('[')) return [];
    const origin: Origin = { kind: 'configuration', place: { file, line: index + 1 } };
    return [{ section, key: line.slice(0, at).trim(), value: line.slice(at + 1).trim(), origin }];
  });
}
