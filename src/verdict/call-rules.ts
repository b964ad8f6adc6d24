import type { Family } from '../base/index.ts';
import type { CallEvidence, CallRunEvidence, CallState } from '../evidence/index.ts';
import { type Combined, combine } from './legs.ts';
import type { Cause, PortResult, PortVerdict } from './types.ts';

/** What the UDP ports of the same run have shown. */
export interface UdpFacts {
  /** The router refused the address that calls. */
  readonly isRefused: boolean;
  /** Ports leave by another public address than the one that is called. */
  readonly otherAddress: boolean;
  /** They were seen with an address of the other family, so that this one was called. */
  readonly isTranslated: boolean;
  /** The reflector saw an address that is none of the internet. */
  readonly isInside: boolean;
}

/** What is known beside the calls of one server. */
export interface CallFacts extends UdpFacts {
  /** No call of this server came in, while those of another one reached what it had called in vain; nobody else speaks of this port. */
  readonly isContradicted: boolean;
}

/** One way to read the evidence of a TCP port. The first rule that applies decides. */
export interface CallRule {
  /** Unique among all rules; names it in reports and tests. */
  readonly id: string;
  readonly applies: (seen: CallEvidence, known: CallFacts) => boolean;
  readonly result: PortResult;
  readonly cause: Cause | null;
  /** Why it may be concluded. */
  readonly why: string;
}

const failed = ({ listening }: CallEvidence, kind: string) =>
  listening.kind === 'no' && listening.failure.kind === kind;

/** So many calls ended without arriving that it is no accident; at least one of them like this. */
const neverArrived = ({ arrivedOn, ended, callsNeeded }: CallEvidence, ...states: readonly CallState[]) =>
  arrivedOn.length === 0 && ended.length >= callsNeeded && ended.some((state) => states.includes(state));

const hasFailed = ({ arrivedOn, ended, callsNeeded }: CallEvidence) =>
  arrivedOn.length === 0 && ended.length >= callsNeeded;

