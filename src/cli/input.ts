import {
  asTrial,
  CHECK_LIMITS,
  type CheckRequest,
  type DrawnServers,
  discoveredIn,
  EMBEDDED,
  type FoundProduct,
  findProfile,
  isEmbedded,
  LIFETIME_LIMITS,
  leavesNoPorts,
  type NatRequest,
  PROFILES,
  PUBLIC_SAMPLE,
  parseServerName,
  portsOfProduct,
  portsToCheck,
  type ServerName,
} from '../app/index.ts';
import {
  canonicalIp,
  err,
  type Family,
  familyOf,
  formatRanges,
  isIpv4,
  ok,
  type PortListError,
  type PortRange,
  type Protocol,
  parsePorts,
  type Result,
  scopeOf,
} from '../base/index.ts';
import { type Addressing, FAMILY_NAMES, readAddressing } from './addressing.ts';
import { type Mistake, wrong } from './types.ts';

/** `fullcone check`, as commander leaves it: texts as they were typed. */
export interface CheckOptions {
  readonly server?: readonly string[];
  /** A file with the servers to draw from. */
  readonly servers?: string;
  readonly udp?: string;
  readonly tcp?: string;
  readonly profile?: string;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly hostName?: string;
  readonly publicAddress?: string;
  readonly bindAddress?: string;
  readonly rate?: string;
  readonly all?: boolean;
  readonly sample?: string;
  readonly order?: string;
  readonly mode?: string;
  readonly wait: boolean;
  readonly router?: boolean;
}

/** `fullcone nat`, the same. */
export interface NatCommandOptions extends Pick<CheckOptions, 'server' | 'ipv4' | 'ipv6' | 'bindAddress' | 'router'> {
  readonly hairpin?: boolean;
  readonly fragments?: boolean;
  /** true: no number was given. */
  readonly lifetime?: string | boolean;
}

/**
 * From what was typed to a request that can be carried out, or to the first thing that is wrong with it. `drawn` are
 * the servers if none is named, `found` the product that `--profile auto` means.
 */
export function readCheckRequest(
  options: CheckOptions,
  drawn: DrawnServers,
  found: FoundProduct | null = null,
): Result<CheckRequest, Mistake> {
  const servers = serversMeant(options, drawn);
  if (servers.kind === 'error') return servers;
  const ports = readPorts(options, found, familyMeant(options, servers.value));
  if (ports.kind === 'error') return ports;
  const addressing = addressingOf(options, servers.value);
  if (addressing.kind === 'error') return addressing;
  const hostName = readHostName(options.hostName);
  if (hostName.kind === 'error') return hostName;
  const publicAddresses = readPublicAddresses(options.publicAddress);
  if (publicAddresses.kind === 'error') return publicAddresses;
  const rate = readRate(options.rate);
  if (rate.kind === 'error') return rate;
  const sample = readHowMany(options);
  if (sample.kind === 'error') return sample;
  const { order = 'random' } = options;
  if (order !== 'random' && order !== 'sequential') return wrong('order.unknown', { given: order });
  const mode = readMode(options);
  if (mode.kind === 'error') return mode;
  const request: CheckRequest = {
    servers: servers.value,
    serverList: options.server === undefined ? drawn.date : null,
    ...ports.value,
    ...addressing.value,
    hostName: hostName.value,
    ...(publicAddresses.value.length > 0 ? { publicAddresses: publicAddresses.value } : {}),
    rate: rate.value,
    sample: sample.value,
    order,
    mode: mode.value,
    noWait: !options.wait,
    noRouter: options.router === false,
  };
  return ok(isEmbedded(servers.value) ? asTrial(request) : request);
}

const MODES = ['auto', 'bind', 'live', 'exclusive'] as const;

function readMode({ mode: given = 'auto' }: CheckOptions): Result<CheckRequest['mode'], Mistake> {
  const mode = MODES.find((known) => known === given);
  if (mode === undefined) return wrong('mode.unknown', { given, modes: MODES.join(', ') });
  return ok(mode);
}

