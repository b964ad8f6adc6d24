import { type Milliseconds, scopeOf } from '../base/index.ts';
import type { LifetimeEvidence, OptInEvidence } from '../evidence/index.ts';

/** Why something that was asked for is not known. */
export type Unasked =
  /** No server answered that has two addresses. */
  | 'server'
  | 'cancelled'
  /** Answers were missing that come on every router: packets were lost, or the path was interrupted. */
  | 'path';

export interface Hairpin {
  readonly result: 'works' | 'does-not' | null;
  /** `no-nat`: the public address is this machine's own. */
  readonly reason: Unasked | 'no-nat' | null;
}

/**
 * RFC 5780 section 4.5. A yes is a packet that came back; a no takes mappings that stayed what they were. `missing`: why,
 * where answers are.
 */
export function judgeHairpin({ answers, steady }: OptInEvidence, missing: Hairpin['reason']): Hairpin {
  if (answers.hairpin === 'yes' || answers['hairpin-back'] === 'yes') return { result: 'works', reason: null };
  const silent = answers.hairpin === 'no' && answers['hairpin-back'] === 'no' && steady;
  return silent ? { result: 'does-not', reason: null } : { result: null, reason: missing };
}

export interface FragmentWay {
  readonly result: 'pass' | 'dropped' | null;
  readonly reason:
    | Unasked
    /** Nothing shows that the server knows PADDING, and so takes and sends what is longer than a packet. */
    | 'no-padding'
    /** Requests did not pass, or the server did not take them, that are long but need no fragments. */
    | 'long-packets'
    /** The answer came, and was too short. */
    | 'short-answer'
    | null;
}

export interface Fragments {
  readonly outward: FragmentWay;
  readonly inward: FragmentWay;
}

/** What fits into an Ethernet frame, less the headers of IPv4 and UDP. */
const UNFRAGMENTED = 1472;

/** RFC 8489 section 14.8; RFC 5780 section 6.1 has it for PADDING with RESPONSE-PORT. */
const BAD_REQUEST = 400;

/**
 * RFC 5780 section 4.7, each direction by itself. A silence is the fragments' if as long a request without fragments is
 * answered, and if the server knows PADDING: who does must take, and send, what is longer than a packet.
 */
export function judgeFragments(evidence: OptInEvidence, missing: Unasked): Fragments {
  return { outward: outwardOf(evidence, missing), inward: inwardOf(evidence, missing) };
}

function outwardOf(evidence: OptInEvidence, missing: Unasked): FragmentWay {
  const answer = evidence.answers['fragments-out'];
  if (answer === 'yes') return { result: 'pass', reason: null };
  return answer === 'no' ? droppedOr(evidence, missing) : unknown(missing);
}

function inwardOf(evidence: OptInEvidence, missing: Unasked): FragmentWay {
  const answer = evidence.answers['fragments-in'];
  if (answer === 'yes') return isLong(evidence) ? { result: 'pass', reason: null } : unknown('short-answer');
  if (evidence.refusals['fragments-in'] !== undefined) return unknown('no-padding');
  return answer === 'no' ? droppedOr(evidence, missing) : unknown(missing);
}

function droppedOr(evidence: OptInEvidence, missing: Unasked): FragmentWay {
  const whole = evidence.answers['fragments-size'];
  if (whole !== 'yes') return unknown(whole === 'no' ? 'long-packets' : missing);
  return knowsPadding(evidence) ? { result: 'dropped', reason: null } : unknown('no-padding');
}

const unknown = (reason: FragmentWay['reason']): FragmentWay => ({ result: null, reason });

const isLong = ({ sizes }: OptInEvidence): boolean => (sizes['fragments-in'] ?? 0) > UNFRAGMENTED;

const knowsPadding = (evidence: OptInEvidence): boolean =>
  isLong(evidence) || evidence.refusals['fragments-known'] === BAD_REQUEST;

export interface Lifetime {
  /** Whole seconds, rounded down: it lives at least so long. null: not even the shortest wait is known. */
  readonly atLeast: number | null;
  /** The same: it lives no longer than this. null: no wait was too long. */
  readonly atMost: number | null;
  /** Why neither is known. */
  readonly reason: Unasked | 'no-response-port' | 'contradictory' | null;
}

const seconds = (time: Milliseconds): number => Math.floor(time / 1_000);

/** RFC 5780 section 4.6, for a mapping that has seen a few packets within a second. */
export function judgeLifetime({ sleeps, roundTrip }: LifetimeEvidence, missing: Lifetime['reason']): Lifetime {
  const lived = sleeps.filter((sleep) => sleep.lived === true);
  const gone = sleeps.filter((sleep) => sleep.lived === false);
  const longest = lived.at(-1);
  const shortest = gone[0];
  if (longest && shortest && longest.wait > shortest.wait)
    return { atLeast: null, atMost: null, reason: 'contradictory' };
  const atLeast = longest ? seconds(longest.idle) : null;
  const atMost = shortest ? seconds(shortest.age + (roundTrip ?? 0)) : null;
  return { atLeast, atMost, reason: longest || shortest ? null : missing };
}

/**
 * What the addresses alone say. `server-inside`: the server sees us by an address that is not of the internet, so that
 * at least one NAT is behind it. `carrier-likely`: our own is one that carriers give to their customers (RFC 6598).
 */
export type AddressNote = 'server-inside' | 'carrier-likely';

export function judgeAddresses(localAddress: string, publicAddress: string | null): AddressNote | null {
  if (publicAddress === null) return null;
  if (scopeOf(publicAddress) !== 'public') return 'server-inside';
  return scopeOf(localAddress) === 'carrier' ? 'carrier-likely' : null;
}
