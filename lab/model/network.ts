import { type Family, familyOf } from '../../src/base/index.ts';
import type { IcmpError } from '../../src/system/index.ts';
import type { NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import {
  ALTERNATE,
  ALTERNATE6,
  GATEWAY,
  GATEWAY6,
  isLan,
  LAN,
  OTHER_LINE,
  PBX,
  PBX6,
  PREFIXED6,
  PRIMARY,
  PRIMARY6,
  PUBLIC,
  PUBLIC6,
  SECOND,
  STUN_PORT,
} from './addresses.ts';
import { createChance } from './chance.ts';
import type { Events } from './events.ts';
import { createGateway, type Gateway, staysInLan } from './gateway.ts';
import { createHost, type Host, type HostOptions } from './host.ts';
import { createErrors } from './icmp.ts';
import { type Carry, createLink, type LinkBehaviour } from './link.ts';
import { nat64 } from './nat/nat64.ts';
import { createRouter, type Router } from './nat/router.ts';
import { createOuterNat, inRow } from './nat/row.ts';
import type { ModelOptions } from './options.ts';
import type { Packet } from './packet.ts';
import { refusal } from './segment.ts';
import { createServerTroubles, type ServerTroubles } from './server-troubles.ts';
import type { Watch } from './watch.ts';

export interface Network {
  readonly pbx: Host;
  readonly reflector: Host;
  readonly routers: Readonly<Partial<Record<Family, Router>>>;
}

/** One end of the WAN link: takes what the internet sends there, and sends what the PBX wants out. */
interface Site {
  /** Whether the internet sends there what is for this address. */
  readonly has: (address: string) => boolean;
  readonly fromPbx: Carry;
  readonly fromInternet: Carry;
  /** An ICMP error of the server about a packet that it got from here. */
  readonly turnedBack: (error: IcmpError, packet: Packet) => void;
}

/** Puts the picture of lab/scenarios/types.ts together. The LAN and the internet itself are perfect, and take no time. */
export function createNetwork(spec: NetworkSpec, options: ModelOptions, events: Events, watch: Watch): Network {
  const { seed } = options;
  const routers = { ipv4: createRouterOf(spec, seed, events), ipv6: createRouter6(spec.ipv6, seed) };
  const common = { seed, events, dns: spec.dns, hasIpv6: spec.ipv6 !== undefined };
  const linkTools = (name: 'out' | 'in') => {
    const isLost = oneOf(spec.loss?.every);
    return {
      ...{ events, watch, chance: createChance(seed, name) },
      meddle: (packet: Packet) => (isLost() ? 'lost' : (options.meddle?.(name, packet, events.now()) ?? null)),
    };
  };

  const server = createServerTroubles(spec.server);
  const reflector = createHost({
    ...common,
    ...{
      gateway: null,
      name: 'reflector',
      addresses: [PRIMARY, ALTERNATE, ...SECOND, ...(spec.ipv6 === undefined ? [] : [PRIMARY6, ALTERNATE6])],
      held: [],
      heldTcp: [],
      heldTcpInside: [],
      isPrivileged: true,
      freeSockets: Number.POSITIVE_INFINITY,
      firewall: false,
      mayWatch: true,
      services: undefined,
      disk: {},
      processes: [],
    },
    transmit: (packet) => {
      if (siteOf(packet) !== undefined && server.lets(packet)) carryIn(packet);
    },
  });
  const pbx = createHost({ ...common, ...pbxOf(spec, options), transmit: (packet) => leave(packet) });
  const serversErrors = createErrors({ ipv4: PRIMARY, ipv6: PRIMARY6 });
  const carryOut = createLink('wan-out', behaviour(spec, options, 'out'), linkTools('out'), (packet) => {
    const heard = isHeard(spec, server, reflector, packet);
    watch.note('wan-out', packet, heard ? 'passed' : 'nobody');
    const error = isDown(spec, packet) ? serversErrors(packet, 'port-unreachable', events.now()) : null;
    if (error) siteOf({ to: packet.from })?.turnedBack(error, packet);
  });
  const carryIn = createLink('wan-in', behaviour(spec, options, 'in'), linkTools('in'), (packet) =>
    siteOf(packet)?.fromInternet(packet),
  );
  const gateway = createGateway(spec.router?.speaks, wanOf(spec.outer));
  const ways = { gateway, spec: null, pbx, carryOut, events, watch };
  const sites: readonly Site[] = [
    routers.ipv4 === null
      ? publicSite(spec.inside ? PBX : PUBLIC, ways)
      : natSite(routers.ipv4, PUBLIC, { ...ways, spec: spec.router }),
    ...(spec.ipv6 === undefined ? [] : [site6(routers.ipv6, spec.ipv6, ways)]),
  ];
  const siteOf = ({ to }: Pick<Packet, 'to'>): Site | undefined => sites.findLast(({ has }) => has(to.address));
  const leave: Carry = (packet) => sites[familyOf(packet.from.address) === 'ipv6' ? 1 : 0]?.fromPbx(packet);
  const { ipv4, ipv6 } = routers;
  return { pbx, reflector, routers: { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) } };
}

