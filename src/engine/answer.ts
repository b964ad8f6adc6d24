import { type Endpoint, sameEndpoint, scopeOf, wrappedIpv4 } from '../base/index.ts';
import type { Step } from '../plan/index.ts';
import {
  BINDING,
  type Call,
  type Called,
  CHANGE_REQUEST,
  CHANGED_ADDRESS,
  decodeMessage,
  ERROR_CODE,
  encodeMessage,
  FINGERPRINT,
  FULLCONE_CALL,
  FULLCONE_CALLED,
  FULLCONE_CAPABILITIES,
  FULLCONE_COLD,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  FULLCONE_VERSION,
  MAPPED_ADDRESS,
  type Message,
  makeAttribute,
  OTHER_ADDRESS,
  PADDING,
  type RawAttribute,
  RESPONSE_PORT,
  readAttribute,
  verifyFingerprint,
  XOR_MAPPED_ADDRESS,
  XOR_MAPPED_ADDRESS_OLD,
} from '../stun/index.ts';

export interface RequestOptions {
  readonly change?: { readonly address: boolean; readonly port: boolean } | null;
  readonly responsePort?: number | null;
  /** Hexadecimal, as the same server gave it: it answers its bearer as often as it is asked. */
  readonly token?: string | null;
  /** Asks one of our reflectors what it allows. */
  readonly hello?: boolean;
  /** Makes the request longer by so many bytes and four, and by nothing else: every server skips them. */
  readonly filler?: number;
  /** Bytes of PADDING, a multiple of four; the answer has some, too (RFC 5780 section 7.6). */
  readonly padding?: number;
}

/** Makes the request as long as the longest answer to it, over IPv6: whoever forges its source gains nothing. */
const HELLO_FILLER = 120;

/** A Binding request (RFC 8489 section 3) with what RFC 5780 adds. */
export function bindingRequest(transactionId: Uint8Array, options: RequestOptions = {}): Uint8Array {
  const { change = null, responsePort = null, token = null, hello = false } = options;
  const { filler = hello ? HELLO_FILLER : null, padding } = options;
  const attributes: RawAttribute[] = [];
  if (token !== null) attributes.push(makeAttribute(FULLCONE_TOKEN, Buffer.from(token, 'hex'), transactionId));
  if (change) attributes.push(makeAttribute(CHANGE_REQUEST, change, transactionId));
  if (responsePort !== null) attributes.push(makeAttribute(RESPONSE_PORT, responsePort, transactionId));
  if (padding !== undefined) attributes.push(makeAttribute(PADDING, new Uint8Array(padding), transactionId));
  if (filler !== null)
    attributes.push(makeAttribute(FULLCONE_HELLO, { version: FULLCONE_VERSION, filler }, transactionId));
  return encodeMessage({ class: 'request', method: BINDING, transactionId, attributes });
}

/** Asks one of our reflectors for an answer to each of these ports (docs/protocol.md). */
export function coldRequest(
  transactionId: Uint8Array,
  change: Step['change'],
  token: string,
  ports: readonly number[],
): Uint8Array {
  const attributes = [
    makeAttribute(FULLCONE_TOKEN, Buffer.from(token, 'hex'), transactionId),
    makeAttribute(FULLCONE_COLD, ports, transactionId),
  ];
  if (change) attributes.push(makeAttribute(CHANGE_REQUEST, change, transactionId));
  return encodeMessage({ class: 'request', method: BINDING, transactionId, attributes });
}

/** Asks one of our reflectors to call TCP ports, or what became of it. */
export function callRequest(transactionId: Uint8Array, token: string, call: Call): Uint8Array {
  const attributes = [
    makeAttribute(FULLCONE_TOKEN, Buffer.from(token, 'hex'), transactionId),
    makeAttribute(FULLCONE_CALL, call, transactionId),
  ];
  return encodeMessage({ class: 'request', method: BINDING, transactionId, attributes });
}

/** What the reflector says of its calls; null: nothing, or nothing that can be understood. */
export const readCalled = (message: Message): Called | null => value(message, FULLCONE_CALLED);

/** What a datagram that may be an answer says. */
export type Answer =
  | {
      readonly kind: 'success';
      readonly transactionId: Uint8Array;
      readonly mapped: Endpoint;
      readonly message: Message;
    }
  | { readonly kind: 'error'; readonly transactionId: Uint8Array; readonly code: number }
  | { readonly kind: 'invalid'; readonly transactionId: Uint8Array; readonly what: 'malformed' | 'no-mapping' }
  | { readonly kind: 'nothing' };

const NOTHING: Answer = { kind: 'nothing' };

