import { ANY, type Family, familyOf, isAnyAddress, ok, type Result, scopeOf } from '../base/index.ts';
import type { DnsError, System } from '../system/index.ts';
import type { ServerName } from './events.ts';
import { withServices } from './services.ts';

type Resolution = Result<readonly string[], DnsError>;

/** Each name is asked for once in each family, however often its addresses are wanted. */
export type Resolve = (host: string, family: Family) => Promise<Resolution>;

export function makeResolve({ names }: Pick<System, 'names'>): Resolve {
  const known = new Map<string, Promise<Resolution>>();
  return (host, family) => {
    const literal = familyOf(host);
    if (literal !== null) return Promise.resolve(literal === family ? ok([host]) : NO_ADDRESS);
    const key = `${family} ${host}`;
    const resolution = known.get(key) ?? names.resolve(host, family);
    known.set(key, resolution);
    return resolution;
  };
}

const NO_ADDRESS: Resolution = { kind: 'error', error: { kind: 'no-address', code: 'ENODATA' } };

export interface FamilyTools {
  readonly system: Pick<System, 'host'>;
  readonly resolve: Resolve;
}

/**
 * The family in which all servers of a run are asked (docs/decisions/0012): IPv4 where it leads to one of them, else
 * IPv6 where that does. Where neither leads anywhere, the one in which a server has an address at all.
 */
export async function chooseFamily(servers: readonly ServerName[], tools: FamilyTools): Promise<Family> {
  const ipv4 = await waysTo(servers, 'ipv4', tools);
  if (ipv4 === 'open') return 'ipv4';
  const ipv6 = await waysTo(servers, 'ipv6', tools);
  return ipv6 === 'open' || (ipv4 === 'no-address' && ipv6 === 'closed') ? 'ipv6' : 'ipv4';
}

/** The same of servers as they are named: before a run is begun. */
export async function familyFor(named: readonly ServerName[], system: Pick<System, 'host' | 'names'>): Promise<Family> {
  const servers = await withServices(named, system.names);
  return chooseFamily(servers, { system, resolve: makeResolve(system) });
}

async function waysTo(
  servers: readonly ServerName[],
  family: Family,
  { system, resolve }: FamilyTools,
): Promise<'open' | 'closed' | 'no-address'> {
  const resolutions = await Promise.all(servers.map(({ host }) => resolve(host, family)));
  const addresses = resolutions.flatMap((resolution) => (resolution.kind === 'ok' ? resolution.value : []));
  if (addresses.length === 0) return 'no-address';
  const sources = await Promise.all(addresses.map((address) => system.host.sourceFor(address)));
  return sources.some((source) => source !== null) ? 'open' : 'closed';
}

/**
 * Whether this machine has the family, so that it is worth to send anything. Where it has neither, its network is down,
 * which is another fault than a want of IPv6.
 */
export function hasFamily(own: readonly string[], family: Family): boolean {
  const families = new Set(own.filter((address) => scopeOf(address) !== 'loopback').map(familyOf));
  return families.has(family) || families.size === 0;
}

/**
 * From where a server is asked. Over IPv6 always from one address, the stable one, since the system would take a
 * temporary one where it has such (RFC 8981), which no phone knows.
 */
export async function bindAddressFor(server: string, wanted: string, { host }: Pick<System, 'host'>): Promise<string> {
  const family = familyOf(server) ?? 'ipv4';
  if (!isAnyAddress(wanted)) return wanted;
  return family === 'ipv6' ? ((await host.sourceFor(server)) ?? ANY.ipv6) : ANY.ipv4;
}

/** Where ports listen for a server, and the address from which they speak to it. */
export async function addressesFor(
  server: string,
  { bindAddress: wanted }: { readonly bindAddress: string },
  { host }: Pick<System, 'host'>,
): Promise<{ readonly bindAddress: string; readonly localAddress: string }> {
  const bindAddress = await bindAddressFor(server, wanted, { host });
  const source = isAnyAddress(bindAddress) ? await host.sourceFor(server) : null;
  return { bindAddress, localAddress: source ?? bindAddress };
}
