import { type Endpoint, endpoint, err, formatIp, ok, parseIp, type Result } from '../base/index.ts';
import type { Attribute } from './attribute.ts';
import { putU16, u16 } from './bytes.ts';
import { MAGIC_COOKIE } from './message.ts';

/** RFC 8489 section 14.1: one byte of nothing, the family, the port, the address. */
const IPV4 = 1;
const IPV6 = 2;

function encodeEndpoint({ address, port }: Endpoint): Uint8Array {
  const ip = parseIp(address);
  if (!ip) throw new RangeError(`not an IP address: ${address}`);
  if (port !== (port & 0xffff)) throw new RangeError(`not a port: ${port}`);
  const value = new Uint8Array(4 + ip.length);
  value[1] = ip.length === 4 ? IPV4 : IPV6;
  putU16(value, 2, port);
  value.set(ip, 4);
  return value;
}

function decodeEndpoint(value: Uint8Array): Result<Endpoint, string> {
  if (value.length < 4) return err(`an address of ${value.length} bytes`);
  const family = value[1];
  if (family !== IPV4 && family !== IPV6) return err(`unknown address family ${family}`);
  if (value.length !== (family === IPV4 ? 8 : 20))
    return err(`an address of family ${family} in ${value.length} bytes`);
  return ok(endpoint(formatIp(value, 4), u16(value, 2)));
}

/**
 * RFC 8489 section 14.2: port and address are combined with what follows the length in the header, that
 * is cookie and id. In an RFC 3489 message it is the id of 16 bytes; servers from before the cookie do so.
 */
function xor(value: Uint8Array, transactionId: Uint8Array): Uint8Array {
  const result = new Uint8Array(value);
  for (let i = 2; i < 4 && i < result.length; i++) result[i] = (result[i] ?? 0) ^ keyByte(transactionId, i - 2);
  for (let i = 4; i < result.length; i++) result[i] = (result[i] ?? 0) ^ keyByte(transactionId, i - 4);
  return result;
}

function keyByte(transactionId: Uint8Array, index: number): number {
  if (transactionId.length === 16) return transactionId[index] ?? 0;
  return index < 4 ? (MAGIC_COOKIE >>> (24 - 8 * index)) & 0xff : (transactionId[index - 4] ?? 0);
}

const plain = (type: number, name: string, rfc: string): Attribute<Endpoint> => ({
  type,
  name,
  rfc,
  encode: encodeEndpoint,
  decode: decodeEndpoint,
});

const xored = (type: number, name: string, rfc: string): Attribute<Endpoint> => ({
  type,
  name,
  rfc,
  encode: (value, transactionId) => xor(encodeEndpoint(value), transactionId),
  decode: (value, transactionId) => decodeEndpoint(xor(value, transactionId)),
});

export const MAPPED_ADDRESS = plain(0x0001, 'MAPPED-ADDRESS', 'RFC 8489 14.1');
export const XOR_MAPPED_ADDRESS = xored(0x0020, 'XOR-MAPPED-ADDRESS', 'RFC 8489 14.2');
/** The number of the drafts before RFC 5389; old servers still send it. We only read it. */
export const XOR_MAPPED_ADDRESS_OLD = xored(0x8020, 'XOR-MAPPED-ADDRESS', 'draft-ietf-behave-rfc3489bis-02');
export const ALTERNATE_SERVER = plain(0x8023, 'ALTERNATE-SERVER', 'RFC 8489 14.15');
export const RESPONSE_ORIGIN = plain(0x802b, 'RESPONSE-ORIGIN', 'RFC 5780 7.3');
export const OTHER_ADDRESS = plain(0x802c, 'OTHER-ADDRESS', 'RFC 5780 7.4');
/** Before RFC 5780, this was RESPONSE-ORIGIN. */
export const SOURCE_ADDRESS = plain(0x0004, 'SOURCE-ADDRESS', 'RFC 3489 11.2.5');
/** Before RFC 5780, this was OTHER-ADDRESS. */
export const CHANGED_ADDRESS = plain(0x0005, 'CHANGED-ADDRESS', 'RFC 3489 11.2.3');
