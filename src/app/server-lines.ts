import { type Endpoint, formatEndpoint, type Milliseconds } from '../base/index.ts';
import type { ServerObservation, ServerQuestion, UnusableAlternate } from '../engine/index.ts';
import { type Outcome, outcomeOf, type ServerEvidence } from '../evidence/index.ts';
import type { DnsError } from '../system/index.ts';

/**
 * What a test of a server has found out, a line each. Each is as it was measured: `not-asked` is no `no`, and `unknown`
 * is what was asked, and left open.
 */
export interface ServerLines {
  readonly name: NameLine;
  readonly answer: AnswerLine;
  readonly second: SecondLine;
  readonly change: ChangeLine;
  readonly cold: ColdLine;
  readonly limits: LimitsLine;
}

/** `is-address`: there is no name. Else what was missing: a name's address, an answer, a second address; or nothing could leave here. */
interface NotAsked<Why extends string = never> {
  readonly kind: 'not-asked';
  readonly why: 'no-name' | 'no-family' | 'not-sent' | Why;
}

interface No<Why extends string> {
  readonly kind: 'no';
  readonly why: Why;
}

/** What came instead of an answer. */
type Failed =
  | No<'silent' | 'invalid'>
  | (No<'refused'> & { readonly code: number })
  | (No<'turned-back'> & { readonly by: string });

export type NameLine =
  | { readonly kind: 'yes'; readonly host: string; readonly addresses: readonly string[] }
  | (No<DnsError['kind']> & { readonly host: string; readonly code: string })
  | { readonly kind: 'not-asked'; readonly why: 'is-address' };

type AnswerLine =
  | { readonly kind: 'yes'; readonly from: string; readonly tookMs: Milliseconds | null }
  | Failed
  | NotAsked;

type SecondLine =
  | { readonly kind: 'yes'; readonly address: string }
  | No<'not-named'>
  | (No<UnusableAlternate> & { readonly address: string })
  | ((Failed | No<'ignored'>) & { readonly address: string })
  | NotAsked<'no-answer'>;

type ChangeLine =
  | { readonly kind: 'yes' }
  | Failed
  | No<'ignored'>
  /** The answer may have been sent, and not let in. */
  | { readonly kind: 'unknown'; readonly why: 'silent' }
  | NotAsked<'no-answer' | 'no-second-address'>;

type ColdLine =
  | { readonly kind: 'yes' }
  | Failed
  /** `elsewhere`: it arrives, but not where the server says that it sees us. */
  | No<'ignored' | 'elsewhere'>
  | NotAsked<'no-answer' | 'no-second-address'>;

type LimitsLine =
  | { readonly kind: 'yes'; readonly packetsPerSecond: number | null; readonly calls: boolean }
  | No<'not-said'>
  | NotAsked<'no-answer'>;

/** Of a server to which nothing was sent. */
export const unasked = (name: NameLine, why: 'no-name' | 'no-family'): ServerLines => {
  const line = { kind: 'not-asked', why } as const;
  return { name, answer: line, second: line, change: line, cold: line, limits: line };
};

export interface Asked {
  readonly name: NameLine;
  readonly primary: Endpoint;
  readonly observations: readonly ServerObservation[];
  readonly seen: ServerEvidence;
  readonly tookMs: Milliseconds | null;
}

export function linesOf({ name, primary, observations, seen, tookMs }: Asked): ServerLines {
  const outcome = (question: ServerQuestion): Outcome => outcomeOf(question, observations, primary.address);
  const first = observations.find((one) => one.kind === 'server-answered' && one.question === 'binding');
  if (first?.kind !== 'server-answered') {
    const answer = noAnswer(outcome('binding'), seen);
    const line = answer.kind === 'no' ? NO_ANSWER : NOT_SENT;
    return { name, answer, second: line, change: line, cold: line, limits: line };
  }
  return {
    name,
    // Two sockets ask the same; both answers have to be right.
    answer:
      outcome('listener-binding').kind === 'invalid'
        ? { kind: 'no', why: 'invalid' }
        : { kind: 'yes', from: formatEndpoint(first.source), tookMs },
    second: secondLine(seen, outcome),
    change: changeLine(seen, outcome),
    cold: coldLine(seen, outcome),
    limits: limitsLine(seen),
  };
}

