import { findFindings } from '../advice/index.ts';
import { type Family, familyOf, formatRanges, type PortRange, portsOf } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import { collectCalls, collectEvidence, collectServer, type RunEvidence } from '../evidence/index.ts';
import type { ProbePlan } from '../plan/index.ts';
import { buildReport, type Report, type ReportProof } from '../report/index.ts';
import {
  type CallLeg,
  type CertificateVerdict,
  judgeCertificate,
  judgeRouter,
  judgeRun,
  judgeSample,
  judgeServer,
  type Leg,
  outOfFamily,
  type PortVerdict,
  type RouterVerdict,
  type SampleVerdict,
  type ServerVerdict,
  unresolvable,
} from '../verdict/index.ts';
import type { RunEvent, ServerName } from './events.ts';
import { isTroubled, missedOf, servicesOf } from './group-results.ts';
import { portsThatSpoke } from './memory.ts';
import { proofOf, proofsOf } from './proofs.ts';
import { routerEvidence } from './router.ts';
import { timesOf } from './times.ts';

type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>;

/** What the events of a run add up to, before anything is said of it. */
function judge(all: readonly RunEvent[]) {
  const legs = legsOf(all);
  // Most events are observations of ports: there may be a hundred thousand, and nothing below looks for them.
  const events = all.filter(({ kind }) => kind !== 'observed');
  const started = only(events, 'started');
  const ended = only(events, 'ended');
  const planned = events.find((event) => event.kind === 'planned');
  const asked = legs.length > 0 ? portsAsked(legs) : portsOf(started.request.udp);
  const calls = callLegsOf(events);
  const missed = missedOf(events, legs.length > 0 ? asked : []);
  const shown = evidenceOf(legs);
  const run = judgeRun({
    servers: judgeServers(started, events),
    asked: [...asked, ...missed.udp],
    legs: shown,
    calls,
    askedCalls: legs.length > 0 || started.request.tcpIfPossible ? missed.tcp : portsOf(started.request.tcp),
    cancelled: ended.cancelled,
    family: familyOfRun(events),
    servicesFailed: isTroubled(events),
  });
  const local = planned?.localAddress ?? started.request.bindAddress;
  return { run, played: legs, legs: shown, calls, events, local, started, ended, planned, asked, missed };
}

/** The packets of one port, such as `udp/9500`, of a stored run; null: it was not asked. */
export const packetsOf = (all: readonly RunEvent[], port: string): ReportProof | null => proofOf([port], judge(all));

/** From the events of a run to its report. Pure: a stored run gives the same report again. */
export function conclude(all: readonly RunEvent[]): Report {
  const judged = judge(all);
  const { run: verdict, played: legs, calls, events, local: localAddress } = judged;
  const { started, ended, planned, asked, missed } = judged;
  const services = servicesOf(events);
  const holders = new Map(events.flatMap((event) => (event.kind === 'holders' ? event.holders : [])));
  const plannedPorts = planned?.plannedPorts ?? asked.length;
  const sample = sampleOf(events, verdict.ports, missed.udp);
  const { tries, loss } = exchangeOf(legs);
  const router = routerOf(events, verdict.publicAddresses);
  const isLeftOut = legs.length > 0 && calls.length === 0 && missed.tcp.length === 0;
  const certificates = certificatesOf(events);
  const notWaited = events.find((event) => event.kind === 'not-waited');
  const context = {
    plannedPorts,
    // What was missed was no choice.
    askedPorts: legs.length > 0 ? asked.length + missed.udp.length : 0,
    bindAddress: localAddress,
    holders,
    ...router,
    certificates,
    today: started.date.slice(0, 10),
    ...(started.request.publicAddresses ? { publicAddresses: started.request.publicAddresses } : {}),
    ...services,
    ...(sample ? { sample: { ...sample, inferred: sumOf(sample.inferred) } } : {}),
    ...(tries > 0 ? { tries } : {}),
    ...(notWaited ? { notWaited: Math.ceil(notWaited.for / 1000) } : {}),
    ...leftOut(isLeftOut ? started.request.tcp : []),
  };
  const findings = findFindings(verdict, context);
  return buildReport(verdict, findings, {
    version: started.version,
    startedAt: new Date(started.date),
    durationMs: ended.duration,
    mode: modeOf(started, events),
    bindAddress: localAddress,
    plannedPorts,
    ...(sample ? { sample } : {}),
    ...(started.request.serverList === null ? {} : { serverList: started.request.serverList }),
    ...(started.request.discovered ? { discovered: started.request.discovered } : {}),
    loss,
    certificates,
    holders,
    took: timesOf(legs, events),
    ...services,
    ...router,
    proofs: proofsOf(findings, judged),
  });
}

