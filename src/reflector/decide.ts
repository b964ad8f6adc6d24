import type { Endpoint } from '../base/index.ts';
import {
  BAD_REQUEST,
  type Call,
  CHANGE_REQUEST,
  ERROR_CODE,
  type ErrorCode,
  FULLCONE_CALL,
  FULLCONE_COLD,
  FULLCONE_TOKEN,
  isTokenOf,
  MAPPED_ADDRESS,
  MESSAGE_INTEGRITY,
  MESSAGE_INTEGRITY_SHA256,
  type Message,
  NONCE,
  PADDING,
  PASSWORD_ALGORITHM,
  REALM,
  RESPONSE_PORT,
  readAttribute,
  STALE_NONCE,
  UNKNOWN_ATTRIBUTE,
  UNKNOWN_ATTRIBUTES,
  USERHASH,
  USERNAME,
  unknownRequired,
  XOR_MAPPED_ADDRESS,
} from '../stun/index.ts';
import { type Capabilities, mayCall, servesCalls, servesResponsePort } from './capabilities.ts';
import { changedRole, ROLES, type RoleName } from './roles.ts';

/** What a request is due, before anything is written. */
export type Decision =
  | {
      readonly kind: 'success';
      readonly from: RoleName;
      /** null: where the request came from. */
      readonly port: number | null;
      /** Bytes of PADDING; null: none was asked for. */
      readonly padding: number | null;
    }
  /** One answer to each of these ports of the asker, which has a token. */
  | { readonly kind: 'cold'; readonly from: RoleName; readonly ports: readonly number[] }
  /** TCP ports of the asker, which has a token, are to be called from there; null: not at this address. */
  | { readonly kind: 'call'; readonly from: RoleName; readonly caller: RoleName | null; readonly call: Call }
  | { readonly kind: 'error'; readonly error: ErrorCode; readonly unknown: readonly number[] };

/**
 * Attributes of RFC 8489 that change nothing here: of answers, which in a request "are ignored" (section 6.3), and
 * of authentication, which nobody needs. In RFC 3489 the same numbers mean the same.
 */
const IGNORED: readonly number[] = [
  MAPPED_ADDRESS,
  XOR_MAPPED_ADDRESS,
  ERROR_CODE,
  UNKNOWN_ATTRIBUTES,
  USERNAME,
  USERHASH,
  REALM,
  NONCE,
  PASSWORD_ALGORITHM,
  MESSAGE_INTEGRITY,
  MESSAGE_INTEGRITY_SHA256,
].map(({ type }) => type);

/** What this server supports, which is less than what the codec can spell; what is not served is not known. */
const known = (...served: readonly { readonly type: number }[]): ReadonlySet<number> =>
  new Set([...IGNORED, ...served.map(({ type }) => type)]);

const KNOWN = {
  neither: known(PADDING),
  changeRequest: known(PADDING, CHANGE_REQUEST),
  responsePort: known(PADDING, RESPONSE_PORT),
  both: known(PADDING, CHANGE_REQUEST, RESPONSE_PORT),
};

/** RFC 3489 has CHANGE-REQUEST; its RESPONSE-ADDRESS would send packets to strangers and is never known. */
const KNOWN_OLD = { neither: known(), changeRequest: known(CHANGE_REQUEST) };

function knownTo(capabilities: Capabilities, old: boolean): ReadonlySet<number> {
  const { alternate } = capabilities;
  if (old) return alternate ? KNOWN_OLD.changeRequest : KNOWN_OLD.neither;
  if (servesResponsePort(capabilities)) return alternate ? KNOWN.both : KNOWN.responsePort;
  return alternate ? KNOWN.changeRequest : KNOWN.neither;
}

const MOST_PADDING = 1500;

/** Who asked, where, and when. */
interface Asked {
  readonly from: Endpoint;
  readonly at: RoleName;
  readonly now: number;
}

/** RFC 8489 section 6.3.1 and RFC 5780 section 6.1, for a Binding request that arrived at `at`. */
export function decide(message: Message, asked: Asked, capabilities: Capabilities): Decision {
  const unknown = unknownRequired(message, knownTo(capabilities, isOld(message)));
  if (unknown.length > 0) return { kind: 'error', error: UNKNOWN_ATTRIBUTE, unknown };
  const change = readAttribute(message, CHANGE_REQUEST);
  const port = readAttribute(message, RESPONSE_PORT);
  const padding = readAttribute(message, PADDING);
  const order = readOrder(message, capabilities);
  // A long answer to a port that did not ask for it is what nobody may order.
  const contradictory = [port, padding, order].filter((one) => one !== null).length > 1;
  if (change?.kind === 'error' || port?.kind === 'error' || padding?.kind === 'error' || contradictory) return BAD;
  // Nobody can be reached at port 0.
  if (order?.kind === 'error' || port?.value === 0) return BAD;
  const stays = change === null || capabilities.fault === 'ignores-change-request';
  const from = stays ? asked.at : changedRole(asked.at, change.value);
  if (order !== null) return showsToken(message, asked, capabilities) ? obey(order, from, asked, capabilities) : STALE;
  return {
    kind: 'success',
    from,
    port: port === null ? null : port.value,
    // The RFC would have the length of the MTU, which would make a short request a weapon.
    padding: padding === null ? null : Math.min(padding.value.length, MOST_PADDING),
  };
}

const isOld = ({ transactionId }: Message): boolean => transactionId.length === 16;

/** What only those may ask for who have a token. */
type Order =
  | { readonly kind: 'cold'; readonly ports: readonly number[] }
  | { readonly kind: 'call'; readonly call: Call };

/** null: nothing of that kind. An error, too, is more than one of them. */
function readOrder(message: Message, capabilities: Capabilities): Order | { readonly kind: 'error' } | null {
  if (isOld(message)) return null;
  const cold = readAttribute(message, FULLCONE_COLD);
  const call = servesCalls(capabilities) ? readAttribute(message, FULLCONE_CALL) : null;
  if (cold?.kind === 'error' || call?.kind === 'error' || (cold && call)) return { kind: 'error' };
  if (cold) return { kind: 'cold', ports: cold.value };
  return call && { kind: 'call', call: call.value };
}

/** One that is too old, or that nobody here gave, is none. */
export function showsToken(message: Message, { from, now }: Asked, { tokenKey }: Capabilities): boolean {
  const token = readAttribute(message, FULLCONE_TOKEN);
  return token?.kind === 'ok' && isTokenOf(token.value, tokenKey, from.address, now);
}

function obey(order: Order, from: RoleName, asked: Asked, capabilities: Capabilities): Decision {
  if (order.kind === 'cold') return { kind: 'cold', from, ports: order.ports };
  // The asker has sent to one address; from the other one the call is of somebody whom his router does not know.
  const caller = mayCall(asked.from.address, capabilities) ? ROLES[asked.at].changed.address : null;
  return { kind: 'call', from, caller, call: order.call };
}

/** No token, or one that was given to somebody else, or long ago: ask for a new one. */
const STALE: Decision = { kind: 'error', error: STALE_NONCE, unknown: [] };
const BAD: Decision = { kind: 'error', error: BAD_REQUEST, unknown: [] };
