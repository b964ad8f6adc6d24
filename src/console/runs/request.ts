import {
  asTrial,
  type CheckRequest,
  discoveredIn,
  drawServers,
  EMBEDDED,
  type FoundProduct,
  familyFor,
  findProducts,
  findProfile,
  isAlike,
  isEmbedded,
  leavesNoPorts,
  type Profile,
  PUBLIC_SAMPLE,
  PUBLIC_SERVERS,
  parseServerName,
  portsOfProduct,
  type ServerName,
  socketsNeeded,
} from '../../app/index.ts';
import {
  ANY,
  canonicalIp,
  err,
  type Family,
  familyOf,
  isAnyAddress,
  joinRanges,
  ok,
  type PortRange,
  type Protocol,
  parsePorts,
  portsOf,
  type Result,
  toRanges,
} from '../../base/index.ts';
import type { Report } from '../../report/index.ts';
import type { System } from '../../system/index.ts';
import type { NewRun, Settings } from '../api/index.ts';

/** Why there is no run: a code of the API, and `why` for what `cannot-run` means here. */
export interface Refusal {
  readonly status: 404 | 409;
  readonly code: 'not-found' | 'nothing-failed' | 'cannot-run' | 'stops-services' | 'run-in-progress';
  readonly facts: Readonly<Record<string, string | number>>;
}

type Ports = Pick<CheckRequest, 'udp' | 'tcp'>;

const cannot = (why: string, facts: Refusal['facts'] = {}): Result<never, Refusal> =>
  err({ status: 409, code: 'cannot-run', facts: { why, ...facts } });

/** What a run asks, by the settings and by what was wished for this one. `failed`: the report that `scope` names. */
export async function requestOf(
  wish: NewRun,
  settings: Settings,
  failed: Report | null,
  system: System,
): Promise<Result<CheckRequest, Refusal>> {
  const drawn = drawServers(PUBLIC_SERVERS, system.random);
  const named = namedServers(wish, settings);
  const servers = readServers(named ?? drawn.names);
  if (servers.kind === 'error') return servers;
  const addressing = addressingOf(servers.value, settings);
  if (addressing.kind === 'error') return addressing;
  const product = await productOf(settings, system);
  if (product.kind === 'error') return product;
  const family = await familyOfRun(addressing.value.family, servers.value, product.value, system);
  const ports = portsMeant(wish, settings, failed, { product: product.value, family });
  if (ports.kind === 'error') return ports;
  const publicAddresses = publicAddressesOf(settings);
  const found = product.value && 'profile' in product.value ? product.value : null;
  const request: CheckRequest = {
    servers: servers.value,
    serverList: named === null ? drawn.date : null,
    ...ports.value,
    tcpIfPossible: wish.scope.kind === 'all' && settings.pbx.tcp === '',
    ...(found && wish.scope.kind === 'all' ? { discovered: discoveredIn(found, family) } : {}),
    ...addressing.value,
    ...paceOf(wish, settings, named === null),
    hostName: settings.pbx.hostName?.replace(/\.$/, '') || null,
    ...(publicAddresses.length > 0 ? { publicAddresses } : {}),
    order: 'random',
    mode: wish.mode ?? settings.pbx.mode,
    noWait: wish.noWait,
    noRouter: false,
  };
  return ok(isEmbedded(servers.value) ? asTrial(request) : request);
}

/** Those that are set, IPv4 first; none: they are as the servers see them. */
export function publicAddressesOf({ network: { publicAddress } }: Pick<Settings, 'network'>): readonly string[] {
  if (publicAddress.kind === 'stun') return [];
  return [publicAddress.ipv4, publicAddress.ipv6].flatMap((address) => canonicalIp(address ?? '') ?? []);
}

/** Strangers that nobody chose are asked for less, and as slowly as strangers have to be. */
function paceOf(
  { sample }: NewRun,
  { pbx: { rate } }: Settings,
  isStrangers: boolean,
): Pick<CheckRequest, 'rate' | 'sample'> {
  if (isStrangers) return { rate: null, sample: publicSample(sample) };
  if (rate === null) return { rate: null, sample: sample ?? null };
  return { rate: rate === 'max' ? { kind: 'max' } : { kind: 'paced', packetsPerSecond: rate }, sample: sample ?? null };
}

/** What is well said, but not to be had on this machine; null: nothing. */
export async function hindranceOf(request: CheckRequest, system: System): Promise<Refusal | null> {
  const { bindAddress, mode, family, udp } = request;
  const refuse = (why: string, facts: Refusal['facts'] = {}): Refusal => ({
    ...{ status: 409, code: 'cannot-run', facts: { why, ...facts } },
  });
  if (!isAnyAddress(bindAddress) && !(await system.host.canBind(bindAddress)))
    return refuse('bind-address', { address: bindAddress });
  const live = mode === 'live' ? await system.live.hindrance({ family: family ?? 'ipv4', udp }) : null;
  if (live) return refuse(`live-${live.kind}`, { code: live.code });
  const [free, needed] = [Math.max(0, system.udp.freeSockets()), socketsNeeded(request)];
  return free < needed ? refuse('sockets', { free, needed }) : null;
}