/** The last one: whoever reads it shall not believe that nothing was held up. A run that ended before has used no port. */
function modeOf({ request }: EventOf<'started'>, events: readonly RunEvent[]): Report['mode'] {
  const chosen = events.findLast((event) => event.kind === 'mode');
  return chosen?.mode ?? (request.mode === 'auto' ? 'bind' : request.mode);
}

/** TCP ports that this server could not be asked about. */
const leftOut = (tcp: readonly PortRange[]): { readonly tcpLeftOut?: string } =>
  tcp.length > 0 ? { tcpLeftOut: formatRanges(tcp) } : {};

/** Nothing where it was not asked. */
function routerOf(
  events: readonly RunEvent[],
  publicAddresses: readonly string[],
): { readonly router?: RouterVerdict } {
  const said = routerEvidence(events);
  if (!said) return {};
  const planned = events.find((event) => event.kind === 'planned');
  return { router: judgeRouter(said, planned?.localAddress ?? said.local, publicAddresses) };
}

/** A run that ended before it was chosen has asked nothing. */
const familyOfRun = (events: readonly RunEvent[]): Family =>
  events.find((event) => event.kind === 'family')?.family ?? only(events, 'started').request.family ?? 'ipv4';

/** null: all ports were asked, or none. */
function sampleOf(
  events: readonly RunEvent[],
  ports: readonly PortVerdict[],
  missed: readonly number[],
): SampleVerdict | null {
  const planned = events.filter((event) => event.kind === 'planned');
  const first = planned.filter(({ round }) => round === 'first').flatMap(({ plan }) => plan.slices.flat());
  if (first.length === 0 || isWhole(new Set([...first, ...missed]), planned[0]?.plannedPorts)) return null;
  const udp = ports.filter(({ protocol }) => protocol === 'udp');
  return judgeSample({ ranges: only(events, 'started').request.udp, ports: udp, first });
}

const isWhole = (ports: ReadonlySet<number>, planned: number | undefined): boolean => ports.size === planned;

/** Ascending. */
function certificatesOf(events: readonly RunEvent[]): CertificateVerdict[] {
  const { date, request } = only(events, 'started');
  const looks = events.flatMap((event) => (event.kind === 'certificate' ? [event] : []));
  return looks
    .flatMap(({ port, look }) =>
      look.kind === 'nobody' ? [] : [judgeCertificate(port, look, request.hostName, new Date(date))],
    )
    .sort((a, b) => a.port - b.port);
}

const sumOf = (inferred: SampleVerdict['inferred']): number => inferred.reduce((sum, { count }) => sum + count, 0);

/** What one server was asked, and what was seen. */
export interface PlayedLeg {
  /** With all ports that were asked, those of later rounds too. */
  readonly plan: ProbePlan;
  readonly observations: readonly Observation[];
}

/** In the order of asking. */
export function legsOf(events: readonly RunEvent[]): PlayedLeg[] {
  const legs: { plan: ProbePlan; observations: Observation[] }[] = [];
  for (const event of events) {
    if (event.kind === 'planned') legs[event.leg] = { plan: event.plan, observations: [] };
    if (event.kind !== 'extended' && event.kind !== 'observed') continue;
    const leg = legs[event.leg];
    if (!leg) throw new Error(`leg ${event.leg} was not planned`);
    if (event.kind === 'observed') leg.observations.push(event.observation);
    else leg.plan = { ...leg.plan, slices: [...leg.plan.slices, ...event.slices] };
  }
  return legs;
}

