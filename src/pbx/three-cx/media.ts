import { portIn } from '../config/numbers.ts';
import type { ConfigReader } from '../config/reader.ts';
import type { FoundPort, Place } from '../config/types.ts';

interface Stated {
  readonly port: number | null;
  readonly place: Place;
}

/**
 * The ports of voice that its media server uses towards the internet: lines that begin with FEP (the first external port)
 * and LEP (the last one), and have the number behind the comma. FLP and LLP are those of the LAN. null: not found out.
 */
export function mediaPorts(text: string, file: string, reader: ConfigReader): readonly FoundPort[] | null {
  const lines = text.split(/\r?\n/);
  const [first, last] = [statedIn(lines, 'FEP', file), statedIn(lines, 'LEP', file)];
  if (!first && !last) {
    reader.warn('value', { file }, 'FEP');
    return null;
  }
  for (const [key, stated] of [
    ['FEP', first],
    ['LEP', last],
  ] as const)
    if (!stated || stated.port === null) reader.warn('value', stated?.place ?? { file }, key);
  if (!first?.port || !last?.port) return null;
  const range = { from: first.port, to: last.port };
  if (range.from > range.to) {
    reader.warn('value', last.place, 'LEP');
    return null;
  }
  const origin = { kind: 'configuration', place: first.place } as const;
  return [{ protocol: 'udp', ...range, purpose: 'rtp', address: null, optional: false, origin }];
}

function statedIn(lines: readonly string[], key: string, file: string): Stated | null {
  const index = lines.findIndex((line) => line.startsWith(key));
  const line = lines[index];
  if (line === undefined) return null;
  const comma = line.indexOf(',');
  return { port: comma === -1 ? null : portIn(line.slice(comma + 1)), place: { file, line: index + 1 } };
}