const createRouter6 = (spec: RouterSpec | null | undefined, seed: number): Router | null =>
  spec ? createRouter(spec, publicAddress6(spec), createChance(seed, 'router6'), LAN.ipv6) : null;

/** By which the internet knows the router, or what it translates. */
function publicAddress6({ outward }: RouterSpec): string {
  if (outward === 'prefix') return PREFIXED6;
  return outward === 'nat64' ? PUBLIC : PUBLIC6;
}

function site6(router: Router | null, spec: RouterSpec | null, ways: Ways): Site {
  if (router === null || spec === null) return publicSite(PUBLIC6, ways);
  const site = natSite(spec.outward === 'nat64' ? nat64(router) : router, publicAddress6(spec), { ...ways, spec });
  return spec.outward === 'untranslated'
    ? { ...site, has: (address) => isLan(address) && familyOf(address) === 'ipv6' }
    : site;
}

function createRouterOf(
  { router: spec, outer, neighbour = [], neighbourTo = STUN_PORT }: NetworkSpec,
  seed: number,
  events: Events,
): Router | null {
  if (spec === null) return null;
  const inner = createRouter(spec, wanOf(outer), createChance(seed, 'router'));
  const router = outer
    ? inRow(inner, createOuterNat(outer.forwards ?? [], PUBLIC, outer.inside, createChance(seed, 'outer')))
    : inner;
  const to = { address: PRIMARY, port: neighbourTo };
  for (const port of neighbour)
    router.keepFlow({ protocol: 'udp', from: { address: LAN.ipv4.host2, port }, to }, events.now());
  return router;
}

/** The router's own address on its way to the internet. */
const wanOf = (outer: NetworkSpec['outer']): string => outer?.inside ?? PUBLIC;

const pbxOf = (
  spec: NetworkSpec,
  options: ModelOptions,
): Pick<
  HostOptions,
  | 'name'
  | 'addresses'
  | 'gateway'
  | 'held'
  | 'heldTcp'
  | 'heldTcpInside'
  | 'isPrivileged'
  | 'freeSockets'
  | 'firewall'
  | 'mayWatch'
  | 'services'
  | 'disk'
  | 'processes'
> => ({
  name: 'pbx',
  gateway: spec.router === null ? null : GATEWAY,
  addresses: addressesOf(spec),
  held: spec.held ?? [],
  heldTcp: spec.heldTcp ?? [],
  heldTcpInside: spec.heldTcpInside ?? [],
  isPrivileged: !spec.withoutRights,
  freeSockets: options.freeSockets ?? Number.POSITIVE_INFINITY,
  firewall: spec.hostFirewall ?? false,
  mayWatch: options.mayWatch ?? !spec.withoutRights,
  services: options.services,
  disk: options.disk ?? {},
  processes: options.processes ?? [],
});

const addressesOf = ({ router, inside, ipv6, families = ['ipv4', 'ipv6'] }: NetworkSpec): readonly string[] =>
  families.flatMap((family) => {
    if (family === 'ipv4') return router === null && !inside ? PUBLIC : PBX;
    if (ipv6 === undefined) return [];
    return ipv6 === null ? PUBLIC6 : PBX6;
  });

const behaviour = (spec: NetworkSpec, options: ModelOptions, direction: 'out' | 'in'): LinkBehaviour => ({
  loss: (spec.loss?.always ? spec.loss : (options.loss ?? spec.loss))?.[direction] ?? 0,
  delay: options.delay ?? 10,
  jitter: options.jitter ?? 0,
  duplicate: options.duplicate ?? 0,
  reorder: options.reorder ?? 0,
});

/** true for one of so many; absent: for none. */
function oneOf(every: number | undefined): () => boolean {
  let count = 0;
  return () => every !== undefined && count++ % every === 0;
}

/**
 * A server that is down or silent hears nothing, whoever listens. To unconnected UDP sockets the two look the same;
 * TCP is refused by a machine that is there.
 */
function isHeard({ server, second }: NetworkSpec, troubles: ServerTroubles, reflector: Host, packet: Packet): boolean {
  const { address } = packet.to;
  if ([PRIMARY, ALTERNATE, PRIMARY6, ALTERNATE6].includes(address)) {
    if (server.kind === 'silent' || (server.kind === 'down' && packet.protocol === 'udp')) return false;
    return troubles.takes(packet) && reflector.receive(packet);
  }
  return second === true && SECOND.some((own) => own === address) && reflector.receive(packet);
}

