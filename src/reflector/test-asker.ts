import { type Endpoint, endpoint, formatEndpoint } from '../base/index.ts';
import {
  BINDING,
  CHANGE_REQUEST,
  CHANGED_ADDRESS,
  decodeMessage,
  ERROR_CODE,
  encodeMessage,
  FULLCONE_CALLED,
  FULLCONE_CAPABILITIES,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  MAPPED_ADDRESS,
  type Message,
  makeAttribute,
  OTHER_ADDRESS,
  PADDING,
  type RawAttribute,
  RESPONSE_ORIGIN,
  RESPONSE_PORT,
  readAttribute,
  SOURCE_ADDRESS,
  UNKNOWN_ATTRIBUTES,
  XOR_MAPPED_ADDRESS,
} from '../stun/index.ts';
import { type Action, type Capabilities, type RoleName, reflect } from './index.ts';

/** For the tests: one asker, one reflector, and answers in words that are easy to compare. */

export const ID = Uint8Array.from({ length: 12 }, (_, i) => 0xa0 + i);
/** 128 bits that do not begin with the cookie. */
export const OLD_ID = Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i);
export const ASKER = endpoint('203.0.113.44', 9000);

/** Written out, so that the table of roles is compared with something. */
export const ENDPOINTS: Record<RoleName, Endpoint> = {
  primary: endpoint('198.51.100.10', 3478),
  'primary-alternate-port': endpoint('198.51.100.10', 3479),
  alternate: endpoint('198.51.100.20', 3479),
  'alternate-primary-port': endpoint('198.51.100.20', 3478),
};
export const FULL: Capabilities = {
  endpoints: ENDPOINTS,
  alternate: true,
  responsePort: true,
  rfc3489: false,
  announcedRate: 20_000,
  fault: null,
  lab: false,
  tokenKey: new Uint8Array(32).fill(7),
};
export const with3489: Capabilities = { ...FULL, rfc3489: true };

export const raw = (type: number, ...bytes: number[]): RawAttribute => ({ type, value: Uint8Array.from(bytes) });
export const change = (address: boolean, port: boolean, id = ID) =>
  makeAttribute(CHANGE_REQUEST, { address, port }, id);
export const responsePort = (port: number) => makeAttribute(RESPONSE_PORT, port, ID);
export const padding = (length: number) => makeAttribute(PADDING, new Uint8Array(length), ID);

export function request(attributes: readonly RawAttribute[], overrides: Partial<Message> = {}): Uint8Array {
  return encodeMessage({ class: 'request', method: BINDING, transactionId: ID, attributes, ...overrides });
}

export const ask = (attributes: readonly RawAttribute[], capabilities = FULL, at: RoleName = 'primary') =>
  reflect({ bytes: request(attributes), from: ASKER, at, now: 0 }, capabilities);

/** As it is told to an asker who says hello. */
export function tokenFor(from = ASKER, now = 0): Uint8Array {
  const bytes = request([makeAttribute(FULLCONE_HELLO, { version: 1, filler: 0 }, ID)]);
  const action = reflect({ bytes, from, at: 'primary', now }, FULL);
  const decoded = action.kind === 'send' ? decodeMessage(action.bytes) : null;
  const token = decoded?.kind === 'message' ? readAttribute(decoded.message, FULLCONE_TOKEN) : null;
  if (token?.kind !== 'ok') throw new Error('no token');
  return token.value;
}

type Sent = Extract<Action, { kind: 'send' }>;

export function read(action: Exclude<Action, Sent> | Omit<Sent, 'forStranger'>): Record<string, unknown> {
  if (action.kind === 'drop') return { drop: action.why };
  if (action.kind === 'spread') return { from: action.from, answers: action.answers.length };
  if (action.kind === 'call') {
    const { caller, call, from, to, answer } = action;
    const bytes = encodeMessage(answer);
    return { ...read({ kind: 'send', from, to, bytes }), caller, calls: call.ports };
  }
  const decoded = decodeMessage(action.bytes);
  if (decoded.kind !== 'message') throw new Error(decoded.why);
  const { message } = decoded;
  const said: Record<string, unknown> = { class: message.class, from: action.from, to: formatEndpoint(action.to) };
  const attributes = [
    MAPPED_ADDRESS,
    XOR_MAPPED_ADDRESS,
    RESPONSE_ORIGIN,
    OTHER_ADDRESS,
    SOURCE_ADDRESS,
    CHANGED_ADDRESS,
    ERROR_CODE,
    UNKNOWN_ATTRIBUTES,
    FULLCONE_CAPABILITIES,
    FULLCONE_CALLED,
  ] as const;
  for (const attribute of attributes) {
    const result = readAttribute<unknown>(message, attribute);
    if (result?.kind === 'error') throw new Error(result.error);
    if (result) said[attribute.name] = result.value;
  }
  const found = readAttribute(message, PADDING);
  if (found?.kind === 'ok') said['PADDING'] = found.value.length;
  return said;
}

export const failure = (code: number, ...unknown: number[]) => ({
  class: 'error',
  from: 'primary',
  to: '203.0.113.44:9000',
  'ERROR-CODE': { code, reason: code === 400 ? 'Bad Request' : 'Unknown Attribute' },
  ...(unknown.length > 0 ? { 'UNKNOWN-ATTRIBUTES': unknown } : {}),
});
