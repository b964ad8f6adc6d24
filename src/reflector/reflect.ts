import { type Endpoint, sameEndpoint } from '../base/index.ts';
import {
  BINDING,
  type Call,
  type Called,
  decodeMessage,
  encodeMessage,
  type Message,
  SERVER_ERROR,
} from '../stun/index.ts';
import { calledAnswer, coldAnswer, errorAnswer, successAnswer } from './answer.ts';
import type { Capabilities } from './capabilities.ts';
import { type Decision, decide, showsToken } from './decide.ts';
import { ROLE_NAMES, type RoleName } from './roles.ts';
import type { Strangers } from './strangers.ts';

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
  | 'own-address'
  /** A stranger who has been told that it is too much. */
  | 'over-budget';

/** One packet. */
export interface Letter {
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** TCP ports of the asker are to be called, unless they have been; the answer goes out at once. */
export interface CallAction {
  readonly kind: 'call';
  readonly from: RoleName;
  readonly to: Endpoint;
  /** Whole but for the states of the ports; `callAnswer` adds them. */
  readonly answer: Message;
  /** From the address of this role. */
  readonly caller: RoleName;
  /** Its ports are those of the address `to`. */
  readonly call: Call;
}

export type Action =
  | {
      readonly kind: 'send';
      readonly from: RoleName;
      readonly to: Endpoint;
      readonly bytes: Uint8Array;
      /** Longer than the request, and for one who has not shown that he receives there: `admit` counts it. */
      readonly forStranger: boolean;
    }
  | CallAction
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
  const why = unanswerable(decoded.message, datagram.from, capabilities);
  if (why !== null) return { kind: 'drop', why };
  return answer(decoded.message, datagram, decide(decoded.message, datagram, capabilities), capabilities);
}

/**
 * The same action, unless it is for a stranger who asks too often: then a word that the server can do no more (RFC 8489
 * section 14.8), which a client does not take for a firewall, and soon nothing.
 */
export function admit(action: Action, datagram: Datagram, strangers: Strangers): Action {
  if (action.kind !== 'send' || !action.forStranger) return action;
  const given = strangers.ask(datagram.from.address, datagram.now);
  if (given === 'answer') return action;
  const instead = given === 'refusal' ? refusal(datagram) : null;
  return instead ?? { kind: 'drop', why: 'over-budget' };
}

/** Without a reason it is 28 bytes: the shortest request has 20, and one with CHANGE-REQUEST as many. */
function refusal({ bytes, from, at }: Datagram): Action | null {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'message') return null;
  const error = { code: SERVER_ERROR.code, reason: '' };
  const message = errorAnswer(decoded.message, { kind: 'error', error, unknown: [] });
  return { kind: 'send', from: at, to: from, bytes: encodeMessage(message), forStranger: true };
}

/** What is sent when the table of calls has been asked. */
export const callAnswer = ({ answer }: CallAction, called: Called): Uint8Array =>
  encodeMessage(calledAnswer(answer, called));

function answer(message: Message, datagram: Datagram, decision: Decision, capabilities: Capabilities): Action {
  const { from: asker, at } = datagram;
  const send = (from: RoleName, to: Endpoint, answer: Message): Action => {
    const bytes = encodeMessage(answer);
    const isLonger = bytes.length > datagram.bytes.length && !showsToken(message, datagram, capabilities);
    const forStranger = isLonger || capabilities.fault === 'throttles';
    return { kind: 'send', from, to, bytes, forStranger };
  };
  switch (decision.kind) {
    case 'error':
      return send(at, asker, errorAnswer(message, decision));
    case 'cold': {
      const answers = decision.ports.map((port) => ({
        to: { address: asker.address, port },
        bytes: encodeMessage(coldAnswer(message, port, datagram, decision, capabilities)),
      }));
      return { kind: 'spread', from: decision.from, answers };
    }
    case 'call': {
      const { from, caller, call } = decision;
      const success = successAnswer(message, datagram, { from, padding: null }, capabilities);
      if (caller !== null) return { kind: 'call', from, to: asker, answer: success, caller, call };
      return send(from, asker, calledAnswer(success, notCalled(call)));
    }
    case 'success': {
      const to = decision.port === null ? asker : { address: asker.address, port: decision.port };
      return send(decision.from, to, successAnswer(message, datagram, decision, capabilities));
    }
    default:
      return decision satisfies never;
  }
}

const notCalled = ({ id, ports }: Call): Called => ({
  id,
  ports: ports.map((port) => ({ port, state: 'not-called' })),
});

/** RFC 8489 section 6.3: what is not a request of a known method is discarded without a word. */
function unanswerable(message: Message, asker: Endpoint, capabilities: Capabilities): DropReason | null {
  if (message.class === 'indication') return 'indication';
  if (message.class !== 'request') return 'answer';
  if (message.method !== BINDING) return 'other-method';
  if (message.transactionId.length === 16 && !capabilities.rfc3489) return 'rfc3489';
  if (asker.port === 0) return 'no-source-port';
  return ROLE_NAMES.some((role) => sameEndpoint(capabilities.endpoints[role], asker)) ? 'own-address' : null;
}
