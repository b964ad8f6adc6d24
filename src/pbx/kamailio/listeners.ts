import { boundIn, isYes, portIn } from '../config/numbers.ts';
import type { ConfigReader } from '../config/reader.ts';
import type { FoundPort, Origin } from '../config/types.ts';
import type { KamailioConfig, Parameter } from './config.ts';

/** What the command line says besides. */
export interface CommandLine {
  readonly pid: number;
  /** `-l`. */
  readonly listen: readonly string[];
  /** `-T`. */
  readonly noTcp: boolean;
}

type Transport = 'udp' | 'tcp' | 'tls';

interface Settings {
  readonly plainPort: Pick<FoundPort, 'from' | 'to' | 'origin'>;
  readonly tlsPort: Pick<FoundPort, 'from' | 'to' | 'origin'>;
  readonly hasTcp: boolean;
  readonly hasTls: boolean;
}

const at = ({ place }: Parameter): Origin => ({ kind: 'configuration', place });

/** null: not to be found out; the reason has been warned of. */
export function listenersOf(
  config: KamailioConfig,
  command: CommandLine | null,
  reader: ConfigReader,
): readonly FoundPort[] | null {
  if (config.kind !== 'read') return null;
  const settings = settingsOf(config, command, reader);
  if (!settings) return null;
  const named: (readonly FoundPort[] | null)[] = [
    ...config.parameters.filter(({ name }) => name === 'listen').map((one) => listener(one, settings, reader)),
    ...(command?.listen ?? []).map((text) =>
      listenerIn(text, { kind: 'command-line', pid: command?.pid ?? 0 }, settings),
    ),
  ];
  if (named.includes(null)) return null;
  // Without any it takes all addresses, and its usual port.
  return named.length > 0 ? named.flatMap((ports) => ports ?? []) : onAll(null, settings);
}

function settingsOf(
  { parameters }: KamailioConfig,
  command: CommandLine | null,
  reader: ConfigReader,
): Settings | null {
  const last = (wanted: string): Parameter | null => parameters.findLast(({ name }) => name === wanted) ?? null;
  const [plainPort, tlsPort] = [portOf(last('port'), 5060, reader), portOf(last('tls_port_no'), 5061, reader)];
  if (!plainPort || !tlsPort) return null;
  const hasTcp = !(command?.noTcp ?? false) && !isYes(last('disable_tcp')?.value ?? 'no');
  return { plainPort, tlsPort, hasTcp, hasTls: hasTcp && isYes(last('enable_tls')?.value ?? 'no') };
}

function portOf(
  parameter: Parameter | null,
  usual: number,
  reader: ConfigReader,
): Pick<FoundPort, 'from' | 'to' | 'origin'> | null {
  if (!parameter) return { from: usual, to: usual, origin: { kind: 'built-in' } };
  const port = portIn(parameter.value.replace(/;$/, ''));
  if (port === null) reader.warn('value', parameter.place, parameter.name);
  return port === null ? null : { from: port, to: port, origin: at(parameter) };
}

function listener(parameter: Parameter, settings: Settings, reader: ConfigReader): readonly FoundPort[] | null {
  const found = listenerIn(parameter.value, at(parameter), settings);
  if (!found) reader.warn('value', parameter.place, parameter.name);
  return found;
}

/** `udp:10.0.0.10:5060 advertise ...`, `tls:[2001:db8::100]`, `eth0`. */
function listenerIn(text: string, origin: Origin, settings: Settings): readonly FoundPort[] | null {
  const [word = ''] = text
    .replace(/^"([^"]*)".*$/, '$1')
    .trim()
    .split(/[\s;]/, 1);
  const [, named, rest = ''] = /^(?:(udp|tcp|tls|sctp|ws|wss):)?(.*)$/i.exec(word) ?? [];
  const bound = boundIn(rest);
  if (!bound) return null;
  const { address, port } = bound;
  // A number that stands where a port should, and is none.
  if (address !== null && /^[A-Z_]+$/.test(address)) return null;
  const said = port === null ? null : { from: port, to: port, origin };
  if (named === undefined)
    return onAll(address, said ? { ...settings, plainPort: said } : withOrigin(settings, origin));
  const transport = TRANSPORTS[named.toLowerCase()];
  if (!transport || (transport !== 'udp' && !settings.hasTcp)) return [];
  const usual = transport === 'tls' ? settings.tlsPort : settings.plainPort;
  return [portAt(transport, address, said ?? { ...usual, origin }, false)];
}

/** SCTP is not spoken here. */
const TRANSPORTS: Readonly<Record<string, Transport>> = { udp: 'udp', tcp: 'tcp', tls: 'tls', ws: 'tcp', wss: 'tls' };

const withOrigin = (settings: Settings, origin: Origin): Settings => ({
  ...settings,
  plainPort: { ...settings.plainPort, origin },
  tlsPort: { ...settings.tlsPort, origin },
});

/** Where no transport is named, it is there over all that it has; TCP is, without anybody having asked for it. */
const onAll = (address: string | null, { plainPort, tlsPort, hasTcp, hasTls }: Settings): FoundPort[] => [
  portAt('udp', address, plainPort, false),
  ...(hasTcp ? [portAt('tcp', address, plainPort, true)] : []),
  ...(hasTls ? [portAt('tls', address, tlsPort, false)] : []),
];

/** To these, browsers connect over TLS, with SIP inside of a WebSocket. */
const OF_BROWSERS = [443, 4443, 8443];

const portAt = (
  transport: Transport,
  address: string | null,
  port: Pick<FoundPort, 'from' | 'to' | 'origin'>,
  optional: boolean,
): FoundPort => ({
  ...port,
  protocol: transport === 'udp' ? 'udp' : 'tcp',
  purpose: transport !== 'tls' ? 'sip' : OF_BROWSERS.includes(port.from) ? 'webrtc' : 'sips',
  address,
  optional,
});