/** The same for `fullcone nat`, which asks no port of the PBX. */
export function readNatRequest(command: NatCommandOptions): Result<NatRequest, Mistake> {
  const { server = [], hairpin = false, fragments = false, lifetime: given, router = true } = command;
  if (server.length === 0) return wrong('nat.no-server');
  const servers = readServers(server);
  if (servers.kind === 'error') return servers;
  if (isEmbedded(servers.value)) return wrong('nat.embedded');
  const addressing = addressingOf(command, servers.value);
  if (addressing.kind === 'error') return addressing;
  const lifetime = readLifetime(given);
  if (lifetime.kind === 'error') return lifetime;
  return ok({
    servers: servers.value,
    ...addressing.value,
    noRouter: !router,
    options: { hairpin, fragments, lifetime: lifetime.value },
  });
}

/** Seconds; null: not asked. */
function readLifetime(given: string | boolean = false): Result<number | null, Mistake> {
  if (typeof given === 'boolean') return ok(given ? LIFETIME_LIMITS.usual : null);
  const { shortest, longest } = LIFETIME_LIMITS;
  const seconds = wholeNumber(given);
  if (seconds === null || seconds < shortest || seconds > longest)
    return wrong('lifetime.wrong', { given, least: shortest, most: longest });
  return ok(seconds);
}

/** A trial stays on one machine, which has many loopback addresses of IPv4, and one of IPv6. */
function addressingOf(
  options: Pick<CheckOptions, 'ipv4' | 'ipv6' | 'bindAddress'>,
  servers: readonly ServerName[],
): Result<Addressing, Mistake> {
  const isTrial = isEmbedded(servers);
  if (isTrial && options.ipv6) return wrong('family.embedded');
  return readAddressing(isTrial ? { bindAddress: EMBEDDED.checker, ...options } : options, servers);
}

/** Those that are named, or drawn where none is. */
export function serversMeant({ server, servers }: CheckOptions, drawn: DrawnServers): ReturnType<typeof readServers> {
  if (server !== undefined && servers !== undefined) return wrong('servers.both');
  return readServers(server ?? drawn.names);
}

function readServers(given: readonly string[]): Result<readonly ServerName[], Mistake> {
  if (given.length === 0) return wrong('server.missing');
  const servers: ServerName[] = [];
  for (const name of given) {
    const server = parseServerName(name.trim());
    if (server.kind === 'error') return wrong(`server.${server.error.kind}`, server.error.facts);
    if (!servers.some((other) => other.host === server.value.host && other.port === server.value.port))
      servers.push(server.value);
  }
  if (isEmbedded(servers) && servers.length > 1) return wrong('server.embedded-alone');
  return ok(servers);
}

/** A label of a host name: letters, digits and hyphens, also the underscore that some networks use. */
const HOST_NAME = /^(?=.{1,253}$)[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62})(\.[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62}))*\.?$/u;

/** By which phones know the PBX: a name, or its public address. */
function readHostName(given: string | undefined): Result<string | null, Mistake> {
  if (given === undefined) return ok(null);
  const name = given.trim().replace(/\.$/, '');
  const isName = /^[\d.]+$/.test(name) ? isIpv4(name) : HOST_NAME.test(name);
  return isName ? ok(name) : wrong('host-name.not-a-name', { given });
}

/** One of a family. A private one would be no mistake of the router's, but of whoever typed it. */
function readPublicAddresses(given: string | undefined): Result<readonly string[], Mistake> {
  const addresses = (given?.split(',') ?? []).map((part) => canonicalIp(part.trim()));
  const families = new Set(addresses.map((address) => familyOf(address ?? '')));
  const isRight = addresses.every((address) => address !== null && scopeOf(address) === 'public');
  if (!isRight || families.size < addresses.length)
    return wrong('public-address.not-an-address', { given: given ?? '' });
  return ok(addresses.filter((address) => address !== null));
}

/** IPv4 unless something speaks for the other one; what is wrong with it is told when the addresses are read. */
function familyMeant({ ipv6 = false, bindAddress }: CheckOptions, servers: readonly ServerName[]): Family {
  const named = [bindAddress ?? '', ...servers.map(({ host }) => host)].map((text) => familyOf(text));
  return ipv6 || named.includes('ipv6') ? 'ipv6' : 'ipv4';
}

/** The name that stands for the phone system of this machine. */
const AUTO = 'auto';

/** Whether that is to be looked for: named ports go before those of any product. */
export const asksToDiscover = ({ profile, udp, tcp }: Pick<CheckOptions, 'profile' | 'udp' | 'tcp'>): boolean =>
  profile?.trim().toLowerCase() === AUTO && udp === undefined && tcp === undefined;