export const CALL_RULES: readonly CallRule[] = [
  {
    id: 'tcp-held-by-process',
    applies: (seen) => failed(seen, 'in-use'),
    result: 'in-use',
    cause: 'process',
    why: 'Another process listens at the port (EADDRINUSE).',
  },
  {
    id: 'tcp-may-not-bind',
    applies: (seen) => failed(seen, 'permission'),
    result: 'untested',
    cause: 'permission',
    why: 'The system does not let this user listen there (EACCES).',
  },
  {
    id: 'tcp-other-family',
    applies: (seen, { isTranslated }) => isTranslated && (!seen.canAsk || hasFailed(seen)),
    result: 'untested',
    cause: 'wrong-family',
    why: 'The reflector knows an address of the other family only, that of a translator (NAT64, RFC 6146): that it would call, or has called.',
  },
  {
    id: 'tcp-nobody-calls',
    applies: ({ canAsk }) => !canAsk,
    result: 'untested',
    cause: 'no-call-back',
    why: 'This server calls nobody back; STUN itself says nothing about inbound TCP.',
  },
  {
    id: 'tcp-shut-out-before',
    applies: ({ listening, isShutOut }) => listening.kind === 'unknown' && isShutOut,
    result: 'untested',
    cause: 'scan-protection',
    why: 'Before its turn came, a port that had been reached was not reached again.',
  },
  {
    id: 'tcp-server-lost',
    applies: ({ listening, isGivenUp }) => listening.kind === 'unknown' && isGivenUp,
    result: 'untested',
    cause: 'server-silent',
    why: 'Before its turn came, the reflector did not answer any more.',
  },
  {
    id: 'tcp-not-listening',
    applies: ({ listening }) => listening.kind !== 'yes',
    result: 'untested',
    cause: null,
    why: 'The port could not be opened, or its turn did not come.',
  },
  {
    id: 'tcp-forwarded',
    applies: ({ arrivedOn, port }) => arrivedOn.includes(port),
    result: 'open',
    cause: null,
    why: 'A connection that nobody here had asked for arrived, and brought the id of the call, which only the reflector knows.',
  },
  {
    id: 'tcp-shifted',
    applies: ({ arrivedOn }) => arrivedOn.length > 0,
    result: 'closed',
    cause: 'shifted',
    why: 'The connection to this port arrived at another one: the rule forwards to the wrong port.',
  },
  {
    id: 'tcp-not-called-inside',
    applies: ({ ended }, { isInside }) => isInside && ended.includes('not-called'),
    result: 'untested',
    cause: 'not-called-inside',
    why: 'The reflector did not call: it calls no address outside the internet, however late (docs/protocol.md).',
  },
  {
    id: 'tcp-not-called',
    applies: ({ ended }) => ended.includes('not-called'),
    result: 'untested',
    cause: 'throttled-by-server',
    why: 'The reflector refused to call: too many calls in an hour, or no socket free for it.',
  },
  {
    id: 'tcp-passed-on',
    applies: (seen) => seen.passedTo !== null && hasFailed(seen),
    result: 'untested',
    cause: 'passed-on',
    why: 'A call came to an interface of this machine, for this port, and left it again for another one: its own NAT passes the port on, to a container say. The router forwards it; what becomes of it there is not seen from here.',
  },
  {
    id: 'tcp-other-address',
    applies: (seen, { otherAddress }) => otherAddress && hasFailed(seen),
    result: 'untested',
    cause: 'different-public-address',
    why: 'UDP ports leave by another public address than the one that was called: another line, with other rules.',
  },
  {
    id: 'tcp-shut-out',
    applies: (seen, { isRefused }) => seen.isShutOut || (isRefused && hasFailed(seen)),
    result: 'untested',
    cause: 'scan-protection',
    why: 'The calls come from the address that the router has refused on UDP in the same run; or, while this port was called, one that had been reached before was not reached again.',
  },
  {
    id: 'tcp-contradicted',
    applies: (seen, { isContradicted }) => isContradicted && hasFailed(seen),
    result: 'untested',
    cause: 'scan-protection',
    why: 'No call of this server arrived, while those of another one reached ports that it had called in vain: what it did not reach is not shown to be closed.',
  },
  {
    id: 'tcp-payload-lost',
    applies: (seen) => (seen.isVisited || seen.knocks.answered > 0) && neverArrived(seen, 'connected'),
    result: 'malformed',
    cause: 'payload-dropped',
    why: 'The reflector was connected, and at that time somebody connected to this machine, or it answered who calls; but what the call carried did not come through. So it may well have been the call.',
  },
  {
    id: 'tcp-not-taken',
    applies: (seen) =>
      seen.isReached && seen.knocks.answered === 0 && neverArrived(seen, 'refused', 'unreachable', 'timed-out'),
    result: 'untested',
    cause: 'not-taken',
    why: 'The call came to this machine, and was seen there, but nobody took it: who holds the port may be too busy, listen at another address only, or be behind a firewall of his own; or nobody holds it, and this user may not listen there. That is not the work of the router.',
  },
  {
    id: 'own-service-on-router',
    applies: (seen) => neverArrived(seen, 'connected'),
    result: 'closed',
    cause: 'own-service-on-router',
    why: 'The reflector was connected, but not to this machine: something else answers at that public port.',
  },
  {
    id: 'tcp-host-firewall',
    applies: (seen) => hasFailed(seen) && seen.knocks.held >= 2 && seen.knocks.answered === 0,
    result: 'closed',
    cause: 'host-firewall',
    why: 'Calls came to an interface of this machine, for this port, which listened; and this machine did not answer them.',
  },
  {
    id: 'tcp-came-so-far',
    applies: (seen) => hasFailed(seen) && seen.knocks.held + seen.knocks.answered > 0,
    result: 'closed',
    cause: null,
    why: 'A call came to this machine, so that it was forwarded; but it was answered, and the answer did not come to who called, or there was but the one.',
  },
  {
    id: 'rejected',
    applies: (seen) => neverArrived(seen, 'refused', 'unreachable'),
    result: 'closed',
    cause: 'rejected',
    why: 'A reset, or an ICMP error, answered the call, while this machine listened (RFC 9293 section 3.5.2).',
  },
  {
    id: 'tcp-not-forwarded',
    applies: (seen) => neverArrived(seen, 'timed-out'),
    result: 'closed',
    cause: 'not-forwarded',
    why: 'Nothing answered the calls, and none arrived, while the reflector and the path were alive.',
  },
  {
    id: 'tcp-server-silent',
    applies: ({ isAsked }) => isAsked,
    result: 'untested',
    cause: 'server-silent',
    why: 'No call could be watched from its beginning to its end.',
  },
  {
    id: 'tcp-not-asked',
    applies: () => true,
    result: 'untested',
    cause: null,
    why: 'The run ended before its turn.',
  },
];