type Ask = (question: ServerQuestion) => Outcome;

function noAnswer(binding: Outcome, { failure }: ServerEvidence): Failed | NotAsked {
  if (binding.kind === 'ignored') return { kind: 'no', why: 'invalid' };
  const heard = binding.kind === 'refused' || binding.kind === 'invalid';
  return failure && !heard ? NOT_SENT : (failed(binding) ?? NOT_SENT);
}

const NOT_SENT = { kind: 'not-asked', why: 'not-sent' } as const;
const NO_ANSWER = { kind: 'not-asked', why: 'no-answer' } as const;
const NO_SECOND = { kind: 'not-asked', why: 'no-second-address' } as const;

function limitsLine({ allowedRate, calls }: ServerEvidence): LimitsLine {
  if (allowedRate === null && !calls) return { kind: 'no', why: 'not-said' };
  return { kind: 'yes', packetsPerSecond: allowedRate, calls };
}

const ROLES = ['alternate', 'alternate-primary-port', 'primary-alternate-port'] as const;

function secondLine({ other, otherUnusable, alternateAlive }: ServerEvidence, outcome: Ask): SecondLine {
  if (!other) return { kind: 'no', why: 'not-named' };
  const address = formatEndpoint(other);
  if (otherUnusable) return { kind: 'no', why: otherUnusable, address };
  const roles = ROLES.map(outcome);
  if (roles.some(({ kind }) => kind === 'invalid')) return { kind: 'no', why: 'invalid', address };
  if (alternateAlive) return { kind: 'yes', address };
  const trouble = roles.find(({ kind }) => kind !== 'answered') ?? OPEN;
  const no = trouble.kind === 'ignored' ? IGNORED : failed(trouble);
  return no ? { ...no, address } : NOT_SENT;
}

const OPEN = { kind: 'open' } as const;
const IGNORED = { kind: 'no', why: 'ignored' } as const;

function changeLine(seen: ServerEvidence, outcome: Ask): ChangeLine {
  if (seen.changeRequest === 'works') return { kind: 'yes' };
  if (!seen.other || seen.otherUnusable) return NO_SECOND;
  const [alone, both] = [outcome('change-request'), outcome('change-and-response-port')];
  if (alone.kind === 'invalid' || both.kind === 'invalid') return { kind: 'no', why: 'invalid' };
  if (alone.kind === 'ignored' || both.kind === 'ignored') return IGNORED;
  if (alone.kind === 'refused') return { kind: 'no', why: 'refused', code: alone.code };
  if (alone.kind === 'open' && both.kind === 'open') return NO_SECOND;
  // Only where RESPONSE-PORT works had the answer an open way for sure: then its silence is the server's.
  return seen.responsePort ? { kind: 'no', why: 'silent' } : { kind: 'unknown', why: 'silent' };
}

function coldLine(seen: ServerEvidence, outcome: Ask): ColdLine {
  if (seen.responsePort) return { kind: 'yes' };
  if (!seen.other || seen.otherUnusable) return NO_SECOND;
  if (seen.mapsElsewhere) return { kind: 'no', why: 'elsewhere' };
  const relayed = outcome('response-port');
  return relayed.kind === 'ignored' ? IGNORED : (failed(relayed) ?? NO_ANSWER);
}

/** null: it was not asked, or answered. */
function failed(outcome: Outcome): Failed | null {
  switch (outcome.kind) {
    case 'refused':
      return { kind: 'no', why: 'refused', code: outcome.code };
    case 'turned-back':
      return { kind: 'no', why: 'turned-back', by: outcome.by };
    case 'invalid':
    case 'silent':
      return { kind: 'no', why: outcome.kind };
    case 'ignored':
    case 'answered':
    case 'open':
      return null;
    default:
      return outcome satisfies never;
  }
}