/** Named ports go before those of the product, which may use others than it does when installed. */
export function readPorts(
  { udp, tcp, profile }: Pick<CheckOptions, 'udp' | 'tcp' | 'profile'>,
  found: FoundProduct | null,
  family: Family,
): Result<Pick<CheckRequest, 'udp' | 'tcp' | 'tcpIfPossible' | 'discovered'>, Mistake> {
  const id = profile?.trim().toLowerCase();
  const product = id === undefined ? null : findProfile(id);
  if (profile !== undefined && id !== AUTO && !product)
    return wrong('profile.unknown', { given: profile, profiles: profileNames() });
  if (udp === undefined && tcp === undefined && !product && !found)
    return wrong('ports.missing', { profiles: profileNames() });
  const isNamed = udp !== undefined || tcp !== undefined;
  if (found && portsToCheck(found, family).length === 0)
    return wrong('profile.nothing-to-check', { name: found.profile.name, family: FAMILY_NAMES[family] });
  const needed = (wanted: Protocol): readonly PortRange[] =>
    isNamed ? [] : portsOfProduct(found ?? product, wanted, family);
  const udpPorts = readList('--udp', udp, needed('udp'));
  if (udpPorts.kind === 'error') return udpPorts;
  if (leavesNoPorts(udpPorts.value)) return wrong('ports.none-left');
  const tcpPorts = readList('--tcp', tcp, needed('tcp'));
  if (tcpPorts.kind === 'error') return tcpPorts;
  return ok({
    udp: udpPorts.value,
    tcp: tcpPorts.value,
    tcpIfPossible: tcp === undefined,
    ...(found ? { discovered: discoveredIn(found, family) } : {}),
  });
}

function readList(
  option: string,
  given: string | undefined,
  otherwise: readonly PortRange[],
): Result<readonly PortRange[], Mistake> {
  if (given === undefined) return ok(otherwise);
  const ports = parsePorts(given);
  return ports.kind === 'ok' ? ports : err(portMistake(option, given, ports.error));
}

function portMistake(option: string, list: string, { kind, part }: PortListError): Mistake {
  if (kind === 'empty') return { key: 'ports.empty', facts: { option, list } };
  const [from = '', to = ''] = part.split('-').map((piece) => piece.trim());
  const right = kind === 'upside-down' ? { right: formatRanges([{ from: Number(to), to: Number(from) }]) } : {};
  return { key: `ports.${kind}`, facts: { option, given: part, ...right } };
}

export const profileNames = (): string => PROFILES.map(({ id }) => id).join(', ');

function readRate(given: string | undefined): Result<CheckRequest['rate'], Mistake> {
  if (given === undefined) return ok(null);
  if (given === 'max') return ok({ kind: 'max' });
  const packetsPerSecond = wholeNumber(given);
  if (packetsPerSecond === null || packetsPerSecond < 1 || packetsPerSecond > CHECK_LIMITS.fastestRate)
    return wrong('rate.wrong', { given, most: CHECK_LIMITS.fastestRate });
  return ok({ kind: 'paced', packetsPerSecond });
}

function readSample({ all, sample }: CheckOptions): Result<CheckRequest['sample'], Mistake> {
  if (all && sample !== undefined) return wrong('sample.both');
  if (all) return ok('all');
  if (sample === undefined) return ok(null);
  const count = wholeNumber(sample);
  return count === null || count < 1 ? wrong('sample.wrong', { given: sample }) : ok(count);
}

/** Strangers that nobody chose are asked for less than those that the user names. */
function readPublicSample(options: CheckOptions): Result<CheckRequest['sample'], Mistake> {
  const sample = readSample(options);
  if (sample.kind === 'error') return sample;
  const { usual, most } = PUBLIC_SAMPLE;
  if (options.rate !== undefined) return wrong('server.list-rate');
  if (sample.value === 'all' || (sample.value ?? 0) > most) return wrong('server.list-sample', { most });
  return ok(sample.value ?? usual);
}

const readHowMany = (options: CheckOptions): Result<CheckRequest['sample'], Mistake> =>
  options.server === undefined ? readPublicSample(options) : readSample(options);

const wholeNumber = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null);