/** What the calls of each server have shown by now, in the order of asking. */
export function callLegsOf(events: readonly RunEvent[]): CallLeg[] {
  const planned = events.filter((event) => event.kind === 'calls-planned');
  const called = events.filter((event) => event.kind === 'call');
  return planned.map(({ leg, plan }) => {
    const own = called.filter((event) => event.leg === leg).map(({ observation }) => observation);
    return { server: plan.server, evidence: collectCalls(plan, own) };
  });
}

/** What they showed. */
export function evidenceOf(legs: readonly PlayedLeg[]): Leg[] {
  const spoken = new Set<number>();
  const filters = new Set<RunEvidence['filter']>();
  return legs.map((leg) => {
    const { plan, observations } = leg;
    const evidence = collectEvidence(plan, observations);
    const { name, primary } = plan.server;
    const shown = { server: name, address: primary.address, coldAsked: plan.steps.cold !== undefined, evidence };
    filters.add(evidence.filter);
    const isKnown = filters.has('closed') && !filters.has('open');
    const doubtful = new Set(isKnown ? [] : spoken);
    for (const port of spokenFirst(leg, evidence)) spoken.add(port);
    return { ...shown, doubtful };
  });
}

/** Ports that sent packets of their own, and had not let a cold one in before: that they let one in now, may be their own doing. */
export function spokenFirst(leg: PlayedLeg, { ports }: Pick<RunEvidence, 'ports'>): Set<number> {
  const spoke = portsThatSpoke(leg);
  for (const { port, answers } of ports) if (answers.cold.kind === 'yes') spoke.delete(port);
  return spoke;
}

/** Each once. */
const portsAsked = (legs: readonly PlayedLeg[]): number[] => [
  ...new Set(legs.flatMap(({ plan }) => plan.slices.flat())),
];

/**
 * In the order in which the user named them; one per address. A server whose check was cut short is left out: what
 * it has not answered yet would look like what it cannot do.
 */
function judgeServers({ request }: EventOf<'started'>, events: readonly RunEvent[]): ServerVerdict[] {
  const { servers } = events.find((event) => event.kind === 'services') ?? request;
  const aboutServers = events.filter((event) => event.kind === 'server');
  const checked = events.filter((event) => event.kind === 'server-checked');
  if (events.some((event) => event.kind === 'family' && !event.isHere))
    return servers.map((server) => outOfFamily(identity(server, familyOf(server.host) && server.host)));
  return servers.flatMap((server) => {
    const names = events.filter((event) => event.kind === 'resolved' || event.kind === 'unresolved');
    const found = names.find((event) => event.server.name === server.name);
    if (found?.kind === 'unresolved') return [unresolvable(identity(server, null), found.error)];
    const addresses = found?.addresses.filter((address) => checked.some((event) => isAbout(event, server, address)));
    return (addresses ?? []).map((address) => {
      const seen = aboutServers.filter((event) => isAbout(event, server, address));
      return judgeServer(identity(server, address), collectServer(seen.map(({ observation }) => observation)));
    });
  });
}

const isAbout = (event: EventOf<'server' | 'server-checked'>, { name, port }: ServerName, address: string): boolean =>
  event.server.name === name && event.primary.address === address && event.primary.port === port;

const identity = ({ name, port }: ServerName, address: string | null) => ({ name, address, port });

function only<K extends RunEvent['kind']>(events: readonly RunEvent[], kind: K): EventOf<K> {
  const found = events.find((event): event is EventOf<K> => event.kind === kind);
  if (!found) throw new Error(`a run without "${kind}" cannot be concluded`);
  return found;
}

/** How often a silent question was asked at most; and control packets. */
function exchangeOf(legs: readonly PlayedLeg[]): { tries: number; loss: { sent: number; answered: number } } {
  let [tries, sent, answered] = [0, 0, 0];
  for (const { observations } of legs)
    for (const seen of observations) {
      if (seen.kind === 'silent') tries = Math.max(tries, seen.tries);
      if (!('role' in seen) || seen.role === 'newcomer') continue;
      // Newcomers are lost where a router has no room for them, which is not the line's fault.
      sent++;
      if (seen.kind === 'control-answered') answered++;
    }
  return { tries, loss: { sent, answered } };
}
