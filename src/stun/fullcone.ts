import { err, ok } from '../base/index.ts';
import { type Attribute, opaque } from './attribute.ts';
import { putU16, putU32, u16, u32 } from './bytes.ts';

/*
 * What goes beyond the standards; docs/protocol.md has the format. The numbers are in the range 0xC000 to 0xFFFF,
 * comprehension-optional and for designated experts (RFC 8489 section 18.3), and assigned to nobody: a server that
 * does not know them skips them.
 */

/** The version that this code speaks. */
export const FULLCONE_VERSION = 1;

/** In a request: "tell me what you can do". */
export interface Hello {
  /** The highest version that the asker understands, 1 to 255. */
  readonly version: number;
  /** Bytes that mean nothing and make the request as long as its answer. */
  readonly filler: number;
}

/** In a success answer: what the reflector can do. */
export interface FullconeCapabilities {
  readonly version: number;
  /** RESPONSE-PORT is served: the cold question can be asked. */
  readonly responsePort: boolean;
  /** CHANGE-REQUEST is served: all four roles are alive. */
  readonly changeRequest: boolean;
  /** FULLCONE-CALL is served. */
  readonly calls: boolean;
  /** Packets per second that one asker may send; 0: no promise beyond RFC 5780 section 5. */
  readonly rate: number;
}

const SHORTEST_HELLO = 4;

export const FULLCONE_HELLO: Attribute<Hello> = {
  type: 0xfc01,
  name: 'FULLCONE-HELLO',
  rfc: 'docs/protocol.md',
  encode({ version, filler }) {
    const value = new Uint8Array(SHORTEST_HELLO + filler);
    value[0] = orThrow(version);
    return value;
  },
  decode(value) {
    const version = value[0] ?? 0;
    if (value.length < SHORTEST_HELLO || version === 0) return err(`FULLCONE-HELLO of ${value.length} bytes`);
    return ok({ version, filler: value.length - SHORTEST_HELLO });
  },
};

const SHORTEST_CAPABILITIES = 8;
const RESPONSE_PORT_FLAG = 0x01;
const CHANGE_REQUEST_FLAG = 0x02;
const CALLS_FLAG = 0x04;

export const FULLCONE_CAPABILITIES: Attribute<FullconeCapabilities> = {
  type: 0xfc02,
  name: 'FULLCONE-CAPABILITIES',
  rfc: 'docs/protocol.md',
  encode({ version, responsePort, changeRequest, calls, rate }) {
    if (rate !== rate >>> 0) throw new RangeError(`not a rate: ${rate}`);
    const value = new Uint8Array(SHORTEST_CAPABILITIES);
    value[0] = orThrow(version);
    value[1] =
      (responsePort ? RESPONSE_PORT_FLAG : 0) | (changeRequest ? CHANGE_REQUEST_FLAG : 0) | (calls ? CALLS_FLAG : 0);
    putU32(value, 4, rate);
    return value;
  },
  decode(value) {
    const [version = 0, flags = 0] = value;
    // Longer is a later version; what version 1 defined stays where it is.
    if (value.length < SHORTEST_CAPABILITIES || version === 0)
      return err(`FULLCONE-CAPABILITIES of ${value.length} bytes`);
    return ok({
      version,
      responsePort: (flags & RESPONSE_PORT_FLAG) !== 0,
      changeRequest: (flags & CHANGE_REQUEST_FLAG) !== 0,
      calls: (flags & CALLS_FLAG) !== 0,
      rate: u32(value, 4),
    });
  },
};

/** Shows that its bearer receives at the address that it was given to; only the reflector that gave it can read it. */
export const FULLCONE_TOKEN = opaque(0xfc03, 'FULLCONE-TOKEN', 'docs/protocol.md', 8, 32);

/** More ports than this nobody may ask for with one request. */
export const MOST_COLD_PORTS = 32;

/** In a request with a token: answers are to come to these ports of the asker, 1 to 32 of them, each 1 to 65535. */
export const FULLCONE_COLD: Attribute<readonly number[]> = {
  type: 0xfc04,
  name: 'FULLCONE-COLD',
  rfc: 'docs/protocol.md',
  encode(ports) {
    if (!areColdPorts(ports)) throw new RangeError(`not a list of ports: ${ports}`);
    const value = new Uint8Array(2 * ports.length);
    for (const [index, port] of ports.entries()) putU16(value, 2 * index, port);
    return value;
  },
  decode(value) {
    const ports = Array.from({ length: value.length >> 1 }, (_, index) => u16(value, 2 * index));
    return value.length % 2 === 0 && areColdPorts(ports) ? ok(ports) : err(`FULLCONE-COLD of ${value.length} bytes`);
  },
};

