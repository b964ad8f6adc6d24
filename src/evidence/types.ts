import type { Endpoint, Family, Milliseconds } from '../base/index.ts';
import type { Observation, StrangeAnswer, UnusableAlternate } from '../engine/index.ts';
import type { Pass, Question } from '../plan/index.ts';
import type { SocketFailure } from '../system/index.ts';

/** Why a question has no answer. */
export type Unknown =
  /** The server cannot be asked this. */
  | 'cannot-ask'
  /** There was no need to ask, or the run ended first. */
  | 'not-asked'
  /** Silence, but a control probe was not answered before and after it. */
  | 'server-silent'
  /** Silence; but by then a port that had been let in before was no longer let in either. */
  | 'scan-protection'
  /** Silence, but too much is lost on the way for it to mean anything. */
  | 'loss'
  /** The server answered with an error. */
  | 'refused'
  /** What came as an answer is none: it says at least that something comes. */
  | 'malformed'
  /** The answer to a cold question came after the port had sent packets itself. */
  | 'late';

/** What is known on one question, and from which observations. */
export type Answer =
  | { readonly kind: 'yes'; readonly because: readonly Observation[] }
  | { readonly kind: 'no'; readonly because: readonly Observation[] }
  | { readonly kind: 'unknown'; readonly why: Unknown; readonly because: readonly Observation[] };

export type Listening =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly failure: SocketFailure }
  /** The run ended before its turn. */
  | { readonly kind: 'unknown' };

export type Elsewhere = Extract<Question, 'elsewhere' | 'far-elsewhere' | 'fresh-elsewhere'>;

/** Who has turned back a packet of ours, by ICMP (RFC 792, RFC 4443). */
export interface TurnedBack {
  readonly by: string;
  readonly type: number;
  readonly code: number;
}

/** What the observations of one port add up to. */
export interface PortEvidence {
  readonly port: number;
  readonly listening: Listening;
  readonly answers: Readonly<Record<Question, Answer>>;
  /** The mapping that the primary saw; null: no request of the port was answered. */
  readonly mapped: Endpoint | null;
  /** The mappings that other destinations saw. */
  readonly mappedElsewhere: Readonly<Partial<Record<Elsewhere, Endpoint>>>;
  /** Packets for this port arrived on another checked one. */
  readonly arrivedOn: number | null;
  /** This machine itself did not let a packet of the port out. */
  readonly notSent: SocketFailure | null;
  readonly strange: readonly StrangeAnswer[];
  /** How many answers were seen at this machine's interface, though the socket did not get them. Two are told, not more. */
  readonly heldBack: Readonly<Partial<Record<Question, number>>>;
  /** Where this machine's own NAT has sent answers that came for the port. */
  readonly passedOn: Readonly<Partial<Record<Question, Endpoint>>>;
  /** The first one; null: nobody, as far as could be seen. */
  readonly turnedBack: TurnedBack | null;
}

/** For a while nothing new was let in (`router`), or out (`outbound`), or nobody answered at all (`server`; a router may be why). */
export interface PauseEvidence {
  readonly by: 'router' | 'outbound' | 'server';
  /** That were let in, or asked, before it began; since the pause before it, if there was one. */
  readonly ports: number;
  /** It took so long, counted from the last packet before it. */
  readonly atLeast: Milliseconds;
  /** No longer than this; null: the run ended first. */
  readonly atMost: Milliseconds | null;
}

export interface RunEvidence {
  /** In which the servers were asked. */
  readonly family: Family;
  /** In the order of the plan. */
  readonly ports: readonly PortEvidence[];
  readonly cancelled: boolean;
  /** Public addresses by which the control socket and the ports were seen, each once. */
  readonly publicAddresses: readonly string[];
  /** Ports of this machine that are not checked, as the control probes used them, with their mappings. */
  readonly bystanders: readonly { readonly local: number; readonly mapped: number }[];
  /** The primary saw one and the same socket of the control probes by several mappings. */
  readonly mappingChanges: boolean;
  /** The public address by which the primary saw the control probes; null: several, or none. */
  readonly controlAddress: string | null;
  /** The server said that it was asked too much. */
  readonly throttled: boolean;
  /**
   * Whether the router lets in everybody on a mapping (RFC 4787 section 5: endpoint-independent filtering; or no filter
   * at all), as control sockets met it.
   */
  readonly filter: 'open' | 'closed' | 'unknown';
  /** In the order of time. */
  readonly pauses: readonly PauseEvidence[];
  /** The control sockets could not be used. */
  readonly controlFailure: SocketFailure | null;
}

/** What the questions to a server add up to. */
export interface ServerEvidence {
  readonly binding: 'answered' | 'refused' | 'throttled' | 'malformed' | 'silent' | 'unknown';
  /** Some question had no valid answer, but something that is none, such as no router makes of one. */
  readonly garbled: boolean;
  /** What it sends to the port that it sees us at does not arrive; what it sends to our own number does. No router does that. */
  readonly mapsElsewhere: boolean;
  /** Its answers, all that could be seen to, came more than once. The network may do that, too. */
  readonly repeats: boolean;
  /** Our own address as the server saw it; null: it did not answer. */
  readonly mapped: Endpoint | null;
  /** OTHER-ADDRESS as announced; null: none. */
  readonly other: Endpoint | null;
  readonly otherUnusable: UnusableAlternate | null;
  /** Both alternate roles answered straight. */
  readonly alternateAlive: boolean;
  /** The primary's other port answered too: all four roles live. */
  readonly otherPortAlive: boolean;
  readonly responsePort: boolean;
  readonly changeRequest: 'works' | 'ignored' | 'refused' | 'unknown';
  readonly allowedRate: number | null;
  /** With it, one of our reflectors answers to many ports at once (docs/protocol.md). */
  readonly pass: Pass | null;
  /** It calls TCP ports back, from a second address that is alive. */
  readonly calls: boolean;
  readonly failure: SocketFailure | null;
  /** Who has said that requests do not get there. */
  readonly turnedBack: TurnedBack | null;
}
