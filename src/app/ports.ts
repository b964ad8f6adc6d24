import { type Family, familyOf, type PortRange, type Protocol, portsOf, rangeLabel } from '../base/index.ts';
import { discover, type FoundPort, type FoundProduct, type Origin, type Profile } from '../pbx/index.ts';
import {
  groupHolders,
  type HeldPort,
  type ListedPort,
  type PortsReport,
  type ReportDiscovered,
  type ReportOrigin,
  type ReportProduct,
} from '../report/index.ts';
import type { System } from '../system/index.ts';

/** The phone systems of this machine; those that run, or where none does, those that are installed. */
export async function findProducts({ files, host }: Pick<System, 'files' | 'host'>): Promise<readonly FoundProduct[]> {
  return discover({ disk: files, processes: await host.processes() });
}

/** The ports of these products, or of a profile as it is, and who holds them. */
export async function listPorts(
  system: Pick<System, 'host' | 'clock'>,
  what: readonly FoundProduct[] | Profile,
  version: string,
): Promise<PortsReport> {
  const products = 'ports' in what ? [asNamed(what)] : what.map(asFound);
  const allHoldersKnown = await system.host.seesAllHolders();
  return {
    schema: 'fullcone.ports/1',
    version,
    startedAt: system.clock.date().toISOString(),
    allHoldersKnown,
    products: await Promise.all(products.map((product) => withHolders(product, system.host))),
  };
}

interface Unheld {
  readonly product: Omit<ReportProduct, 'ports'>;
  readonly ports: readonly Omit<ListedPort, 'holders'>[];
  /** In the network of which process its ports are; undefined: in ours. */
  readonly beside: number | undefined;
}

const asNamed = ({ id, name, ports }: Profile): Unheld => ({
  product: { profile: id, name, running: null, processes: [], warnings: [] },
  ports: ports.map(({ protocol, from, to, purpose, optional, source }) => ({
    ...{ protocol, from, to, purpose, optional, address: null },
    origin: { kind: 'profile', source },
  })),
  beside: undefined,
});

const asFound = ({ profile, processes, ports, warnings }: FoundProduct): Unheld => ({
  product: {
    profile: profile.id,
    name: profile.name,
    running: processes.length > 0,
    processes: processes.map(({ pid, name, unit }) => ({ pid, name, unit })),
    warnings,
  },
  ports: ports.map(({ origin, ...port }) => ({ ...port, origin: originOf(origin) })),
  beside: processes.find(({ network }) => network === 'own')?.pid,
});

const originOf = (origin: Origin): ReportOrigin =>
  origin.kind === 'configuration' ? { kind: 'configuration', ...origin.place } : origin;

async function withHolders({ product, ports, beside }: Unheld, host: System['host']): Promise<ReportProduct> {
  const held: Record<Protocol, readonly HeldPort[]> = {
    udp: await holdersOf('udp', ports, host, beside),
    tcp: await holdersOf('tcp', ports, host, beside),
  };
  const isIn = ({ from, to }: { readonly from: number; readonly to: number }, { port }: HeldPort): boolean =>
    port >= from && port <= to;
  return {
    ...product,
    ports: ports.map((port) => ({
      ...port,
      holders: groupHolders(
        port.protocol,
        held[port.protocol].filter((one) => isIn(port, one)),
      ),
    })),
  };
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** In both families: a phone system may listen in either. */
async function holdersOf(
  protocol: Protocol,
  ports: Unheld['ports'],
  host: System['host'],
  beside: number | undefined,
): Promise<HeldPort[]> {
  const numbers = portsOf(ports.filter((port) => port.protocol === protocol));
  if (numbers.length === 0) return [];
  const found = await Promise.all(FAMILIES.map((family) => host.holders(protocol, numbers, family, beside)));
  const all = found.flatMap((map) => [...map].flatMap(([port, some]) => some.map((holder) => ({ port, ...holder }))));
  return all.sort((a, b) => a.port - b.port);
}

/** What a check asks of a product that was found: not what only some need, nor what no packet from outside can reach. */
export const portsToCheck = ({ ports }: FoundProduct, family: Family): readonly FoundPort[] =>
  ports.filter(({ optional, address }) => !optional && !isLoopback(address) && isOf(family, address));

/** Those that it needs, as it is configured here, or as it is when installed. */
export const portsOfProduct = (
  product: FoundProduct | Profile | null,
  wanted: Protocol,
  family: Family,
): readonly PortRange[] =>
  (product === null
    ? []
    : 'profile' in product
      ? portsToCheck(product, family)
      : product.ports.filter(({ optional }) => !optional)
  )
    .filter(({ protocol }) => protocol === wanted)
    .map(({ from, to }) => ({ from, to }));

/** Two sockets for each address of a server, and two for TCP, at the same time; and some that others hold. */
const FEWEST_LEFT = 64;

/** Whether these UDP ports leave too few: the check itself needs some that anybody may have. */
export function leavesNoPorts(udp: readonly PortRange[]): boolean {
  const taken = portsOf(udp).filter((port) => port >= UNPRIVILEGED).length;
  return 65_536 - UNPRIVILEGED - taken < FEWEST_LEFT;
}

/** Below, only root may listen. */
const UNPRIVILEGED = 1024;

/** Whether its ports are the same in both families. */
export const isAlike = (product: FoundProduct): boolean => {
  const [ipv4, ipv6] = (['ipv4', 'ipv6'] as const).map((family) => portsToCheck(product, family));
  return JSON.stringify(ipv4) === JSON.stringify(ipv6);
};

const isLoopback = (address: string | null): boolean =>
  address !== null && (address.startsWith('127.') || ['::1', 'localhost', 'lo'].includes(address));

/** A name, or an interface, may have both. */
const isOf = (family: Family, address: string | null): boolean =>
  address === null || [family, null].includes(familyOf(address));

/** What the report of a check says of it. */
export const discoveredIn = (product: FoundProduct, family: Family): ReportDiscovered => ({
  profile: product.profile.id,
  name: product.profile.name,
  ports: portsToCheck(product, family).map(({ protocol, from, to, origin }) => ({
    ports: rangeLabel(protocol, { from, to }),
    origin: originOf(origin),
  })),
  warnings: product.warnings,
});

/** Whether every port of it was found out; otherwise some are those of the product as it is when installed. */
export const isFoundOut = ({ products }: PortsReport): boolean =>
  products.every(({ running, ports }) => running === null || ports.every(({ origin }) => origin.kind !== 'profile'));
