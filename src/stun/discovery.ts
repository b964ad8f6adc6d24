import { err, ok } from '../base/index.ts';
import { type Attribute, opaque } from './attribute.ts';
import { putU16, putU32, u16, u32 } from './bytes.ts';

/** From where the server is to answer. Both false is allowed and means an ordinary answer. */
export interface ChangeRequest {
  readonly address: boolean;
  readonly port: boolean;
}

const CHANGE_ADDRESS = 0x04;
const CHANGE_PORT = 0x02;

export const CHANGE_REQUEST: Attribute<ChangeRequest> = {
  type: 0x0003,
  name: 'CHANGE-REQUEST',
  rfc: 'RFC 5780 7.2',
  encode({ address, port }) {
    const value = new Uint8Array(4);
    putU32(value, 0, (address ? CHANGE_ADDRESS : 0) | (port ? CHANGE_PORT : 0));
    return value;
  },
  decode(value) {
    if (value.length !== 4) return err(`CHANGE-REQUEST of ${value.length} bytes`);
    const flags = u32(value, 0);
    return ok({ address: (flags & CHANGE_ADDRESS) !== 0, port: (flags & CHANGE_PORT) !== 0 });
  },
};

/**
 * The port that the answer goes to. RFC 5780 section 7.5 shows two bytes and "2 bytes of padding"; some
 * count these into the length, others do not. We send 2 and read both.
 */
export const RESPONSE_PORT: Attribute<number> = {
  type: 0x0027,
  name: 'RESPONSE-PORT',
  rfc: 'RFC 5780 7.5',
  encode(port) {
    if (port !== (port & 0xffff)) throw new RangeError(`not a port: ${port}`);
    const value = new Uint8Array(2);
    putU16(value, 0, port);
    return value;
  },
  decode(value) {
    const two = value.length === 2;
    const four = value.length === 4 && u16(value, 2) === 0;
    return two || four ? ok(u16(value, 0)) : err(`RESPONSE-PORT of ${value.length} bytes`);
  },
};

/** Makes a datagram long, for tests of fragments. What is in it means nothing. */
export const PADDING = opaque(0x0026, 'PADDING', 'RFC 5780 7.6');

/** RFC 5780 registers the number and gives the value no form; nobody may need to understand it. */
export const CACHE_TIMEOUT = opaque(0x8027, 'CACHE-TIMEOUT', 'RFC 5780 9.1');
