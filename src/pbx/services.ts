import { type PortRange, type Protocol, portLabel, portsOf, toRanges } from '../base/index.ts';
import type { Service } from '../system/index.ts';

/** A checked port that somebody holds. */
export interface HeldPort {
  readonly protocol: Protocol;
  readonly port: number;
  /** null: the process that has it belongs to no service that can be stopped. */
  readonly service: string | null;
}

export type Ports = Readonly<Record<Protocol, readonly PortRange[]>>;

/** Services that are stopped, and started again, together; and what is asked meanwhile. */
export interface ServiceGroup extends Ports {
  /** Those that hold the ports. */
  readonly holders: readonly string[];
  /**
   * All that stops: what stops along with another goes before it. Those of one wave may stop at the same time; they
   * start in the opposite order.
   */
  readonly waves: readonly (readonly string[])[];
  /** `udp/5060`: ports that are held again when all is well. */
  readonly awaited: readonly string[];
  /** Ports that come and go with calls, and were held: so many calls may be in progress, or half as many. */
  readonly busy: number;
  /** Ports of media ranges that are held for good: they do not tell whether somebody is talking. */
  readonly standing: number;
}

/** What is stopped for a check, and for which ports. */
export interface ServicePlan {
  readonly groups: readonly ServiceGroup[];
  /** The ports for which nothing is stopped: nobody holds them, or no service does. */
  readonly rest: Ports;
  /** Ports in which calls would show are among those to be checked; without them, nobody knows whether there are any. */
  readonly coversMedia: boolean;
}

export interface ServicePlanInput {
  /** What is to be checked. */
  readonly checked: Ports;
  readonly held: readonly HeldPort[];
  /** The services of `held`, and all that they take along, however far that goes. */
  readonly services: readonly Service[];
}

/** Fewest stops: what stops along with another one has its ports asked at the same time. */
export function planServices({ checked, held, services }: ServicePlanInput): ServicePlan {
  const known = new Map(services.map((service) => [service.name, service]));
  const holding = [...new Set(held.flatMap(({ service }) => service ?? []))].filter((name) => runs(known.get(name)));
  const groups = clusters(holding, known).map((holders) => groupOf(holders, { checked, held, services: known }));
  const inGroups = (protocol: Protocol) => new Set(groups.flatMap((group) => portsOf(group[protocol])));
  const without = (protocol: Protocol): PortRange[] => {
    const taken = inGroups(protocol);
    return toRanges(portsOf(checked[protocol]).filter((port) => !taken.has(port)));
  };
  const coversMedia = checked.udp.some(isMediaRange);
  return { groups, rest: { udp: without('udp'), tcp: without('tcp') }, coversMedia };
}

type Known = ReadonlyMap<string, Service>;

/** All that stops along with these, themselves included. */
export function closure(names: readonly string[], known: Known): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...(known.get(name)?.takesAlong ?? []));
  }
  return found;
}

/** Holders of which one stops along with another are stopped together: once. */
function clusters(holding: readonly string[], known: Known): string[][] {
  const clustered: { names: string[]; all: Set<string> }[] = [];
  for (const name of holding) {
    const all = new Set(closure([name], known));
    const met = clustered.filter(({ names, all: taken }) => taken.has(name) || names.some((other) => all.has(other)));
    const names = [...met.flatMap((cluster) => cluster.names), name];
    for (const cluster of met) {
      clustered.splice(clustered.indexOf(cluster), 1);
      for (const one of cluster.all) all.add(one);
    }
    clustered.push({ names, all });
  }
  return clustered.map(({ names }) => names);
}

function groupOf(
  holders: readonly string[],
  { checked, held, services }: Omit<ServicePlanInput, 'services'> & { readonly services: Known },
): ServiceGroup {
  const own = held.filter(({ service }) => service !== null && holders.includes(service));
  const numbers = (protocol: Protocol) => own.filter((port) => port.protocol === protocol).map(({ port }) => port);
  const stopping = [...closure(holders, services)].filter((name) => runs(services.get(name)));
  const [udp, tcp] = [numbers('udp'), numbers('tcp')];
  const awaited = (['udp', 'tcp'] as const).flatMap((protocol) =>
    lasting(checked[protocol], protocol === 'udp' ? udp : tcp).map((port) => portLabel(protocol, port)),
  );
  const media = new Set(portsOf(checked.udp.filter(isMediaRange)).map((port) => portLabel('udp', port)));
  return {
    holders,
    waves: wavesOf(stopping, services),
    udp: toRanges(udp),
    tcp: toRanges(tcp),
    awaited,
    busy: udp.length + tcp.length - awaited.length,
    standing: awaited.filter((label) => media.has(label)).length,
  };
}

const runs = (service: Service | undefined): boolean => service?.state === 'running' || service?.state === 'changing';

/** A shorter range is no media range: there is no room for calls. */
const SHORTEST_MEDIA_RANGE = 10;

const isMediaRange = ({ from, to }: PortRange): boolean => to - from + 1 >= SHORTEST_MEDIA_RANGE;

/** Of a media range that it holds as a whole the ports are its own for good; of one that it holds in part, they come with calls. */
function lasting(ranges: readonly PortRange[], held: readonly number[]): number[] {
  const own = new Set(held);
  const isLasting = (range: PortRange): boolean =>
    !isMediaRange(range) || portsOf([range]).every((port) => own.has(port));
  const all = new Set(portsOf(ranges.filter(isLasting)));
  return held.filter((port) => all.has(port));
}

/** Whoever is taken along, or has to start later, stops before. Those that want to be before each other are one wave. */
function wavesOf(names: readonly string[], services: Known): string[][] {
  const before = (one: string, other: string): boolean =>
    services.get(other)?.takesAlong.includes(one) === true || services.get(one)?.after.includes(other) === true;
  const waves: string[][] = [];
  let left = [...names].sort();
  while (left.length > 0) {
    // A service goes when no other that is left has to go before it.
    const free = left.filter((name) => !left.some((other) => other !== name && before(other, name)));
    const wave = free.length > 0 ? free : left;
    waves.push(wave);
    left = left.filter((name) => !wave.includes(name));
  }
  return waves;
}
