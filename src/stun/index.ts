/** The wire: STUN messages and their attributes between bytes and values, without socket, clock or purpose. */
export * from './address.ts';
export { type Attribute, isComprehensionRequired, makeAttribute, readAttribute, unknownRequired } from './attribute.ts';
export * from './credentials.ts';
export { type Decoded, decodeMessage } from './decode.ts';
export * from './discovery.ts';
export { encodeMessage } from './encode.ts';
export * from './error.ts';
export * from './fingerprint.ts';
export { type Frame, takeFrame } from './framing.ts';
export * from './fullcone.ts';
export * from './integrity.ts';
export { BINDING, HEADER_LENGTH, MAGIC_COOKIE, type Message, type MessageClass, type RawAttribute } from './message.ts';
export { ATTRIBUTES, attributeName } from './registry.ts';
export type { Check } from './signed.ts';
export { ALTERNATE_DOMAIN, SOFTWARE } from './text.ts';
export { giveToken, isTokenOf } from './token.ts';
