import { type Family, scopeOf } from '../base/index.ts';
import type { PortEvidence, RunEvidence } from '../evidence/index.ts';
import { type CallLeg, judgeCalls } from './call-rules.ts';
import { type Combined, combine, type Leg, togetherOf } from './legs.ts';
import { PORT_RULES, type PortRule, passedTo, turnedBackFor } from './port-rules.ts';
import { isOpen, PROVEN } from './results.ts';
import { type RunFacts, runFacts } from './run-facts.ts';
import { canAskOutbound } from './servers.ts';
import type { PortVerdict, Reason, RunVerdict, ServerVerdict, Verdict } from './types.ts';

export interface JudgedRun {
  readonly servers: readonly ServerVerdict[];
  readonly asked: readonly number[];
  /** What each server showed, in the order of asking; none: no server could be asked. */
  readonly legs: readonly Leg[];
  /** The same of TCP ports; none: none was asked for, or no server could be asked. */
  readonly calls: readonly CallLeg[];
  readonly askedCalls: readonly number[];
  readonly cancelled: boolean;
  /** A service that had to be stopped would not, or is not back. */
  readonly servicesFailed?: boolean;
  /** In which all of it was asked, or was to be asked. */
  readonly family: Family;
}

/** What the run means. */
export function judgeRun(judged: JudgedRun): RunVerdict {
  const { asked, legs, calls, askedCalls, cancelled, family } = judged;
  const servers = judged.servers.map((server) => afterAll(server, legs));
  const { ports: udp, opinions: ofUdp } = judgeLegs(legs);
  const known = new Set(udp.map(({ port }) => port));
  const left = asked.filter((port) => !known.has(port)).map((port) => notAsked('udp', port, family));
  const some = (cause: PortVerdict['cause']) => udp.some((port) => port.cause === cause);
  const facts = {
    isRefused: some('scan-protection'),
    otherAddress: some('different-public-address'),
    isTranslated: some('wrong-family') || isTranslated(servers),
    isInside: legs.some(
      ({
        evidence: {
          publicAddresses: [first],
        },
      }) => first !== undefined && scopeOf(first) !== 'public',
    ),
  };
  const called = judgeCalls(calls, facts, family);
  const notCalled = askedCalls.map((port) => notAsked('tcp', port, family));
  const ports = [...[...udp, ...left].sort(byNumber), ...[...called.ports, ...notCalled].sort(byNumber)];
  const evidence = legs.map((leg) => leg.evidence);
  const publicAddresses = [...new Set(evidence.flatMap((seen) => seen.publicAddresses))].sort();
  const isCancelled = cancelled || calls.some((leg) => leg.evidence.cancelled);
  return {
    ...(judged.servicesFailed
      ? inconclusive('services')
      : conclude({ servers, ports, evidence, publicAddresses, cancelled: isCancelled })),
    servers,
    publicAddresses,
    ports,
    opinions: togetherOf([...ofUdp, ...called.opinions]),
    pauses: evidence.flatMap(({ pauses }) => pauses),
    coldAsked: legs.length > 0 && legs.every(({ coldAsked }) => coldAsked),
  };
}

/** Before the first port it was found to be good for everything. */
const afterAll = (server: ServerVerdict, legs: readonly Leg[]): ServerVerdict =>
  server.state === 'ok' && legs.some(({ address, evidence }) => evidence.throttled && address === server.address)
    ? { ...server, state: 'throttling', detail: 'asked-more-slowly' }
    : server;

/** The UDP ports of a run, each once. */
export const judgeLegs = (legs: readonly Leg[]): Combined =>
  combine(
    legs.flatMap(({ server, coldAsked, evidence, doubtful }) =>
      judgePorts(evidence).flatMap((verdict) =>
        doubtful.has(verdict.port) && isOpen(verdict.result) ? [] : [{ server, coldAsked, verdict }],
      ),
    ),
  );

/** In the order of the plan. */
export function judgePorts(evidence: RunEvidence): PortVerdict[] {
  const facts = runFacts(evidence);
  return evidence.ports.map((port) => judgePort(port, facts));
}

const byNumber = (a: PortVerdict, b: PortVerdict): number => a.port - b.port;

const notAsked = (protocol: PortVerdict['protocol'], port: number, family: Family): PortVerdict => ({
  protocol,
  family,
  port,
  result: 'untested',
  cause: null,
  mapped: null,
  rule: 'not-asked',
  arrivedOn: null,
});

export function judgePort(seen: PortEvidence, run: RunFacts): PortVerdict {
  const { id, result, cause } = ruleFor(seen, run);
  const { port, mapped, arrivedOn } = seen;
  const turnedBack = cause === 'rejected' ? turnedBackFor(seen, run) : null;
  const to = cause === 'passed-on' ? passedTo(seen) : null;
  const verdict = { protocol: 'udp', family: run.family, port, result, cause, mapped, rule: id, arrivedOn } as const;
  return { ...verdict, ...(turnedBack ? { turnedBack } : {}), ...(to ? { passedTo: to } : {}) };
}

