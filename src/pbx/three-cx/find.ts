import { defaultsOf } from '../config/defaults.ts';
import { mainProcesses } from '../config/processes.ts';
import { ConfigReader } from '../config/reader.ts';
import type { FoundPort, FoundProduct, Machine } from '../config/types.ts';
import { THREE_CX } from '../profiles/three-cx.ts';
import type { Purpose } from '../types.ts';
import { mediaPorts } from './media.ts';
import { webPorts } from './nginx.ts';

/** Of its services the two that speak SIP and RTP, by the name of the process or of the unit. Linux cuts names short. */
const MEANT = /^3CX(?:PhoneSystem|MediaServer)/i;

/** On Linux; the older layout is left behind where the newer one took its place, so the newer one counts. */
const FOLDERS = ['/var/lib/3cxpbx/Instance1/Bin', '/var/lib/3cxpbx/Bin'];

const MEDIA_FILES = FOLDERS.map((folder) => `${folder}/3cxmediaserver.ini`);
const WEB_FILES = [...FOLDERS.map((folder) => `${folder}/nginx/conf/nginx.conf`), '/etc/nginx/sites-enabled/3cxpbx'];

/** What a file says; null: to be taken from the profile. */
type FromFile = { readonly isThere: boolean; readonly ports: readonly FoundPort[] | null };

/**
 * A 3CX that runs here, or is installed. Its files tell the ports of voice and web; those of SIP and of the tunnel are in
 * its database, and its API tells them to who has credentials for it (docs/decisions/0014).
 */
export async function findThreeCx({ disk, processes }: Machine): Promise<FoundProduct[]> {
  const running = mainProcesses(processes, ({ name, unit }) => MEANT.test(name) || MEANT.test(unit ?? ''));
  const reader = new ConfigReader(disk, running[0]?.root ?? '');
  const media = await firstOf(MEDIA_FILES, mediaPorts, reader);
  const web = await firstOf(WEB_FILES, webPorts, reader);
  if (running.length === 0 && !media.isThere && !web.isThere) return [];
  reader.warn('in-database', null);
  const ports = [
    ...usual('sip', 'sips', 'tunnel'),
    ...(media.ports ? withUsual(media.ports) : usual('rtp')),
    ...(web.ports ?? usual('web')),
  ];
  return [{ profile: THREE_CX, processes: running, ports, warnings: reader.warnings }];
}

const usual = (...purposes: readonly Purpose[]): FoundPort[] => defaultsOf(THREE_CX, purposes);

async function firstOf(
  files: readonly string[],
  portsIn: (text: string, file: string, reader: ConfigReader) => readonly FoundPort[] | null,
  reader: ConfigReader,
): Promise<FromFile> {
  for (const file of files) {
    const read = await reader.read(file);
    if (read.kind === 'text') return { isThere: true, ports: portsIn(read.text, read.file, reader) };
    if (read.kind === 'failed') return { isThere: true, ports: null };
  }
  return { isThere: false, ports: null };
}

/**
 * The file knows the voice of phones and trunks. Browsers have a range of their own, which follows it and is kept
 * elsewhere: what the usual range has beyond the file's is asked, too. Of a range that was moved the rest is not known.
 */
function withUsual(stated: readonly FoundPort[]): FoundPort[] {
  const last = stated.at(-1)?.to ?? 0;
  const meets = (port: FoundPort): boolean => stated.some(({ from, to }) => from <= port.to && to >= port.from);
  const rest = usual('rtp').filter((port) => meets(port) && port.to > last);
  return [...stated, ...rest.map((port) => ({ ...port, from: last + 1 }))];
}
