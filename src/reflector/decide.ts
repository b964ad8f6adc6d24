import type { Endpoint } from '../base/index.ts';
import {
  BAD_REQUEST,
  CHANGE_REQUEST,
  ERROR_CODE,
  type ErrorCode,
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
import { type Capabilities, servesResponsePort } from './capabilities.ts';
import { changedRole, type RoleName } from './roles.ts';

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
export function decide(message: Message, { from, at, now }: Asked, capabilities: Capabilities): Decision {
  const unknown = unknownRequired(message, knownTo(capabilities, message.transactionId.length === 16));
  if (unknown.length > 0) return { kind: 'error', error: UNKNOWN_ATTRIBUTE, unknown };
  const change = readAttribute(message, CHANGE_REQUEST);
  const port = readAttribute(message, RESPONSE_PORT);
  const padding = readAttribute(message, PADDING);
  const cold = message.transactionId.length === 16 ? null : readAttribute(message, FULLCONE_COLD);
  // A long answer to a port that did not ask for it is what nobody may order.
  const contradictory = [port, padding, cold].filter((one) => one !== null).length > 1;
  if (change?.kind === 'error' || port?.kind === 'error' || padding?.kind === 'error' || contradictory) return BAD;
  if (cold?.kind === 'error') return BAD;
  // Nobody can be reached at port 0.
  if (port?.value === 0) return BAD;
  const stays = change === null || capabilities.fault === 'ignores-change-request';
  const role = stays ? at : changedRole(at, change.value);
  if (cold !== null) {
    const token = readAttribute(message, FULLCONE_TOKEN);
    if (token?.kind !== 'ok' || !isTokenOf(token.value, capabilities.tokenKey, from.address, now)) return STALE;
    return { kind: 'cold', from: role, ports: cold.value };
  }
  return {
    kind: 'success',
    from: role,
    port: port === null ? null : port.value,
    // The RFC would have the length of the MTU, which would make a short request a weapon.
    padding: padding === null ? null : Math.min(padding.value.length, MOST_PADDING),
  };
}

/** No token, or one that was given to somebody else, or long ago: ask for a new one. */
const STALE: Decision = { kind: 'error', error: STALE_NONCE, unknown: [] };
const BAD: Decision = { kind: 'error', error: BAD_REQUEST, unknown: [] };
