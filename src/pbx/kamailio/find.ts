import type { RunningProcess } from '../../system/index.ts';
import { defaultsOf } from '../config/defaults.ts';
import { argumentOf, mainProcesses } from '../config/processes.ts';
import { ConfigReader } from '../config/reader.ts';
import type { FoundPort, FoundProduct, Machine } from '../config/types.ts';
import { KAMAILIO } from '../profiles/kamailio.ts';
import { readKamailio } from './config.ts';
import { type CommandLine, listenersOf } from './listeners.ts';
import { type FoundMedia, rtpenginePorts } from './rtpengine.ts';

const USUAL_FILES = ['/etc/kamailio/kamailio.cfg', '/usr/local/etc/kamailio/kamailio.cfg'];

/** Every Kamailio that runs here with the rtpengine beside it, or one of them alone; and else what is installed. */
export async function findKamailio(machine: Machine): Promise<FoundProduct[]> {
  const proxies = mainProcesses(machine.processes, ({ name }) => name === 'kamailio');
  const relays = mainProcesses(machine.processes, ({ name }) => name === 'rtpengine');
  const isRunning = proxies.length + relays.length > 0;
  const found = proxies.length > 0 ? proxies : [null];
  const products = await Promise.all(found.map((proxy) => findOne(machine, proxy, relays[0] ?? null, isRunning)));
  return products.flat();
}

async function findOne(
  machine: Machine,
  proxy: RunningProcess | null,
  relay: RunningProcess | null,
  isRunning: boolean,
): Promise<FoundProduct[]> {
  const reader = new ConfigReader(machine.disk, proxy?.root ?? '');
  // What is installed, and does not run while the other part does, is not used.
  const sip = proxy || !isRunning ? await proxyPorts(reader, proxy) : [];
  const ofRelay = new ConfigReader(machine.disk, relay?.root ?? '');
  const media: FoundMedia = relay || !isRunning ? await rtpenginePorts(ofRelay, relay) : { kind: 'missing' };
  const isThere = proxy !== null || sip === null || sip.length > 0;
  if (!isThere && media.kind === 'missing') return [];
  if (media.kind === 'missing') reader.warn('no-media', null);
  const ports = [...(sip ?? defaultsOf(KAMAILIO, ['sip', 'sips', 'webrtc'])), ...mediaPorts(media)];
  const processes = [proxy, relay].filter((process) => process !== null);
  return [{ profile: KAMAILIO, processes, ports, warnings: [...reader.warnings, ...ofRelay.warnings] }];
}

function mediaPorts(media: FoundMedia): readonly FoundPort[] {
  if (media.kind === 'found') return media.ports;
  return media.kind === 'failed' ? defaultsOf(KAMAILIO, ['rtp']) : [];
}

/** null: not to be found out; none: it is not installed. */
async function proxyPorts(reader: ConfigReader, process: RunningProcess | null): Promise<readonly FoundPort[] | null> {
  const command = process?.command ?? [];
  const named = argumentOf(command, '-f');
  for (const path of named?.startsWith('/') ? [named] : USUAL_FILES) {
    const config = await readKamailio(reader, path, definedBy(command));
    if (config.kind !== 'missing') return listenersOf(config, process && commandLineOf(process), reader);
  }
  if (!process) return [];
  reader.warn('no-configuration', null);
  return null;
}

/** `-A NAME` or `-A NAME=value`, any number of times. */
const definedBy = (command: readonly string[]): Map<string, string> =>
  new Map(
    valuesOf(command, '-A').map((text) => {
      const [name = '', ...value] = text.split('=');
      return [name, value.join('=')];
    }),
  );

const commandLineOf = ({ pid, command }: RunningProcess): CommandLine => ({
  pid,
  listen: valuesOf(command, '-l'),
  noTcp: command.includes('-T'),
});

const valuesOf = (command: readonly string[], option: string): string[] =>
  command.flatMap((word, index) => (word === option ? (command[index + 1] ?? []) : []));
