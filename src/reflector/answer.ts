import type { Endpoint } from '../base/index.ts';
import {
  type Attribute,
  BINDING,
  type Called,
  CHANGED_ADDRESS,
  coldId,
  ERROR_CODE,
  FULLCONE_CALLED,
  FULLCONE_CAPABILITIES,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  FULLCONE_VERSION,
  giveToken,
  MAPPED_ADDRESS,
  type Message,
  makeAttribute,
  OTHER_ADDRESS,
  PADDING,
  type RawAttribute,
  RESPONSE_ORIGIN,
  readAttribute,
  SOURCE_ADDRESS,
  UNKNOWN_ATTRIBUTES,
  XOR_MAPPED_ADDRESS,
} from '../stun/index.ts';
import { type Capabilities, servesCalls, servesResponsePort } from './capabilities.ts';
import type { Decision } from './decide.ts';
import { ROLES, type RoleName } from './roles.ts';

/** How the two standards name the same four things. */
interface Dialect {
  readonly mapped: readonly Attribute<Endpoint>[];
  readonly origin: Attribute<Endpoint>;
  readonly other: Attribute<Endpoint>;
}

/** RFC 5780 section 6.1: both mapped addresses, so that a NAT that rewrites one of them shows. No SOFTWARE: short. */
const MODERN: Dialect = {
  mapped: [XOR_MAPPED_ADDRESS, MAPPED_ADDRESS],
  origin: RESPONSE_ORIGIN,
  other: OTHER_ADDRESS,
};
/** RFC 3489 section 8.1. */
const OLD: Dialect = { mapped: [MAPPED_ADDRESS], origin: SOURCE_ADDRESS, other: CHANGED_ADDRESS };

const isOld = ({ transactionId }: Message): boolean => transactionId.length === 16;

/** Where a request came from and arrived, and when. */
interface Occasion {
  readonly from: Endpoint;
  readonly at: RoleName;
  readonly now: number;
}

export function successAnswer(
  request: Message,
  { from: asker, at, now }: Occasion,
  { from, padding }: Pick<Decision & { kind: 'success' }, 'from' | 'padding'>,
  capabilities: Capabilities,
): Message {
  const { endpoints, alternate } = capabilities;
  const { mapped, origin, other } = isOld(request) ? OLD : MODERN;
  const make = <T>(attribute: Attribute<T>, value: T) => makeAttribute(attribute, value, request.transactionId);
  const attributes = mapped.map((attribute) => make(attribute, asker));
  attributes.push(make(origin, endpoints[from]));
  // Relative to the role that was asked, whatever CHANGE-REQUEST said (RFC 5780 section 6.1).
  if (alternate) attributes.push(make(other, endpoints[ROLES[at].changed.both]));
  if (padding !== null) attributes.push(make(PADDING, new Uint8Array(padding)));
  return answerTo(request, 'success', attributes.concat(announcement(request, asker.address, now, capabilities)));
}

/** The same as if that port had been named by RESPONSE-PORT. */
export const coldAnswer = (
  request: Message,
  port: number,
  occasion: Occasion,
  { from }: Decision & { kind: 'cold' },
  capabilities: Capabilities,
): Message =>
  successAnswer(
    { ...request, attributes: [], transactionId: coldId(request.transactionId, port) },
    occasion,
    { from, padding: null },
    capabilities,
  );

/** The same, and what became of the ports that were to be called. */
export const calledAnswer = (answer: Message, called: Called): Message => ({
  ...answer,
  attributes: [...answer.attributes, makeAttribute(FULLCONE_CALLED, called, answer.transactionId)],
});

export function errorAnswer(request: Message, { error, unknown }: Decision & { kind: 'error' }): Message {
  const attributes = [makeAttribute(ERROR_CODE, error, request.transactionId)];
  if (unknown.length > 0) {
    // RFC 3489 section 11.2.10: an odd number is made even by repeating one.
    const listed = isOld(request) && unknown.length % 2 === 1 ? [...unknown, ...unknown.slice(0, 1)] : unknown;
    attributes.push(makeAttribute(UNKNOWN_ATTRIBUTES, listed, request.transactionId));
  }
  return answerTo(request, 'error', attributes);
}

/** docs/protocol.md: told to those who ask. */
function announcement(
  request: Message,
  address: string,
  now: number,
  capabilities: Capabilities,
): readonly RawAttribute[] {
  const hello = readAttribute(request, FULLCONE_HELLO);
  if (hello?.kind !== 'ok' || capabilities.fault === 'throttles') return [];
  const announced = {
    version: Math.min(hello.value.version, FULLCONE_VERSION),
    responsePort: servesResponsePort(capabilities),
    changeRequest: capabilities.alternate,
    calls: servesCalls(capabilities),
    rate: capabilities.announcedRate,
  };
  const token = giveToken(capabilities.tokenKey, address, now);
  return [
    makeAttribute(FULLCONE_CAPABILITIES, announced, request.transactionId),
    makeAttribute(FULLCONE_TOKEN, token, request.transactionId),
  ];
}

const answerTo = (
  { transactionId }: Message,
  messageClass: 'success' | 'error',
  attributes: readonly RawAttribute[],
): Message => ({ class: messageClass, method: BINDING, transactionId, attributes });