export function readAnswer(bytes: Uint8Array): Answer {
  const decoded = decodeMessage(bytes);
  if (decoded.kind === 'malformed') return malformed(bytes);
  if (decoded.kind === 'not-stun') return NOTHING;
  const { message } = decoded;
  if (isDamaged(message, bytes)) return malformed(bytes);
  const { transactionId } = message;
  if (message.class !== 'success' && message.class !== 'error') return NOTHING;
  if (message.method !== BINDING) return { kind: 'invalid', transactionId, what: 'malformed' };
  if (message.class === 'error') return readError(message);
  const mapped = mappingOf(message);
  return mapped === null
    ? { kind: 'invalid', transactionId, what: 'no-mapping' }
    : { kind: 'success', transactionId, mapped, message };
}

/** Its checksum is wrong, so that any of its bytes may be (RFC 8489 section 14.7); looked for only where there is one. */
const isDamaged = ({ attributes }: Message, bytes: Uint8Array): boolean =>
  attributes.some(({ type }) => type === FINGERPRINT.type) && verifyFingerprint(bytes) === 'invalid';

const MAPPINGS = [XOR_MAPPED_ADDRESS, XOR_MAPPED_ADDRESS_OLD, MAPPED_ADDRESS];

/**
 * Null: none that anybody could have. Where two differ one of them is wrong, and nobody knows which; unless the one in
 * clear was made a private one, as a router does that looks for addresses in packets (RFC 5780 section 6.1).
 */
function mappingOf(message: Message): Endpoint | null {
  const named: (Endpoint | null)[] = [];
  for (const attribute of MAPPINGS) {
    const read = readAttribute(message, attribute);
    if (read) named.push(read.kind === 'ok' ? unwrapped(read.value) : null);
  }
  const [first, ...others] = named;
  if (!first || !isPossible(first)) return null;
  const agree = others.every((other) => other && (sameEndpoint(other, first) || isRewritten(other, first)));
  return agree ? first : null;
}

const isPossible = ({ address, port }: Endpoint): boolean => port !== 0 && isSomebodys(address);

/** The answers of thousands of ports name the same address: to read it again costs as much as the rest of the answer. */
const isSomebodys = lastOnly((address) => scopeOf(address) !== 'special');

function lastOnly<T>(judge: (text: string) => T): (text: string) => T {
  let [last, judged]: [string, T] = ['', judge('')];
  return (text) => {
    if (text !== last) [last, judged] = [text, judge(text)];
    return judged;
  };
}

const isRewritten = (clear: Endpoint, hidden: Endpoint): boolean =>
  scopeOf(clear.address) === 'private' && scopeOf(hidden.address) === 'public';

/** So a server tells an IPv4 address that hears both families with one socket. */
const unwrapped = ({ address, port }: Endpoint): Endpoint => ({ address: wrappedIpv4(address) ?? address, port });

/** The transaction id of a Binding request: one of our own may come back. null: it is none. */
export function readRequest(bytes: Uint8Array): Uint8Array | null {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'message') return null;
  const { message } = decoded;
  return message.class === 'request' && message.method === BINDING ? message.transactionId : null;
}

/** What a server says of itself; the ports do not care. */
export function readServer(message: Message): {
  readonly other: Endpoint | null;
  readonly allowedRate: number | null;
  readonly token: string | null;
  readonly calls: boolean;
} {
  const other = value(message, OTHER_ADDRESS) ?? value(message, CHANGED_ADDRESS);
  const token = value(message, FULLCONE_TOKEN);
  return {
    other,
    allowedRate: value(message, FULLCONE_CAPABILITIES)?.rate || null,
    calls: value(message, FULLCONE_CAPABILITIES)?.calls ?? false,
    token: token && Buffer.from(token).toString('hex'),
  };
}

/** A server error (RFC 8489 section 14.8) may be over at the next try. */
export const isTransient = (code: number): boolean => code >= 500;

function readError(message: Message): Answer {
  const { transactionId } = message;
  const error = value(message, ERROR_CODE);
  return error
    ? { kind: 'error', transactionId, code: error.code }
    : { kind: 'invalid', transactionId, what: 'malformed' };
}

/** A message whose inside is broken may still name the request that it pretends to answer. */
const malformed = (bytes: Uint8Array): Answer =>
  bytes.length >= 20 ? { kind: 'invalid', transactionId: bytes.subarray(8, 20), what: 'malformed' } : NOTHING;

function value<T>(message: Message, attribute: Parameters<typeof readAttribute<T>>[1]): T | null {
  const read = readAttribute(message, attribute);
  return read?.kind === 'ok' ? read.value : null;
}
