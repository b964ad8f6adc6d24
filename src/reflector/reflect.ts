import { type Endpoint, sameEndpoint } from '../base/index.ts';
import { BINDING, decodeMessage, type Message } from '../stun/index.ts';
import { coldAnswer, errorAnswer, successAnswer } from './answer.ts';
import type { Capabilities } from './capabilities.ts';
import { decide } from './decide.ts';
import { ROLE_NAMES, type RoleName } from './roles.ts';

export interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
  /** The role that received it. */
  readonly at: RoleName;
  /** Seconds, of a clock that does not go back. */
  readonly now: number;
}

/** Why there is no answer; each is a counter. */
export type DropReason =
  /** Another protocol. */
  | 'not-stun'
  /** The magic cookie is there, and the rest is damaged. */
  | 'malformed'
  /** No magic cookie, and RFC 3489 was not opted in. */
  | 'rfc3489'
  /** Answering an answer would be a loop. */
  | 'answer'
  | 'indication'
  | 'other-method'
  /** Nobody can be answered at port 0. */
  | 'no-source-port'
  /** It claims to come from ourselves: forged, and an answer would be a loop. */
  | 'own-address';

/** One packet. */
export interface Letter {
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

export type Action =
  | { readonly kind: 'send'; readonly from: RoleName; readonly to: Endpoint; readonly bytes: Uint8Array }
  /** Several answers to one request, to several ports of its sender. */
  | { readonly kind: 'spread'; readonly from: RoleName; readonly answers: readonly Letter[] }
  | { readonly kind: 'drop'; readonly why: DropReason };

/**
 * What to do about one datagram. Source addresses can be forged, so nothing is ever sent to an address other than
 * the one that asked; RESPONSE-PORT changes the port alone, and of success answers only: an error is about the
 * request, and must reach who wrote it.
 */
export function reflect(datagram: Datagram, capabilities: Capabilities): Action {
  const decoded = decodeMessage(datagram.bytes);
  if (decoded.kind !== 'message') return { kind: 'drop', why: decoded.kind };
  const { message } = decoded;
  const { from: asker, at } = datagram;
  const why = unanswerable(message, asker, capabilities);
  if (why !== null) return { kind: 'drop', why };
  const decision = decide(message, datagram, capabilities);
  if (decision.kind === 'error') return { kind: 'send', from: at, to: asker, bytes: errorAnswer(message, decision) };
  if (decision.kind === 'cold') {
    const answers = decision.ports.map((port) => ({
      to: { address: asker.address, port },
      bytes: coldAnswer(message, port, datagram, decision, capabilities),
    }));
    return { kind: 'spread', from: decision.from, answers };
  }
  const to = decision.port === null ? asker : { address: asker.address, port: decision.port };
  const bytes = successAnswer(message, datagram, decision, capabilities);
  return { kind: 'send', from: decision.from, to, bytes };
}

/** RFC 8489 section 6.3: what is not a request of a known method is discarded without a word. */
function unanswerable(message: Message, asker: Endpoint, capabilities: Capabilities): DropReason | null {
  if (message.class === 'indication') return 'indication';
  if (message.class !== 'request') return 'answer';
  if (message.method !== BINDING) return 'other-method';
  if (message.transactionId.length === 16 && !capabilities.rfc3489) return 'rfc3489';
  if (asker.port === 0) return 'no-source-port';
  return ROLE_NAMES.some((role) => sameEndpoint(capabilities.endpoints[role], asker)) ? 'own-address' : null;
}
