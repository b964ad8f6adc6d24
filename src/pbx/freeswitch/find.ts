import { defaultsOf } from '../config/defaults.ts';
import { boundIn, isYes, portIn } from '../config/numbers.ts';
import { argumentOf, mainProcesses } from '../config/processes.ts';
import { ConfigReader } from '../config/reader.ts';
import type { FoundPort, FoundProduct, Machine, Origin, Place } from '../config/types.ts';
import { FREESWITCH, FUSIONPBX } from '../profiles/freeswitch.ts';
import type { Profile } from '../types.ts';
import { Preprocessing } from './preprocess.ts';
import { elementsOf, type XmlElement } from './xml.ts';

/** Of Debian's packages, and of what is built from the sources. */
const FOLDERS = ['/etc/freeswitch', '/usr/local/freeswitch/conf', '/opt/freeswitch/conf'];

/** Every FreeSWITCH that runs here, and else the one that is installed. */
export async function findFreeswitch(machine: Machine): Promise<FoundProduct[]> {
  const running = mainProcesses(machine.processes, ({ name }) => name === 'freeswitch');
  const found = running.length > 0 ? running : [null];
  const products = await Promise.all(
    found.map(async (process) => {
      const reader = new ConfigReader(machine.disk, process?.root ?? '');
      const named = argumentOf(process?.command ?? [], '-conf');
      const preprocessing = new Preprocessing(reader);
      const isThere = await readFirst(preprocessing, named?.startsWith('/') ? [named] : FOLDERS);
      if (!isThere && process === null) return [];
      if (!isThere) reader.warn('no-configuration', null);
      const names = await reader.names('/etc');
      const profile = names.includes('fusionpbx') ? FUSIONPBX : FREESWITCH;
      const ports = portsOf(preprocessing, profile, reader);
      return [{ profile, processes: process ? [process] : [], ports, warnings: reader.warnings }];
    }),
  );
  return products.flat();
}

/** false: there is no configuration. */
async function readFirst(preprocessing: Preprocessing, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) if (await preprocessing.file(`${folder}/freeswitch.xml`)) return true;
  return false;
}

interface Param {
  readonly value: string;
  readonly place: Place;
}

/** What is set, by name; the last one counts. */
type Params = Map<string, Param>;

interface Settings {
  readonly media: Params;
  /** One for each SIP profile. */
  readonly profiles: readonly Params[];
}

function portsOf(preprocessing: Preprocessing, profile: Profile, reader: ConfigReader): FoundPort[] {
  const settings = settingsIn(preprocessing, reader);
  const sip = settings?.profiles.map((params) => sipPorts(params, reader)) ?? [null];
  // FusionPBX, for one, has them in its database.
  if (settings?.profiles.length === 0) reader.warn('elsewhere', null);
  const isKnown = sip.length > 0 && !sip.includes(null);
  return [
    ...(isKnown ? once(sip.flatMap((ports) => ports ?? [])) : defaultsOf(profile, ['sip', 'sips', 'webrtc'])),
    ...((settings && mediaPorts(settings.media, reader)) ?? defaultsOf(profile, ['rtp'])),
  ];
}

/** null: FreeSWITCH would not take it either. */
function settingsIn({ lines }: Preprocessing, reader: ConfigReader): Settings | null {
  if (lines.length === 0) return null;
  const media: Params = new Map();
  const profiles = new Map<XmlElement, Params>();
  for (const news of elementsOf(lines)) {
    if (news.kind === 'wrong') {
      reader.warn('syntax', news.place);
      return null;
    }
    const { path, place } = news;
    const [self, parent, grandparent] = path.toReversed();
    if (self?.name === 'profile' && path.some(isSofia)) profiles.set(self, new Map());
    if (self?.name !== 'param' || parent?.name !== 'settings' || !grandparent) continue;
    const of = grandparent.attributes.get('name') === 'switch.conf' ? media : profiles.get(grandparent);
    of?.set(self.attributes.get('name') ?? '', { value: self.attributes.get('value') ?? '', place });
  }
  return { media, profiles: [...profiles.values()] };
}

const isSofia = ({ name, attributes }: XmlElement): boolean =>
  name === 'configuration' && attributes.get('name') === 'sofia.conf';

const at = (place: Place): Origin => ({ kind: 'configuration', place });

/** Built into FreeSWITCH. */
const [FIRST_MEDIA, LAST_MEDIA] = [16_384, 32_768];

function mediaPorts(params: Params, reader: ConfigReader): FoundPort[] | null {
  const [start, end] = [params.get('rtp-start-port'), params.get('rtp-end-port')];
  const from = start ? portIn(start.value) : FIRST_MEDIA;
  const to = end ? portIn(end.value) : LAST_MEDIA;
  if (from === null || to === null || from > to) {
    const [wrong, name] = from === null || !end ? [start, 'rtp-start-port'] : [end, 'rtp-end-port'];
    reader.warn('value', wrong?.place ?? null, name);
    return null;
  }
  const place = start?.place ?? end?.place;
  const origin: Origin = place ? at(place) : { kind: 'built-in' };
  return [{ protocol: 'udp', purpose: 'rtp', from, to, address: null, optional: false, origin }];
}

/** A SIP profile listens over UDP and TCP at one port, over TLS at another one. null: not to be told. */
function sipPorts(params: Params, reader: ConfigReader): FoundPort[] | null {
  const address = boundIn(params.get('sip-ip')?.value ?? '')?.address ?? null;
  const isTls = isYes(params.get('tls')?.value ?? '');
  const isTlsOnly = isTls && isYes(params.get('tls-only')?.value ?? '');
  const [plain, tls] = [portOf(params, 'sip-port', 5060, reader), portOf(params, 'tls-sip-port', 5061, reader)];
  if (plain === null || tls === null) return null;
  const sip = { purpose: 'sip', ...plain, address } as const;
  const wss = params.get('wss-binding');
  const web = wss ? boundIn(wss.value) : null;
  return [
    ...(isTlsOnly ? [] : [{ ...sip, protocol: 'udp', optional: false } as const]),
    ...(isTlsOnly ? [] : [{ ...sip, protocol: 'tcp', optional: true } as const]),
    ...(isTls ? [{ ...tls, protocol: 'tcp', purpose: 'sips', address, optional: false } as const] : []),
    ...(wss && web?.port ? [webPort(web.port, web.address, wss.place)] : []),
  ];
}

function portOf(
  params: Params,
  name: string,
  usual: number,
  reader: ConfigReader,
): Pick<FoundPort, 'from' | 'to' | 'origin'> | null {
  const param = params.get(name);
  if (!param) return { from: usual, to: usual, origin: { kind: 'built-in' } };
  const port = portIn(param.value);
  if (port === null) reader.warn('value', param.place, name);
  return port === null ? null : { from: port, to: port, origin: at(param.place) };
}

const webPort = (port: number, address: string | null, place: Place): FoundPort => ({
  ...{ protocol: 'tcp', purpose: 'webrtc', from: port, to: port, address, optional: true, origin: at(place) },
});

/** Profiles for IPv4 and IPv6 have the same ports. */
function once(ports: readonly FoundPort[]): FoundPort[] {
  const key = ({ protocol, purpose, from }: FoundPort): string => `${protocol} ${purpose} ${from}`;
  return [...new Map(ports.toReversed().map((port) => [key(port), port])).values()].reverse();
}
