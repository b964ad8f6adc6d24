import { portsOf } from '../../src/base/index.ts';
import type { Forward, NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import { outwardOf6 } from './nft-router6.ts';

/** This server program cannot play that part; a caller may skip the scenario and name the reason. */
export class NotAvailable extends Error {
  override readonly name = 'NotAvailable';
  constructor(what: string) {
    super(`not available: ${what}`);
  }
}

/** Throws on a network that the lab could only build wrongly: a quiet approximation would be a wrong test. */
export function refuseImpossible(spec: NetworkSpec, server: 'fullcone' | 'coturn'): void {
  const problems = [
    ...networkProblems(spec),
    ...(spec.router === null ? [] : routerProblems(spec.router)),
    ...(spec.ipv6 ? router6Problems(spec.ipv6) : []),
  ];
  if (problems.length > 0) throw new Error(`the kernel lab cannot build this network: ${problems.join('; ')}`);
  if (server === 'coturn' && spec.server.lie) throw new NotAvailable('coturn tells the truth');
  if (server === 'coturn' && FAULTS.has(spec.server.kind))
    throw new NotAvailable(`coturn cannot be told to be '${spec.server.kind}'`);
}

/** Of a reflector of ours. */
const FAULTS: ReadonlySet<string> = new Set(['ignores-change-request', 'no-response-port', 'no-calls']);

export function routerProblems(router: RouterSpec): string[] {
  return [
    ...router.forwards.flatMap(forwardProblems),
    ...(router.blocked?.ports.length === 0 ? ['blocks no port'] : []),
    ...ownTcpProblems(router),
    ...speechProblems(router),
  ];
}

/** The rest is what miniupnpd is for. */
function speechProblems({ speaks }: RouterSpec): string[] {
  const isPlain = !speaks?.fault && (speaks?.protocols ?? []).every((protocol) => protocol === 'nat-pmp');
  return isPlain ? [] : ['its own speaker knows NAT-PMP alone, and no faults'];
}

/** Its IPv6 is a firewall, and little else. */
export const router6Problems = (router: RouterSpec): string[] => [
  ...routerProblems(router),
  ...(outwardOf6(router) === null ? [`there are no rules of IPv6 for '${router.outward}'`] : []),
  ...(router.forwards.every(({ to, shift = 0 }) => to === 'pbx' && shift === 0) ? [] : ['a pinhole leads elsewhere']),
  ...(isMasquerade(router) && router.forwards.length > 0 ? ['a forward of NAT66'] : []),
  ...(
    ['input', 'hairpin', 'scanGuard', 'dropsFragments', 'tcpService', 'tcpReject', 'udpTimeouts', 'otherLine'] as const
  )
    .filter((what) => router[what] !== undefined)
    .map((what) => `${what} over IPv6`),
];

const isMasquerade = ({ outward }: RouterSpec): boolean => outward === 'preserve' || outward === 'random';

function ownTcpProblems({ tcpService, tcpReject }: RouterSpec): string[] {
  const served = new Set(portsOf(tcpService ?? []));
  return [
    ...(tcpService?.length === 0 || tcpReject?.length === 0 ? ['the router serves or rejects no port'] : []),
    ...(portsOf(tcpReject ?? []).some((port) => served.has(port)) ? ['a port is both served and rejected'] : []),
  ];
}

function networkProblems(spec: NetworkSpec): string[] {
  const { router, ipv6, outer, neighbour = [], held = [], heldTcp = [], heldTcpInside = [], loss } = spec;
  const chances = loss ? [loss.out, loss.in] : [];
  return [
    ...(ipv6 !== undefined && (router === null) !== (ipv6 === null) ? ['a router for one family alone'] : []),
    ...(router === null && neighbour.length > 0 ? ['a neighbour needs a LAN, and so a router'] : []),
    ...(spec.inside && (router !== null || ipv6 !== undefined)
      ? ['a router, or IPv6, within the network of the PBX']
      : []),
    ...(outer && router?.otherLine ? ['a second line behind a second NAT'] : []),
    ...(router === null && outer ? ['a second NAT needs a first one'] : []),
    ...([held, [...heldTcp, ...heldTcpInside], neighbour].some(hasTwice) ? ['a port is held twice'] : []),
    ...(chances.every((chance) => chance >= 0 && chance <= 1) ? [] : ['a loss is a chance from 0 to 1']),
  ];
}

const hasTwice = (ports: readonly number[]): boolean => new Set(ports).size < ports.length;

function forwardProblems({ ports, protocols, shift = 0 }: Forward): string[] {
  if (ports.length === 0) return ['a forward without a port'];
  if (protocols?.length === 0) return ['a forward without a protocol'];
  const moved = portsOf(ports).map((port) => port + shift);
  return moved.every((port) => port >= 1 && port <= 65_535) ? [] : [`a shift by ${shift} leaves the range of ports`];
}
