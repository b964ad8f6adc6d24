import { type Endpoint, familyOf } from '../base/index.ts';
import type { Elsewhere, PortEvidence, TurnedBack, Unknown } from '../evidence/index.ts';
import type { Question } from '../plan/index.ts';
import { isPreserved, type RunFacts } from './run-facts.ts';
import type { Cause, PortResult } from './types.ts';

/** One way to read the evidence of a port. The first rule that applies decides. */
export interface PortRule {
  /** Unique; names the rule in reports and tests. */
  readonly id: string;
  readonly applies: (seen: PortEvidence, run: RunFacts) => boolean;
  readonly result: PortResult;
  readonly cause: Cause | null;
  /** Why it may be concluded. */
  readonly why: string;
}

const yes = (seen: PortEvidence, question: Question) => seen.answers[question].kind === 'yes';
const no = (seen: PortEvidence, question: Question) => seen.answers[question].kind === 'no';
const unknown = (seen: PortEvidence, question: Question, why: Unknown) => {
  const answer = seen.answers[question];
  return answer.kind === 'unknown' && answer.why === why;
};
const failed = (seen: PortEvidence, kind: string) =>
  seen.listening.kind === 'no' && seen.listening.failure.kind === kind;
const translated = (seen: PortEvidence) => seen.mapped !== null && !isPreserved(seen);

/** That destination sees the port's own number. */
const preservedAt = (seen: PortEvidence, where: Elsewhere) => seen.mappedElsewhere[where]?.port === seen.port;

/** That destination sees another number than the port's own. */
const rewrittenAt = ({ mappedElsewhere, port }: PortEvidence, where: Elsewhere) =>
  mappedElsewhere[where] !== undefined && mappedElsewhere[where].port !== port;

/** The role of `fresh-elsewhere` has sent nothing to this port, which would make it look preserved there (trap 2). */
const isFirstThere = (seen: PortEvidence) =>
  unknown(seen, 'sentinel', 'not-asked') || unknown(seen, 'sentinel', 'cannot-ask');

const differsSomewhere = ({ mapped, mappedElsewhere }: PortEvidence) =>
  Object.values(mappedElsewhere).some(({ address, port }) => address !== mapped?.address || port !== mapped.port);

/** Some destination sees neither the port's own number nor the one that the primary sees. */
const rewrittenOtherwise = ({ mapped, mappedElsewhere, port: own }: PortEvidence) =>
  Object.values(mappedElsewhere).some(({ port }) => port !== own && port !== mapped?.port);

const agreesAt = ({ mapped, mappedElsewhere }: PortEvidence, where: Elsewhere) =>
  mapped !== null && mappedElsewhere[where]?.port === mapped.port && mappedElsewhere[where].address === mapped.address;

const coldUnasked = (seen: PortEvidence) => unknown(seen, 'cold', 'cannot-ask');

/** Nothing is let in, as far as the server can ask. */
const coldNotLetIn = (seen: PortEvidence) => no(seen, 'cold') || coldUnasked(seen);

/** An answer from the port's own test, or what the sample says for ports that look like this one. */
const settles = (
  seen: PortEvidence,
  question: 'change-port' | 'relay',
  kind: 'yes' | 'no',
  sampled: 'yes' | 'no' | 'mixed',
) => seen.answers[question].kind === kind || (unknown(seen, question, 'not-asked') && sampled === kind);

/** Who turned back what this port sent; not the server, whose silence would be of another kind. */
export const turnedBackFor = (seen: PortEvidence, run: RunFacts): TurnedBack | null =>
  no(seen, 'outbound') ? (seen.turnedBack ?? run.turnedBack) : null;

/** Packets for the port came to this machine, and did not reach the socket. */
const heldBack = ({ heldBack: held }: PortEvidence, ...questions: readonly Question[]) =>
  questions.reduce((sum, question) => sum + (held[question] ?? 0), 0) >= 2;

/** Where this machine itself sends what nobody had asked for; as far as the server can ask. */
export const passedTo = (seen: PortEvidence): Endpoint | null =>
  seen.passedOn.cold ?? (coldUnasked(seen) ? seen.passedOn.warm : undefined) ?? null;

/** Any question without which this port cannot be judged came to nothing for this reason. */
const spoiltBy = (seen: PortEvidence, why: Unknown) =>
  (['cold', 'warm', 'outbound'] as const).some((question) => unknown(seen, question, why));

