import { familyOf, scopeOf } from '../base/index.ts';
import type { ServerEvidence } from '../evidence/index.ts';
import type { DnsError } from '../system/index.ts';
import type { ServerState, ServerVerdict } from './types.ts';

export interface ServerIdentity {
  readonly name: string;
  readonly address: string | null;
  readonly port: number;
}

/** A name without an address. */
export const unresolvable = (server: ServerIdentity, error: DnsError): ServerVerdict => ({
  ...server,
  state: 'unresolvable',
  otherAddress: null,
  detail: error.kind,
});

/** This machine has no address of the family in which it was to be asked: nothing was sent. */
export const outOfFamily = (server: ServerIdentity): ServerVerdict => ({
  ...server,
  state: 'unreachable',
  otherAddress: null,
  detail: 'no-family',
});

export function judgeServer(server: ServerIdentity, seen: ServerEvidence): ServerVerdict {
  const { state, detail } = stateOf(seen, server.address);
  const verdict = { ...server, state, detail, otherAddress: seen.other };
  return state === 'unreachable' && seen.turnedBack ? { ...verdict, turnedBack: seen.turnedBack } : verdict;
}

interface StateAndDetail {
  readonly state: ServerState;
  readonly detail: string | null;
}

function stateOf(seen: ServerEvidence, address: string | null): StateAndDetail {
  switch (seen.binding) {
    case 'answered':
      return isOtherFamily(seen, address) ? TRANSLATED : alternateState(seen, address);
    case 'malformed':
      return { state: 'malformed', detail: 'no-valid-answer' };
    case 'refused':
      return { state: 'malformed', detail: 'error-answer' };
    case 'throttled':
      return { state: 'throttling', detail: 'error-answer' };
    case 'silent':
    case 'unknown':
      return { state: 'unreachable', detail: seen.failure?.code ?? (seen.turnedBack ? 'turned-back' : null) };
    default:
      return seen.binding satisfies never;
  }
}

/** It was asked over one family, and saw us in the other: a translator (NAT64) is in between. */
const isOtherFamily = ({ mapped }: ServerEvidence, address: string | null): boolean =>
  address !== null && mapped !== null && familyOf(mapped.address) !== familyOf(address);

const TRANSLATED: StateAndDetail = { state: 'no-second-address', detail: 'wrong-family' };

function alternateState(seen: ServerEvidence, address: string | null): StateAndDetail {
  if (seen.garbled) return { state: 'malformed', detail: 'no-valid-answer' };
  if (seen.mapsElsewhere) return { state: 'malformed', detail: 'maps-elsewhere' };
  if (!seen.other) return { state: 'no-second-address', detail: null };
  if (seen.otherUnusable)
    return {
      state: isUntrue(seen.otherUnusable, address) ? 'malformed' : 'no-second-address',
      detail: seen.otherUnusable,
    };
  if (!seen.alternateAlive) return { state: 'no-second-address', detail: 'alternate-silent' };
  if (seen.changeRequest === 'ignored') return { state: 'basic', detail: 'ignores-change-request' };
  if (seen.changeRequest === 'refused') return { state: 'no-second-address', detail: 'refuses-change-request' };
  // Where RESPONSE-PORT works, the answer to a CHANGE-REQUEST had an open way: its silence is the server's.
  if (seen.changeRequest === 'unknown' && seen.responsePort) return { state: 'basic', detail: 'change-request-silent' };
  if (!seen.responsePort) return { state: 'ok', detail: 'no-response-port' };
  return { state: 'ok', detail: seen.repeats ? 'answers-repeated' : null };
}

/**
 * Its own address is no second one, and a private one is nobody's in the internet (RFC 5780 section 7.4): no router on the
 * way makes that of another. A server that is asked at a private address may have a second one of its kind.
 */
const isUntrue = (unusable: string, address: string | null): boolean =>
  unusable === 'same-address' || (unusable === 'not-public' && address !== null && scopeOf(address) === 'public');

/** What is wrong is its word for a second address, and nothing else. */
const NAMES_WRONG: ReadonlySet<string> = new Set(['same-address', 'not-public']);

/** Whether inbound questions can be asked of this server. */
export const canAskInbound = ({ state }: ServerVerdict): boolean => state === 'ok';

/** Whether at least outbound questions can. */
export const canAskOutbound = ({ state, detail }: ServerVerdict): boolean =>
  state === 'ok' ||
  state === 'basic' ||
  state === 'no-second-address' ||
  (state === 'malformed' && NAMES_WRONG.has(detail ?? ''));
