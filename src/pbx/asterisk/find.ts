import { defaultsOf } from '../config/defaults.ts';
import { isYes } from '../config/numbers.ts';
import { folderOf } from '../config/path.ts';
import { argumentOf, mainProcesses } from '../config/processes.ts';
import { ConfigReader } from '../config/reader.ts';
import type { FoundPort, FoundProduct, Machine } from '../config/types.ts';
import { ASTERISK } from '../profiles/asterisk.ts';
import { findProfile } from '../profiles.ts';
import type { Profile } from '../types.ts';
import { iaxPort, RTP, rangePort, UDPTL, webPort } from './other.ts';
import { type AsteriskConfig, optionIn, readAsterisk } from './sections.ts';
import { chanSipPorts, type Found, pjsipPorts } from './sip.ts';

const MAIN_FILE = '/etc/asterisk/asterisk.conf';

/** Every Asterisk that runs here, and else the one that is installed. */
export async function findAsterisk(machine: Machine): Promise<FoundProduct[]> {
  const running = mainProcesses(machine.processes, ({ name }) => name === 'asterisk');
  const found = running.length > 0 ? running : [null];
  const products = await Promise.all(
    found.map(async (process) => {
      const reader = new ConfigReader(machine.disk, process?.root ?? '');
      const main = argumentOf(process?.command ?? [], '-C') ?? MAIN_FILE;
      const config = await readAsterisk(reader, folderOf(main), main.slice(folderOf(main).length + 1));
      if (config.kind === 'missing' && process === null) return [];
      const [profile, ports] = [await flavour(reader), await portsOf(reader, configFolder(config, main), config)];
      const warnings = reader.warnings;
      return [{ profile, processes: process ? [process] : [], ports: completed(ports, profile), warnings }];
    }),
  );
  return products.flat();
}

const configFolder = (config: AsteriskConfig, main: string): string => {
  const directories = config.kind === 'read' ? config.sections.find(({ name }) => name === 'directories') : undefined;
  const named = directories?.isTemplate ? null : optionIn(directories, 'astetcdir');
  return named?.value.startsWith('/') ? named.value.replace(/\/+$/, '') : folderOf(main);
};

/** Distributions of Asterisk, by a file that only they have. */
const FLAVOURS: readonly (readonly [file: string, profile: string])[] = [
  ['freepbx.conf', 'freepbx'],
  ['issabel.conf', 'issabel'],
  ['vitalpbx', 'vitalpbx'],
];

async function flavour(reader: ConfigReader): Promise<Profile> {
  const names = await reader.names('/etc');
  const [, id] = FLAVOURS.find(([file]) => names.includes(file)) ?? [];
  return (id === undefined ? null : findProfile(id)) ?? ASTERISK;
}

/** By what it is for; null: not to be found out. */
interface AsteriskPorts {
  readonly sip: Found;
  readonly rtp: Found;
  readonly fax: Found;
  readonly iax: Found;
  readonly web: Found;
}

const UNKNOWN: AsteriskPorts = { sip: null, rtp: null, fax: null, iax: null, web: null };

async function portsOf(reader: ConfigReader, folder: string, main: AsteriskConfig): Promise<AsteriskPorts> {
  const read = (name: string): Promise<AsteriskConfig> => readAsterisk(reader, folder, name);
  const isLoaded = loadedBy(await read('modules.conf'));
  // One after the other, so that the same files give the same warnings where there are too many.
  const [newer, older] = [await read('pjsip.conf'), await read('sip.conf')];
  if ([main, newer, older].every(({ kind }) => kind === 'missing')) {
    reader.warn('no-configuration', null);
    return UNKNOWN;
  }
  const pjsip = isLoaded('res_pjsip') ? pjsipPorts(newer, reader) : [];
  const chanSip = isLoaded('chan_sip') ? chanSipPorts(older, reader) : [];
  const sip = bothDrivers(pjsip, chanSip);
  // Transports may be kept in a database.
  if (sip?.length === 0) reader.warn('elsewhere', null);
  return {
    sip: sip?.length === 0 ? null : sip,
    rtp: rangePort(await read('rtp.conf'), RTP, 'rtp', reader),
    fax: rangePort(await read('udptl.conf'), UDPTL, 'fax', reader),
    iax: isLoaded('chan_iax2') ? iaxPort(await read('iax.conf'), reader) : [],
    web: webPort(await read('http.conf'), reader),
  };
}

/** What its name says is in modules.conf, as the last word on it; without the file, and by default, all are loaded. */
function loadedBy(config: AsteriskConfig): (module: string) => boolean {
  const options = config.kind === 'read' ? config.sections.flatMap((section) => section.options) : [];
  const isAll = isYes(options.findLast(({ name }) => name === 'autoload')?.value ?? 'yes');
  const named = (keys: readonly string[], module: string): boolean =>
    options.some(({ name, value }) => keys.includes(name) && value.replace(/\.so$/, '') === module);
  return (module) => !named(['noload'], module) && (isAll || named(['load', 'require', 'preload'], module));
}

/** A sip.conf often lies beside pjsip.conf though no version of Asterisk reads it any more; then nobody needs its ports. */
function bothDrivers(pjsip: Found, chanSip: Found): Found {
  if (pjsip === null) return null;
  if (pjsip.length === 0) return chanSip;
  const more = (chanSip ?? []).filter(({ protocol, from }) => !isThere(pjsip, protocol, from));
  return [...pjsip, ...more.map((port) => ({ ...port, optional: true }))];
}

const isThere = (ports: readonly FoundPort[], protocol: string, from: number): boolean =>
  ports.some((port) => port.protocol === protocol && port.from === from);

function completed({ sip, rtp, fax, iax, web }: AsteriskPorts, profile: Profile): FoundPort[] {
  return [
    ...(sip ?? defaultsOf(profile, ['sip', 'sips'])),
    ...(rtp ?? defaultsOf(profile, ['rtp'])),
    ...(fax ?? defaultsOf(profile, ['fax'])),
    ...(iax ?? defaultsOf(profile, ['iax'])),
    ...(web ?? defaultsOf(profile, ['webrtc'])),
  ];
}