export const PORT_RULES: readonly PortRule[] = [
  {
    id: 'held-by-process',
    applies: (seen) => failed(seen, 'in-use'),
    result: 'in-use',
    cause: 'process',
    why: 'Another process holds the port (EADDRINUSE).',
  },
  {
    id: 'may-not-bind',
    applies: (seen) => failed(seen, 'permission'),
    result: 'untested',
    cause: 'permission',
    why: 'The system does not let this user listen there (EACCES).',
  },
  {
    id: 'not-listening',
    applies: (seen) => seen.listening.kind !== 'yes',
    result: 'untested',
    cause: null,
    why: 'The port could not be opened, or its turn did not come.',
  },
  {
    id: 'other-family',
    applies: (seen, run) => seen.mapped !== null && familyOf(seen.mapped.address) !== run.family,
    result: 'untested',
    cause: 'wrong-family',
    why: 'The server saw an address of the other family: a translator between the families (NAT64, RFC 6146) is in between, and what it lets in says nothing of this address.',
  },
  {
    id: 'different-public-address',
    applies: (seen, run) =>
      seen.mapped !== null && run.controlAddress !== null && seen.mapped.address !== run.controlAddress,
    result: 'untested',
    cause: 'different-public-address',
    why: 'The port leaves by another public address than the control probes, whose address the cold packets are sent to.',
  },
  {
    id: 'mapping-changes',
    applies: (seen, run) => run.mappingChanges && translated(seen),
    result: 'malformed',
    cause: null,
    why: 'In the same run the server named several mappings of one socket, which no router gives to a flow that goes on: what it says of this mapping is worth nothing.',
  },
  {
    id: 'preserved-by-a-stray-answer',
    applies: (seen, run) => run.bystandersRewritten && isPreserved(seen) && seen.strange.includes('wrong-source'),
    result: 'malformed',
    cause: null,
    why: 'The router rewrites ports, and this one was reached from an address that was not to answer: what it sends there leaves the way that this packet came, under its own number (docs/decisions/0001, trap 2).',
  },
  {
    id: 'preserved-by-chance',
    applies: (seen, run) =>
      run.bystandersRewritten &&
      isPreserved(seen) &&
      yes(seen, 'cold') &&
      rewrittenAt(seen, 'elsewhere') &&
      rewrittenAt(seen, 'fresh-elsewhere'),
    result: 'translated',
    cause: 'source-port-rewritten',
    why: 'Two other destinations see the port rewritten; towards the primary the router happened to draw its own number.',
  },
  {
    id: 'preserved-by-chance-closed',
    applies: (seen, run) =>
      isPreserved(seen) && !run.mostPreserved && rewrittenAt(seen, 'elsewhere') && coldNotLetIn(seen),
    result: 'translated',
    cause: 'symmetric',
    why: 'Most ports are rewritten, this one towards another destination too, and nothing is let in that was not asked for: address and port-dependent mapping (RFC 4787 section 4.1).',
  },
  {
    id: 'neighbour-holds-mapping',
    applies: (seen, run) =>
      translated(seen) &&
      yes(seen, 'cold') &&
      preservedAt(seen, 'fresh-elsewhere') &&
      (preservedAt(seen, 'elsewhere') || (run.mostPreserved && isFirstThere(seen))),
    result: 'open',
    cause: 'taken-by-neighbour',
    why: 'Inbound works, and other destinations see the port unchanged: only towards this server another host uses the same source port (RFC 4787 section 4.2.1).',
  },
  {
    id: 'neighbour-suspected',
    applies: (seen, run) => translated(seen) && yes(seen, 'cold') && run.mostPreserved && !differsSomewhere(seen),
    result: 'untested',
    cause: 'taken-by-neighbour',
    why: 'Inbound works and other ports are preserved, but this one leaves from another port, the same one everywhere: so it looks when another host uses it towards this server, since Linux then keeps the other number for later destinations (docs/decisions/0001, trap 4).',
  },
  {
    id: 'source-port-rewritten',
    applies: (seen) => translated(seen) && yes(seen, 'cold'),
    result: 'translated',
    cause: 'source-port-rewritten',
    why: 'A packet that nobody asked for reaches the port, so it is forwarded; but what it sends leaves from another port (no port preservation, RFC 4787 section 4.2.1).',
  },
  {
    id: 'passed-on',
    applies: (seen, run) => passedTo(seen) !== null && (isPreserved(seen) || run.mostPreserved || seen.mapped === null),
    result: 'untested',
    cause: 'passed-on',
    why: 'An answer came to an interface of this machine, for this port, and left it again for another one: its own NAT passes the port on, to a container say. The router forwards it; what becomes of it there is not seen from here.',
  },
  {
    id: 'shut-out',
    applies: (seen, run) =>
      no(seen, 'cold') &&
      (run.shutOut || yes(seen, 'cold-near')) &&
      (isPreserved(seen) || run.mostPreserved || seen.mapped === null),
    result: 'untested',
    cause: 'scan-protection',
    why: 'Of a sample of such ports some let in a packet that nobody asked for from the one address of the server, and not from the other: the router refuses that one, or its rules name their sources. Or the other one was let in later, though this router lets nobody in on a mapping alone: so it had refused him before.',
  },
  {
    id: 'not-forwarded-neighbour',
    applies: (seen, run) => translated(seen) && no(seen, 'cold') && run.mostPreserved,
    result: 'closed',
    cause: 'not-forwarded',
    why: 'Nothing is let in that was not asked for. That this one port is rewritten while others are not, is another host of the LAN that uses it, or the router itself.',
  },
  {
    id: 'neighbour-possible',
    applies: (seen, run) => translated(seen) && run.mostPreserved && !no(seen, 'cold') && !rewrittenOtherwise(seen),
    result: 'untested',
    cause: 'taken-by-neighbour',
    why: 'Other ports are preserved, and whether this one lets anything in is not known: so it looks, too, when another host uses it towards this server (docs/decisions/0001, trap 7).',
  },
  {
    id: 'symmetric',
    applies: (seen) => translated(seen) && differsSomewhere(seen) && coldNotLetIn(seen),
    result: 'translated',
    cause: 'symmetric',
    why: 'Each destination sees another mapping (address-dependent or address and port-dependent mapping, RFC 4787 section 4.1).',
  },
  {
    id: 'mapped-elsewhere',
    applies: (seen) =>
      translated(seen) && agreesAt(seen, 'elsewhere') && agreesAt(seen, 'far-elsewhere') && coldNotLetIn(seen),
    result: 'translated',
    cause: 'mapped-elsewhere',
    why: 'Three destinations see the same mapping, with another port (endpoint-independent mapping without port preservation, RFC 4787 sections 4.1, 4.2.1).',
  },
  {
    id: 'translated',
    applies: translated,
    result: 'translated',
    cause: null,
    why: 'What the port sends leaves from another port; more could not be found out.',
  },
  {
    id: 'forwarded',
    applies: (seen) => isPreserved(seen) && yes(seen, 'cold'),
    result: 'open',
    cause: null,
    why: 'Its number is kept on the way out, and a packet that nobody asked for is let in.',
  },
  {
    id: 'lets-answers-in',
    applies: (seen, run) => isPreserved(seen) && coldUnasked(seen) && yes(seen, 'warm') && run.filter === 'closed',
    result: 'open',
    cause: null,
    why: 'Its number is kept, and the alternate address is let in, as it is not to sockets that are not checked; this server cannot ask the cold question (no RESPONSE-PORT, RFC 5780 section 7.5).',
  },
  {
    id: 'accident-possible',
    applies: (seen) => isPreserved(seen) && coldUnasked(seen) && yes(seen, 'warm'),
    result: 'untested',
    cause: 'accident-possible',
    why: 'The alternate address is let in, but so it is, or may be, to sockets that nobody forwards: the mapping alone may do that (endpoint-independent filtering, RFC 4787 section 5), and this server cannot ask the cold question.',
  },
  {
    id: 'host-firewall',
    applies: (seen) => isPreserved(seen) && no(seen, 'cold') && heldBack(seen, 'cold', 'warm'),
    result: 'closed',
    cause: 'host-firewall',
    why: 'What nobody had asked for came to an interface of this machine, for this port, and its socket, which was open, did not get it.',
  },
  {
    id: 'host-firewall-warm',
    applies: (seen) => isPreserved(seen) && coldUnasked(seen) && no(seen, 'warm') && heldBack(seen, 'warm'),
    result: 'closed',
    cause: 'host-firewall',
    why: 'The answer of the alternate address came to an interface of this machine, and the socket, which was open, did not get it.',
  },
  {
    id: 'shifted',
    applies: (seen) => seen.arrivedOn !== null && !yes(seen, 'cold'),
    result: 'closed',
    cause: 'shifted',
    why: 'Packets for this port arrive on another one: the rule forwards to the wrong port.',
  },
  {
    id: 'works-by-accident',
    applies: (seen) => isPreserved(seen) && no(seen, 'cold') && yes(seen, 'warm'),
    result: 'closed',
    cause: 'works-by-accident',
    why: 'Others are let in only on the mapping that our own packet opened (endpoint-independent filtering, RFC 4787 section 5); there is no static forward.',
  },
  {
    id: 'address-restricted',
    applies: (seen, run) => isClosed(seen) && settles(seen, 'change-port', 'yes', run.sampled.changePort),
    result: 'closed',
    cause: 'address-restricted',
    why: 'Another port of the same address is let in, another address is not (address-dependent filtering, RFC 4787 section 5).',
  },
  {
    id: 'not-forwarded',
    applies: isClosed,
    result: 'closed',
    cause: 'not-forwarded',
    why: 'It gets out under its own number, and nobody else is let in.',
  },
  {
    id: 'malformed',
    applies: (seen) =>
      spoiltBy(seen, 'malformed') ||
      (seen.mapped === null && seen.strange.some((what) => what === 'malformed' || what === 'no-mapping')),
    result: 'malformed',
    cause: null,
    why: 'What came as an answer is none (RFC 8489 sections 5, 14).',
  },
  {
    id: 'blocked-here',
    applies: (seen) => seen.notSent !== null && no(seen, 'outbound'),
    result: 'no-answer',
    cause: 'outbound-blocked',
    why: 'This machine itself did not let the packet out.',
  },
  {
    id: 'host-firewall-deaf',
    applies: (seen) => no(seen, 'outbound') && heldBack(seen, 'outbound'),
    result: 'no-answer',
    cause: 'host-firewall',
    why: 'Answers to the port itself came to an interface of this machine, and the socket, which was open, did not get them.',
  },
  {
    id: 'deaf',
    applies: (seen, run) => no(seen, 'outbound') && settles(seen, 'relay', 'yes', run.sampled.relay),
    result: 'no-answer',
    cause: null,
    why: 'What the port sends gets out, since its answer came on another port; but no answer comes back to the port itself.',
  },
  {
    id: 'outbound-rejected',
    applies: (seen, run) => turnedBackFor(seen, run) !== null && !settles(seen, 'relay', 'yes', run.sampled.relay),
    result: 'no-answer',
    cause: 'rejected',
    why: 'No request of the port was answered, and an ICMP error that quotes one, of this port or of one that looks the same, says who turned it back (RFC 792, RFC 1812 section 5.2.7; RFC 4443).',
  },
  {
    id: 'outbound-blocked',
    applies: (seen, run) => no(seen, 'outbound') && settles(seen, 'relay', 'no', run.sampled.relay),
    result: 'no-answer',
    cause: 'outbound-blocked',
    why: 'Nothing that the port sends gets out, not even where the answer would have come on another port.',
  },
  {
    id: 'no-answer',
    applies: (seen) => no(seen, 'outbound'),
    result: 'no-answer',
    cause: null,
    why: 'No request of the port was answered, while control probes were.',
  },
  {
    id: 'too-lossy',
    applies: (seen) => spoiltBy(seen, 'loss') || spoiltBy(seen, 'late'),
    result: 'untested',
    cause: 'loss',
    why: 'Too many packets are lost or late for a silence, or an answer, to mean anything.',
  },
  {
    id: 'scan-protection',
    applies: (seen) => spoiltBy(seen, 'scan-protection'),
    result: 'untested',
    cause: 'scan-protection',
    why: 'Ports that had been let in were no longer let in afterwards: the router, or a firewall, had begun to refuse us.',
  },
  {
    id: 'refused-by-server',
    applies: (seen) => spoiltBy(seen, 'refused'),
    result: 'untested',
    cause: 'throttled-by-server',
    why: 'The server answered with an error instead of asking the question for us.',
  },
  {
    id: 'server-silent',
    applies: (seen) => spoiltBy(seen, 'server-silent'),
    result: 'untested',
    cause: 'server-silent',
    why: 'The control probes around this silence were not answered either.',
  },
  {
    id: 'not-asked',
    applies: () => true,
    result: 'untested',
    cause: null,
    why: 'The server cannot ask what would be needed, or the run ended first.',
  },
];

/** Proven: gets out under its own number, and neither a cold packet nor an answer from the alternate address gets in. */
function isClosed(seen: PortEvidence): boolean {
  return isPreserved(seen) && no(seen, 'warm') && coldNotLetIn(seen);
}
