import { boundIn } from '../config/numbers.ts';
import type { ConfigReader } from '../config/reader.ts';
import type { FoundPort, Place } from '../config/types.ts';

/** Where an address is named without a port, nginx takes this. */
const USUAL_PORT = 80;

/**
 * Where its web server listens with TLS (`listen 5001 ssl;`, https://nginx.org/en/docs/http/ngx_http_core_module.html#listen).
 * What listens without lets in the LAN alone, and sends it there. null: not found out.
 */
export function webPorts(text: string, file: string, reader: ConfigReader): readonly FoundPort[] | null {
  const found = new Map<string, FoundPort>();
  for (const [index, line] of text.split(/\r?\n/).entries())
    for (const [at = '', ...options] of directivesIn(line, 'listen')) {
      if (!options.includes('ssl') || at.startsWith('unix:')) continue;
      const port = listener(at, { file, line: index + 1 }, reader);
      // Both families of one port are two lines.
      const key = `${port?.from} ${port?.address}`;
      if (port && !found.has(key)) found.set(key, port);
    }
  if (found.size === 0) reader.warn('value', { file }, 'listen');
  return found.size === 0 ? null : [...found.values()];
}

/** `5001`, `192.168.0.100:5001`, `[::]:5001`, `192.168.0.100`. */
function listener(at: string, place: Place, reader: ConfigReader): FoundPort | null {
  const bound = boundIn(/^\d+$/.test(at) ? `:${at}` : at);
  if (!bound) {
    reader.warn('value', place, 'listen');
    return null;
  }
  const { address, port } = bound;
  const range = { from: port ?? USUAL_PORT, to: port ?? USUAL_PORT };
  const origin = { kind: 'configuration', place } as const;
  return { protocol: 'tcp', ...range, purpose: 'web', address, optional: true, origin };
}

/** The words behind each directive of this name that one line has. */
function directivesIn(line: string, name: string): string[][] {
  const [code = ''] = line.split('#', 1);
  return code
    .split(/[{};]/)
    .map((part) => part.trim().split(/\s+/))
    .filter(([first]) => first === name)
    .map(([, ...words]) => words);
}