const areColdPorts = (ports: readonly number[]): boolean =>
  ports.length > 0 &&
  ports.length <= MOST_COLD_PORTS &&
  ports.every((port) => Number.isInteger(port) && port > 0 && port <= 0xffff);

/** As many bytes name a call; they are what is sent to a port that could be reached, followed by the port's number. */
export const CALL_ID_LENGTH = 8;

/** As many ports may be called with one request. */
export const MOST_CALLED_PORTS = 32;

/** "Connect to these TCP ports of mine", or, said again, "what became of it?" */
export interface Call {
  /** 8 random bytes, the asker's choice. */
  readonly id: Uint8Array;
  /** 1 to 32. */
  readonly ports: readonly number[];
}

/** In a request with a token. */
export const FULLCONE_CALL: Attribute<Call> = {
  type: 0xfc05,
  name: 'FULLCONE-CALL',
  rfc: 'docs/protocol.md',
  encode({ id, ports }) {
    if (id.length !== CALL_ID_LENGTH) throw new RangeError(`a call id of ${id.length} bytes`);
    const list = FULLCONE_COLD.encode(ports, id);
    const value = new Uint8Array(CALL_ID_LENGTH + list.length);
    value.set(id);
    value.set(list, CALL_ID_LENGTH);
    return value;
  },
  decode(value, transactionId) {
    if (value.length < CALL_ID_LENGTH) return err(`FULLCONE-CALL of ${value.length} bytes`);
    const ports = FULLCONE_COLD.decode(value.subarray(CALL_ID_LENGTH), transactionId);
    return ports.kind === 'ok' ? ok({ id: value.slice(0, CALL_ID_LENGTH), ports: ports.value }) : ports;
  },
};

/** What is sent to a port that could be reached. */
export function callBytes(id: Uint8Array, port: number): Uint8Array {
  const bytes = new Uint8Array(CALL_ID_LENGTH + 2);
  bytes.set(id);
  putU16(bytes, CALL_ID_LENGTH, port);
  return bytes;
}

/** What became of a call; the numbers on the wire are the places in this list. */
export const CALL_STATES = ['under-way', 'connected', 'refused', 'timed-out', 'unreachable', 'not-called'] as const;

export type CallState = (typeof CALL_STATES)[number];

/** In the answer. */
export interface Called {
  readonly id: Uint8Array;
  readonly ports: readonly { readonly port: number; readonly state: CallState }[];
}

const CALLED_ROW = 4;

export const FULLCONE_CALLED: Attribute<Called> = {
  type: 0xfc06,
  name: 'FULLCONE-CALLED',
  rfc: 'docs/protocol.md',
  encode({ id, ports }) {
    if (id.length !== CALL_ID_LENGTH) throw new RangeError(`a call id of ${id.length} bytes`);
    const value = new Uint8Array(CALL_ID_LENGTH + CALLED_ROW * ports.length);
    value.set(id);
    for (const [index, { port, state }] of ports.entries()) {
      putU16(value, CALL_ID_LENGTH + CALLED_ROW * index, port);
      value[CALL_ID_LENGTH + CALLED_ROW * index + 2] = CALL_STATES.indexOf(state);
    }
    return value;
  },
  decode(value) {
    const rows = (value.length - CALL_ID_LENGTH) / CALLED_ROW;
    if (rows < 1 || !Number.isInteger(rows)) return err(`FULLCONE-CALLED of ${value.length} bytes`);
    const ports = Array.from({ length: rows }, (_, index) => {
      const at = CALL_ID_LENGTH + CALLED_ROW * index;
      return { port: u16(value, at), state: CALL_STATES[value[at + 2] ?? 0] };
    });
    const known = ports.flatMap(({ port, state }) => (state === undefined ? [] : [{ port, state }]));
    return known.length === rows ? ok({ id: value.slice(0, CALL_ID_LENGTH), ports: known }) : err('an unknown state');
  },
};

/** The transaction id of the answer to that port: the port in the place of the request's first two bytes. */
export function coldId(transactionId: Uint8Array, port: number): Uint8Array {
  const id = Uint8Array.from(transactionId);
  putU16(id, 0, port);
  return id;
}

function orThrow(version: number): number {
  if (!Number.isInteger(version) || version < 1 || version > 255) throw new RangeError(`not a version: ${version}`);
  return version;
}