function ruleFor(seen: PortEvidence, run: RunFacts): PortRule {
  const rule = PORT_RULES.find(({ applies }) => applies(seen, run));
  if (!rule) throw new Error('the last rule applies to everything');
  return rule;
}

/** No server of two addresses was seen but through a translator. */
const isTranslated = (servers: readonly ServerVerdict[]): boolean =>
  servers.some(({ detail }) => detail === 'wrong-family') && !servers.some(({ state }) => state === 'ok');

interface Conclusion {
  readonly verdict: Verdict;
  readonly reason: Reason | null;
}

const inconclusive = (reason: Reason): Conclusion => ({ verdict: 'inconclusive', reason });

interface Concluded {
  readonly servers: readonly ServerVerdict[];
  readonly ports: readonly PortVerdict[];
  readonly evidence: readonly RunEvidence[];
  readonly publicAddresses: readonly string[];
  readonly cancelled: boolean;
}

function conclude({ servers, ports, evidence, publicAddresses, cancelled }: Concluded): Conclusion {
  if (cancelled || evidence.some((seen) => seen.cancelled)) return { verdict: 'cancelled', reason: null };
  if (evidence.length === 0) return inconclusive(serverReason(servers));
  if (isInside(publicAddresses)) return inconclusive('server-inside');
  const proven = ports.filter(({ result }) => PROVEN.has(result)).length;
  if (proven > 0) return { verdict: 'unsupported', reason: proven === ports.length ? 'all-ports' : 'some-ports' };
  if (ports.length > 0 && ports.every(({ result }) => result === 'open')) return { verdict: 'supported', reason: null };
  return inconclusive(portReason(servers, ports, evidence));
}

/** The server saw a private address: nothing crossed the router to the internet. (Loopback is a trial, and known as one.) */
function isInside(publicAddresses: readonly string[]): boolean {
  const scopes = publicAddresses.map(scopeOf);
  return scopes.length > 0 && scopes.every((scope) => scope === 'private' || scope === 'link-local');
}

function serverReason(servers: readonly ServerVerdict[]): Reason {
  const states = servers.map(({ state }) => state);
  if (states.includes('malformed')) return 'servers-malformed';
  if (servers.length > 0 && servers.every(({ detail }) => OUT_OF_FAMILY.has(detail ?? ''))) return 'wrong-family';
  return states.every((state) => state === 'unresolvable') ? 'dns' : 'servers-unreachable';
}

/** This machine, or the server's name, has no address of the family that was wanted. */
const OUT_OF_FAMILY: ReadonlySet<string> = new Set(['no-family', 'no-address']);

/** Why nothing is proven: what the user has to mend first. */
function portReason(
  servers: readonly ServerVerdict[],
  ports: readonly PortVerdict[],
  evidence: readonly RunEvidence[],
): Reason {
  const causes = new Set(ports.map(({ cause }) => cause));
  const reasonAmong = (table: readonly Reasons[]) => table.find(([cause]) => causes.has(cause))?.[1];
  const mayNot = evidence.some(({ controlFailure }) => controlFailure?.kind === 'permission');
  if (mayNot || causes.has('permission')) return 'permission';
  if (ports.some(({ result }) => result === 'in-use')) return 'ports-in-use';
  const here = reasonAmong(HERE);
  if (here) return here;
  if (!servers.some(({ state }) => state === 'ok' || state === 'throttling'))
    return servers.find(canAskOutbound)?.state === 'malformed' ? 'servers-malformed' : 'no-second-address';
  if (ports.some(({ result, cause }) => result === 'malformed' && cause === null)) return 'servers-malformed';
  return reasonAmong(OUTSIDE) ?? 'servers-unreachable';
}

type Reasons = readonly [cause: PortVerdict['cause'], reason: Reason];

/** The first that fits: of this machine, and the family that was asked for. */
const HERE: readonly Reasons[] = [
  ['not-taken', 'ports-in-use'],
  ['passed-on', 'passed-on'],
  ['wrong-family', 'wrong-family'],
];

/** Of the way, and the servers. */
const OUTSIDE: readonly Reasons[] = [
  ['payload-dropped', 'payload-dropped'],
  ['accident-possible', 'cold-not-asked'],
  ['scan-protection', 'scan-protection'],
  ['throttled-by-server', 'throttled'],
  ['not-called-inside', 'server-inside'],
  ['different-public-address', 'different-public-address'],
  ['taken-by-neighbour', 'taken-by-neighbour'],
  ['loss', 'loss'],
  ['no-call-back', 'no-call-back'],
];