function publicSample(wanted: NewRun['sample']): number {
  const { usual, most } = PUBLIC_SAMPLE;
  return wanted === undefined ? usual : Math.min(most, wanted === 'all' ? most : wanted);
}

/** null: none are; they are drawn. */
function namedServers({ servers }: NewRun, { network }: Settings): readonly string[] | null {
  if (servers) return servers;
  if (network.embedded) return [EMBEDDED.name];
  return network.servers.length > 0 ? network.servers : null;
}

export function readServers(names: readonly string[]): Result<readonly ServerName[], Refusal> {
  const servers: ServerName[] = [];
  for (const name of names) {
    const read = parseServerName(name.trim());
    if (read.kind === 'error') return cannot(`server-${read.error.kind}`, read.error.facts);
    if (!servers.some(({ host, port }) => host === read.value.host && port === read.value.port))
      servers.push(read.value);
  }
  return isEmbedded(servers) && servers.length > 1 ? cannot('embedded-alone') : ok(servers);
}

/** All that names a family must name the same one. */
export function addressingOf(
  servers: readonly ServerName[],
  { network }: Pick<Settings, 'network'>,
): Result<Pick<CheckRequest, 'family' | 'bindAddress'>, Refusal> {
  const bound = network.bindAddress ?? (isEmbedded(servers) ? EMBEDDED.checker : null);
  const wanted = isEmbedded(servers) ? 'ipv4' : network.family;
  const named = [wanted, familyOf(bound ?? ''), ...servers.map(({ host }) => familyOf(host))];
  const families = new Set(named.filter((family) => family !== null));
  if (families.size > 1) return cannot('families');
  const [family = null] = families;
  return ok({ family, bindAddress: bound ?? ANY[family ?? 'ipv4'] });
}

async function productOf({ pbx }: Settings, system: System): Promise<Result<FoundProduct | Profile | null, Refusal>> {
  const id = pbx.profile.trim().toLowerCase();
  if (id === 'auto') {
    const [first] = await findProducts(system);
    return first || pbx.udp + pbx.tcp !== '' ? ok(first ?? null) : cannot('no-product');
  }
  const profile = findProfile(id);
  return profile ? ok(profile) : cannot('no-profile', { profile: pbx.profile });
}

/** A phone system may listen at other ports in either family: then its servers tell which one it will be. */
function familyOfRun(
  named: Family | null,
  servers: readonly ServerName[],
  product: FoundProduct | Profile | null,
  system: System,
): Promise<Family> | Family {
  if (named !== null) return named;
  return product && 'profile' in product && !isAlike(product) ? familyFor(servers, system) : 'ipv4';
}

function portsMeant(
  { scope }: NewRun,
  settings: Settings,
  failed: Report | null,
  at: { readonly product: FoundProduct | Profile | null; readonly family: Family },
): Result<Ports, Refusal> {
  if (scope.kind === 'failed') {
    if (!failed) return err({ status: 404, code: 'not-found', facts: {} });
    const ports = failedPorts(failed);
    return isEmpty(ports) ? err({ status: 409, code: 'nothing-failed', facts: {} }) : ok(ports);
  }
  const ports = scope.kind === 'ports' ? labelled(scope.ports) : ofSettings(settings, at);
  if (ports.kind === 'error') return ports;
  if (isEmpty(ports.value)) return cannot('no-ports');
  return leavesNoPorts(ports.value.udp) ? cannot('all-ports') : ports;
}

const isEmpty = ({ udp, tcp }: Ports): boolean => udp.length + tcp.length === 0;

/** Those that were asked and not found open, for whatever reason. */
function failedPorts({ ports }: Report): Ports {
  const of = (wanted: Protocol) =>
    toRanges(ports.filter(({ protocol, result }) => protocol === wanted && result !== 'open').map(({ port }) => port));
  return { udp: of('udp'), tcp: of('tcp') };
}

function labelled(labels: readonly string[]): Result<Ports, Refusal> {
  const listed = (wanted: Protocol) =>
    labels.filter((label) => label.startsWith(`${wanted}/`)).map((label) => label.slice(4));
  return both(listed('udp').join(','), listed('tcp').join(','));
}

function ofSettings(
  { pbx }: Settings,
  { product, family }: { readonly product: FoundProduct | Profile | null; readonly family: Family },
): Result<Ports, Refusal> {
  const named = both(pbx.udp, pbx.tcp);
  if (named.kind === 'error') return named;
  const also = (protocol: Protocol): readonly PortRange[] =>
    toRanges([...portsOf(portsOfProduct(product, protocol, family)), ...portsOf(named.value[protocol])]);
  return ok({ udp: also('udp'), tcp: also('tcp') });
}

function both(udp: string, tcp: string): Result<Ports, Refusal> {
  const [udpPorts, tcpPorts] = [listOf(udp), listOf(tcp)];
  if (udpPorts === null || tcpPorts === null) return cannot('port-list');
  return ok({ udp: joinRanges(udpPorts), tcp: joinRanges(tcpPorts) });
}

/** null: it is none. */
function listOf(text: string): readonly PortRange[] | null {
  if (text.trim() === '') return [];
  const read = parsePorts(text);
  return read.kind === 'ok' ? read.value : null;
}