/** The machine is there, and nobody listens. */
const isDown = ({ server }: NetworkSpec, { protocol, to }: Packet): boolean =>
  server.kind === 'down' && protocol === 'udp' && (to.address === PRIMARY || to.address === PRIMARY6);

interface Ways {
  /** What the router says itself, over IPv4. */
  readonly gateway: Gateway;
  readonly spec: NetworkSpec['router'];
  readonly pbx: Host;
  readonly carryOut: Carry;
  readonly events: Events;
  readonly watch: Watch;
}

/** The PBX has the public address itself; no NAT, no firewall. */
const publicSite = (address: string, { pbx, carryOut, watch }: Ways): Site => ({
  has: (other) => other === address,
  fromPbx: carryOut,
  turnedBack: (error) => pbx.turnedBack(error),
  fromInternet: (packet) => watch.note('wan-in', packet, pbx.receive(packet) ? 'passed' : 'nobody'),
});

function natSite(router: Router, publicAddress: string, { gateway, spec, pbx, carryOut, events, watch }: Ways): Site {
  /** As they were before they were translated: so an ICMP error quotes them. */
  const originals = new WeakMap<Packet, Packet>();
  const refuse = createRefusal(spec, pbx, events);
  function fromLan(packet: Packet): void {
    if (staysInLan(packet.to.address)) {
      tellGateway(packet);
      return;
    }
    const toRouter = packet.to.address === publicAddress;
    const stays = toRouter && !router.turnsAround() ? 'unwanted' : null;
    const outside = stays ?? router.outbound(packet, events.now());
    watch.note('lan-out', packet, typeof outside === 'string' ? outside : 'passed');
    if (typeof outside === 'string') return refuse(packet, outside);
    originals.set(outside, packet);
    if (outside.to.address === publicAddress) turnAround(outside);
    else carryOut(outside);
  }
  /** No other host of the LAN listens. Nobody receives while somebody is sending. */
  function tellGateway(packet: Packet): void {
    const answers = gateway(packet);
    watch.note('lan-out', packet, answers.length > 0 ? 'passed' : 'nobody');
    for (const answer of answers) events.after(0, () => toLan(answer));
  }
  function fromInternet(packet: Packet): void {
    const inside = router.inbound(packet, events.now());
    watch.note('wan-in', packet, typeof inside === 'string' ? inside : 'passed');
    if (typeof inside !== 'string') toLan(inside);
    else if (inside === 'taken' || inside === 'rejected') say(carryOut, router.ownAnswer(packet));
  }
  /** Never on the link, and so neither lost nor late. */
  function turnAround(packet: Packet): void {
    const inside = router.inbound(packet, events.now());
    if (typeof inside !== 'string') toLan(inside);
  }
  function toLan(packet: Packet): void {
    const isHeard = isPbx(packet.to.address) && pbx.receive(packet);
    watch.note('lan-in', packet, isHeard ? 'passed' : 'nobody');
    if (isHost2(packet.to.address)) say(fromLan, host2Answer(packet));
  }
  return {
    has: (address) => address === publicAddress || (spec?.otherLine !== undefined && address === OTHER_LINE),
    fromPbx: fromLan,
    fromInternet,
    turnedBack(error, packet) {
      const original = originals.get(packet);
      if (original) pbx.turnedBack({ ...error, from: original.from });
    },
  };
}

/** What the router says to the PBX of a packet that it does not let out. */
function createRefusal(spec: NetworkSpec['router'], pbx: Host, events: Events): (packet: Packet, fate: string) => void {
  const errors = createErrors({ ipv4: GATEWAY, ipv6: GATEWAY6 });
  return (packet, fate) => {
    const isRefused = fate === 'blocked' && spec?.blocked?.how === 'reject';
    const error = isRefused ? errors(packet, 'admin-prohibited', events.now()) : null;
    // Nobody hears while somebody is sending.
    if (error) events.after(0, () => pbx.turnedBack(error));
  };
}

const isPbx = (address: string): boolean => address === PBX || address === PBX6;
const isHost2 = (address: string): boolean => address === LAN.ipv4.host2 || address === LAN.ipv6.host2;

function say(carry: Carry, answer: Packet | null): void {
  if (answer !== null) carry(answer);
}

/** The other host of the LAN is there, and nobody listens: TCP is told so. */
const host2Answer = (packet: Packet): Packet | null => (packet.protocol === 'tcp' ? refusal(packet) : null);
