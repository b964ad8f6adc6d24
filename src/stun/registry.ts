import {
  ALTERNATE_SERVER,
  CHANGED_ADDRESS,
  MAPPED_ADDRESS,
  OTHER_ADDRESS,
  RESPONSE_ORIGIN,
  SOURCE_ADDRESS,
  XOR_MAPPED_ADDRESS,
  XOR_MAPPED_ADDRESS_OLD,
} from './address.ts';
import type { Attribute } from './attribute.ts';
import { NONCE, PASSWORD_ALGORITHM, PASSWORD_ALGORITHMS, REALM, USERHASH, USERNAME } from './credentials.ts';
import { CACHE_TIMEOUT, CHANGE_REQUEST, PADDING, RESPONSE_PORT } from './discovery.ts';
import { ERROR_CODE, UNKNOWN_ATTRIBUTES } from './error.ts';
import { FINGERPRINT } from './fingerprint.ts';
import {
  FULLCONE_CALL,
  FULLCONE_CALLED,
  FULLCONE_CAPABILITIES,
  FULLCONE_COLD,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
} from './fullcone.ts';
import { MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256 } from './integrity.ts';
import { ALTERNATE_DOMAIN, SOFTWARE } from './text.ts';

/** All that this codec can spell. What a server or a client *supports* is its own list, and shorter. */
export const ATTRIBUTES: readonly Attribute<unknown>[] = [
  MAPPED_ADDRESS,
  CHANGE_REQUEST,
  SOURCE_ADDRESS,
  CHANGED_ADDRESS,
  USERNAME,
  MESSAGE_INTEGRITY,
  ERROR_CODE,
  UNKNOWN_ATTRIBUTES,
  REALM,
  NONCE,
  MESSAGE_INTEGRITY_SHA256,
  PASSWORD_ALGORITHM,
  USERHASH,
  XOR_MAPPED_ADDRESS,
  PADDING,
  RESPONSE_PORT,
  PASSWORD_ALGORITHMS,
  ALTERNATE_DOMAIN,
  XOR_MAPPED_ADDRESS_OLD,
  SOFTWARE,
  ALTERNATE_SERVER,
  CACHE_TIMEOUT,
  FINGERPRINT,
  RESPONSE_ORIGIN,
  OTHER_ADDRESS,
  FULLCONE_HELLO,
  FULLCONE_CAPABILITIES,
  FULLCONE_TOKEN,
  FULLCONE_COLD,
  FULLCONE_CALL,
  FULLCONE_CALLED,
];

const NAMES = new Map(ATTRIBUTES.map(({ type, name }) => [type, name]));

/** For logs and messages to people: `SOFTWARE`, or `0xc057` where we know no name. */
export const attributeName = (type: number): string => NAMES.get(type) ?? `0x${type.toString(16).padStart(4, '0')}`;