/** What one server's calls showed. */
export interface CallLeg {
  /** As the user named it. */
  readonly server: string;
  readonly evidence: CallRunEvidence;
}

/** Before anything is known of UDP. */
export const NOTHING_OF_UDP: UdpFacts = {
  isRefused: false,
  otherAddress: false,
  isTranslated: false,
  isInside: false,
};

/** A call came as far as this machine. */
const hasCome = ({ arrivedOn, knocks, passedTo }: CallEvidence): boolean =>
  arrivedOn.length > 0 || knocks.held + knocks.answered > 0 || passedTo !== null;

/**
 * The servers of which no call came in, though another one reached what they had called in vain. What they say of a port of
 * which somebody else can speak is left as it is: it tells of them.
 */
function contradicted(legs: readonly CallLeg[]): (server: string, port: number) => boolean {
  const of = (server: string) => legs.flatMap((leg) => (leg.server === server ? leg.evidence.ports : []));
  const reached = (seen: CallEvidence) => seen.arrivedOn.includes(seen.port);
  const all = legs.flatMap(({ evidence }) => evidence.ports);
  const works = new Set(all.filter(reached).map(({ port }) => port));
  const inVain = new Set(
    legs
      .map(({ server }) => server)
      .filter(
        (server) => !of(server).some(hasCome) && of(server).some((seen) => hasFailed(seen) && works.has(seen.port)),
      ),
  );
  const others = legs.filter(({ server }) => !inVain.has(server)).flatMap(({ evidence }) => evidence.ports);
  const known = new Set(others.filter((seen) => hasCome(seen) || hasFailed(seen)).map(({ port }) => port));
  return (server, port) => inVain.has(server) && !known.has(port);
}

/** The TCP ports of a run, each once. A call that brings its id proves as much whoever made it. */
export function judgeCalls(legs: readonly CallLeg[], udp: UdpFacts, family: Family): Combined {
  const isContradicted = contradicted(legs);
  return combine(
    legs.flatMap(({ server, evidence }) =>
      evidence.ports.map((seen) => {
        const known = { ...udp, isContradicted: isContradicted(server, seen.port) };
        return { server, coldAsked: true, verdict: judgeCall(seen, known, family) };
      }),
    ),
  );
}

export function judgeCall(seen: CallEvidence, known: CallFacts, family: Family): PortVerdict {
  const rule = CALL_RULES.find(({ applies }) => applies(seen, known));
  if (!rule) throw new Error('the last rule applies to everything');
  const { id, result, cause } = rule;
  const elsewhere = result === 'closed' && cause === 'shifted' ? (seen.arrivedOn[0] ?? null) : null;
  const passedTo = cause === 'passed-on' ? seen.passedTo : null;
  return {
    protocol: 'tcp',
    family,
    port: seen.port,
    result,
    cause,
    mapped: null,
    rule: id,
    arrivedOn: elsewhere,
    ...(passedTo ? { passedTo } : {}),
  };
}
