import { type Endpoint, formatEndpoint, type Milliseconds } from '../base/index.ts';
import {
  type Attribute,
  CALL_STATES,
  decodeMessage,
  ERROR_CODE,
  encodeMessage,
  FINGERPRINT,
  FULLCONE_CALLED,
  FULLCONE_CAPABILITIES,
  FULLCONE_TOKEN,
  MAPPED_ADDRESS,
  type Message,
  makeAttribute,
  OTHER_ADDRESS,
  RESPONSE_PORT,
  readAttribute,
  XOR_MAPPED_ADDRESS,
} from '../stun/index.ts';
import type { System, UdpSocket } from '../system/index.ts';

/*
 * For tests: a server that lies. It is our reflector, whose answers are changed between it and its sockets.
 */

/** An address of the reflector's machine that no role of this one has. */
export const THIRD = '198.51.100.30';

/** One datagram that leaves, as the reflector meant it. */
export interface Truth {
  readonly bytes: Uint8Array;
  /** null: no STUN. */
  readonly message: Message | null;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** 0 <= x < 1; the same seed, the same numbers. */
  readonly draw: () => number;
}

/** What leaves instead. */
export interface Letter {
  readonly bytes: Uint8Array;
  /** Where it comes from; absent: from where it was meant to. */
  readonly from?: Endpoint;
  readonly after?: Milliseconds;
}

export type Lie = (truth: Truth) => readonly Letter[];

export interface Lying {
  readonly lies: readonly Lie[];
  /** Answers that are left alone at first. */
  readonly honest: number;
  /** How many of the later ones are changed, 0 to 1. */
  readonly share: number;
  /** Which of them may be changed at all. */
  readonly about: (truth: Pick<Truth, 'from' | 'to'>) => boolean;
  readonly seed: number;
}

/** The reflector's machine, with somebody between the program and its sockets. */
export function lying(system: System, { lies, honest, share, about, seed }: Lying): System {
  const draw = drawing(seed);
  const sockets = new Map<string, UdpSocket>();
  let count = 0;
  const socketAt = (local: Endpoint): { send: UdpSocket['send'] } => {
    const known = sockets.get(formatEndpoint(local));
    return known ?? openLate(system, local, (socket) => sockets.set(formatEndpoint(local), socket));
  };
  const post = (bytes: Uint8Array, from: Endpoint, to: Endpoint, after: Milliseconds) =>
    void system.clock.at(system.clock.now() + after, () => socketAt(from).send(bytes.subarray(0, LARGEST), to));
  const send = (bytes: Uint8Array, from: Endpoint, to: Endpoint): void => {
    const lie = lies[Math.floor(draw() * lies.length)];
    if (!lie || count++ < honest || draw() >= share || !about({ from, to })) return post(bytes, from, to, 0);
    const decoded = decodeMessage(bytes);
    const message = decoded.kind === 'message' ? decoded.message : null;
    for (const letter of lie({ bytes, message, from, to, draw }))
      post(letter.bytes, letter.from ?? from, to, letter.after ?? 0);
  };
  return {
    ...system,
    udp: {
      ...system.udp,
      open(local, handlers, load) {
        const socket = system.udp.open(local, handlers, load);
        sockets.set(formatEndpoint(local), socket);
        const close = (): void => {
          for (const one of sockets.values()) one.close();
        };
        return { send: (bytes, to) => send(bytes.slice(), local, to), close };
      },
    },
  };
}

const LARGEST = 65_507;
const ignore = (): void => undefined;

/** A socket that the reflector itself does not have; what is sent at once leaves when it is bound. */
function openLate(system: System, local: Endpoint, opened: (socket: UdpSocket) => void): UdpSocket {
  const waiting: (() => void)[] = [];
  let isBound = false;
  const bound = (): void => {
    isBound = true;
    for (const send of waiting) send();
  };
  const socket = system.udp.open(local, { bound, failed: ignore, datagram: ignore, notSent: ignore });
  const late: UdpSocket = {
    send: (bytes, to) => void (isBound ? socket.send(bytes, to) : waiting.push(() => socket.send(bytes, to))),
    close: () => socket.close(),
  };
  opened(late);
  return late;
}

/** Marsaglia's xorshift, 32 bits. */
export function drawing(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const integer = (draw: () => number, below: number): number => Math.floor(draw() * below);

const random = (draw: () => number, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => integer(draw, 256));

/** The message, changed; what is no message stays as it is. */
const rewritten =
  (change: (message: Message, truth: Truth) => Message): Lie =>
  (truth) => [{ bytes: truth.message ? encodeMessage(change(truth.message, truth)) : truth.bytes }];

const without = (message: Message, ...types: readonly number[]): Message => ({
  ...message,
  attributes: message.attributes.filter(({ type }) => !types.includes(type)),
});

const plus = <T>(message: Message, attribute: Attribute<T>, value: T): Message => ({
  ...message,
  attributes: [...message.attributes, makeAttribute(attribute, value, message.transactionId)],
});

const has = (message: Message, { type }: { readonly type: number }): boolean =>
  message.attributes.some((one) => one.type === type);

/** Another value, or, of `raw` bytes, one that is none; only where the attribute is. */
const put = <T>(message: Message, attribute: Attribute<T>, value: T): Message =>
  has(message, attribute) ? plus(without(message, attribute.type), attribute, value) : message;

const putRaw = (message: Message, { type }: { readonly type: number }, value: Uint8Array): Message =>
  has(message, { type })
    ? { ...message, attributes: [...without(message, type).attributes, { type, value }] }
    : message;

const names = (other: Endpoint): Lie => rewritten((message) => put(message, OTHER_ADDRESS, other));

/** In both attributes. */
const maps = (to: (mapped: Endpoint, truth: Truth) => Endpoint): Lie =>
  rewritten((message, truth) => {
    const mapped = readAttribute(message, XOR_MAPPED_ADDRESS);
    if (mapped?.kind !== 'ok') return message;
    const other = to(mapped.value, truth);
    return put(put(message, XOR_MAPPED_ADDRESS, other), MAPPED_ADDRESS, other);
  });

const sends =
  (bytes: (truth: Truth) => Uint8Array): Lie =>
  (truth) => [{ bytes: bytes(truth) }];

const changedBytes =
  (change: (bytes: Uint8Array, truth: Truth) => void): Lie =>
  (truth) => {
    const bytes = truth.bytes.slice();
    change(bytes, truth);
    return [{ bytes }];
  };

const at = (address: string, port: number): Endpoint => ({ address, port });

const called = (change: (state: (typeof CALL_STATES)[number], truth: Truth) => (typeof CALL_STATES)[number]): Lie =>
  rewritten((message, truth) => {
    const read = readAttribute(message, FULLCONE_CALLED);
    if (read?.kind !== 'ok') return message;
    const ports = read.value.ports.map(({ port, state }) => ({ port, state: change(state, truth) }));
    return put(message, FULLCONE_CALLED, { ...read.value, ports });
  });

const capable = (change: { readonly rate?: number; readonly calls?: boolean; readonly version?: number }): Lie =>
  rewritten((message) => {
    const read = readAttribute(message, FULLCONE_CAPABILITIES);
    return read?.kind === 'ok' ? put(message, FULLCONE_CAPABILITIES, { ...read.value, ...change }) : message;
  });

/** About who sends. */
const SOURCES = {
  'from a third address': ({ bytes, from }) => [{ bytes, from: at(THIRD, from.port) }],
  'from another port': ({ bytes, from }) => [{ bytes, from: at(from.address, 4000) }],
  'from its other address': ({ bytes, from }) => [
    { bytes, from: at(from.address.endsWith('.10') ? '198.51.100.20' : '198.51.100.10', from.port) },
  ],
  'changed, from a third address': ({ bytes, from }) =>
    from.address.endsWith('.20') ? [{ bytes, from: at(THIRD, from.port) }] : [{ bytes }],
  'changed, from where it was asked': ({ bytes, from }) => [
    { bytes, from: from.address.endsWith('.20') ? at('198.51.100.10', from.port === 3478 ? 3479 : 3478) : from },
  ],
  'all from one place': ({ bytes }) => [{ bytes, from: at('198.51.100.10', 3479) }],
} satisfies Readonly<Record<string, Lie>>;

/** About its second address. */
const ADDRESSES = {
  'names itself': names(at('198.51.100.10', 3479)),
  'names its own port': names(at('198.51.100.20', 3478)),
  'names a private address': names(at('10.0.0.1', 3479)),
  'names this machine': names(at('127.0.0.1', 3479)),
  'names the asker': names(at('203.0.113.44', 3479)),
  'names port 0': names(at('198.51.100.20', 0)),
  'names a group': names(at('224.0.0.1', 3479)),
  'names everybody': names(at('255.255.255.255', 3479)),
  'names nobody': names(at('0.0.0.0', 3479)),
  'names another family': names(at('2001:db8::20', 3479)),
  'names where nobody is': names(at('198.51.100.77', 3479)),
  'names a third address': names(at(THIRD, 3479)),
  'names another each time': rewritten((message, { draw }) =>
    put(message, OTHER_ADDRESS, at(`198.51.100.${integer(draw, 256)}`, 1 + integer(draw, 65_535))),
  ),
  'names half an address': rewritten((message) => putRaw(message, OTHER_ADDRESS, Uint8Array.of(0, 1, 13))),
  'names none': rewritten((message) => without(message, OTHER_ADDRESS.type)),
} satisfies Readonly<Record<string, Lie>>;

/** About the asker's mapping. */
const MAPPINGS = {
  'maps to port 0': maps(({ address }) => at(address, 0)),
  'maps to another port each time': maps(({ address }, { draw }) => at(address, 1 + integer(draw, 65_535))),
  'maps to another address each time': maps(({ port }, { draw }) => at(`203.0.113.${integer(draw, 256)}`, port)),
  'maps to another family': maps(({ port }) => at('2001:db8::44', port)),
  'maps to a group': maps(({ port }) => at('224.0.0.1', port)),
  'maps to nobody': maps(({ port }) => at('0.0.0.0', port)),
  'maps to this machine': maps(({ port }) => at('127.0.0.1', port)),
  'maps one port higher': maps(({ address, port }) => at(address, (port % 65_535) + 1)),
  'maps to itself': maps(() => at('198.51.100.10', 3478)),
  'maps twice': rewritten((message) => put(message, MAPPED_ADDRESS, at('203.0.113.45', 4711))),
  'maps to nothing': rewritten((message) => without(message, XOR_MAPPED_ADDRESS.type, MAPPED_ADDRESS.type)),
  'maps to half an address': rewritten((message) => putRaw(message, XOR_MAPPED_ADDRESS, Uint8Array.of(0, 1, 13))),
} satisfies Readonly<Record<string, Lie>>;

/** About what it answers. */
const FORMS = {
  'another id': changedBytes((bytes, { draw }) => bytes.set(random(draw, 12), 8)),
  'another id at its end': changedBytes((bytes) => (bytes[19] = (bytes[19] ?? 0) ^ 1)),
  'no cookie': changedBytes((bytes) => (bytes[4] = (bytes[4] ?? 0) ^ 1)),
  'an indication': rewritten((message) => ({ ...message, class: 'indication' })),
  'a request': rewritten((message) => ({ ...message, class: 'request' })),
  'another method': rewritten((message) => ({ ...message, method: 3 })),
  'an error without a code': rewritten((message) => ({ ...message, class: 'error' })),
  'an error': rewritten(({ transactionId }, { draw }) =>
    plus({ class: 'error', method: 1, transactionId, attributes: [] }, ERROR_CODE, {
      code: 300 + integer(draw, 400),
      reason: 'No',
    }),
  ),
  truncated: (truth) => [{ bytes: truth.bytes.subarray(0, integer(truth.draw, truth.bytes.length)) }],
  'cut in the middle': ({ bytes }) => [{ bytes: bytes.subarray(0, 28) }],
  'too long': sends(({ bytes }) => Uint8Array.from([...bytes, 0, 0, 0, 0])),
  'nothing at all': sends(() => new Uint8Array(0)),
  'random bytes': sends(({ draw }) => random(draw, integer(draw, 100))),
  text: sends(() => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
  'flipped bits': changedBytes((bytes, { draw }) => {
    for (let flips = 1 + integer(draw, 4); flips > 0; flips--) {
      const where = integer(draw, bytes.length);
      bytes[where] = (bytes[where] ?? 0) ^ (1 << integer(draw, 8));
    }
  }),
  '64 kB of rubbish': sends(({ bytes }) =>
    Uint8Array.from({ length: LARGEST }, (_, i) => bytes[i % bytes.length] ?? 0),
  ),
  'a wrong fingerprint': rewritten((message) => ({
    ...message,
    attributes: [...message.attributes, { type: FINGERPRINT.type, value: Uint8Array.of(1, 2, 3, 4) }],
  })),
} satisfies Readonly<Record<string, Lie>>;

/** True, but not as it should be. */
const NUISANCES = {
  twice: ({ bytes }) => [{ bytes }, { bytes }],
  'a hundred times': ({ bytes }) => Array.from({ length: 100 }, (_, index) => ({ bytes, after: index })),
  'rubbish a hundred times': ({ bytes }) =>
    Array.from({ length: 100 }, (_, index) => ({ bytes: bytes.subarray(0, 28), after: index })),
  'a little late': ({ bytes, draw }) => [{ bytes, after: integer(draw, 700) }],
  late: ({ bytes, draw }) => [{ bytes, after: 3500 + integer(draw, 20_000) }],
  '64 kB': rewritten((message) => ({
    ...message,
    attributes: [...message.attributes, { type: 0xffff, value: new Uint8Array(65_300) }],
  })),
  '16,000 attributes': rewritten((message) => ({
    ...message,
    attributes: [
      ...message.attributes,
      ...Array.from({ length: 16_000 }, () => ({ type: 0xffff, value: new Uint8Array(0) })),
    ],
  })),
  'with what nobody knows': rewritten((message) => ({
    ...message,
    attributes: [{ type: 0x7f00, value: new Uint8Array(4) }, ...message.attributes],
  })),
  silence: () => [],
} satisfies Readonly<Record<string, Lie>>;

/** About what only our reflector says. */
const OURS = {
  'no rate': capable({ rate: 0 }),
  'one packet a second': capable({ rate: 1 }),
  'four billion a second': capable({ rate: 0xffffffff }),
  'version 255': capable({ version: 255 }),
  'calls nobody': capable({ calls: false }),
  'half its capabilities': rewritten((message) => putRaw(message, FULLCONE_CAPABILITIES, new Uint8Array(3))),
  'an empty token': rewritten((message) => putRaw(message, FULLCONE_TOKEN, new Uint8Array(0))),
  'a token of 1000 bytes': rewritten((message) => putRaw(message, FULLCONE_TOKEN, new Uint8Array(1000))),
  'another token each time': rewritten((message, { draw }) =>
    put(message, FULLCONE_TOKEN, random(draw, 8 + integer(draw, 25))),
  ),
  'a token of somebody else': rewritten((message) => put(message, FULLCONE_TOKEN, new Uint8Array(16).fill(7))),
  'a token that nobody asked for': rewritten((message) =>
    has(message, FULLCONE_TOKEN) ? message : plus(message, FULLCONE_TOKEN, new Uint8Array(16)),
  ),
  'all calls connected': called(() => 'connected'),
  'all calls refused': called(() => 'refused'),
  'all calls timed out': called(() => 'timed-out'),
  'all calls unreachable': called(() => 'unreachable'),
  'no calls made': called(() => 'not-called'),
  'calls without end': called(() => 'under-way'),
  'any state of a call': called((_, { draw }) => CALL_STATES[integer(draw, CALL_STATES.length)] ?? 'connected'),
  'calls of other ports': rewritten((message) => {
    const read = readAttribute(message, FULLCONE_CALLED);
    const ports = [{ port: 0, state: 'connected' as const }];
    return read?.kind === 'ok' ? put(message, FULLCONE_CALLED, { ...read.value, ports }) : message;
  }),
  'calls of another id': rewritten((message) => {
    const read = readAttribute(message, FULLCONE_CALLED);
    return read?.kind === 'ok' ? put(message, FULLCONE_CALLED, { ...read.value, id: new Uint8Array(8) }) : message;
  }),
  'half a call': rewritten((message) => putRaw(message, FULLCONE_CALLED, new Uint8Array(9))),
  'a request for an answer elsewhere': rewritten((message) => plus(message, RESPONSE_PORT, 9)),
} satisfies Readonly<Record<string, Lie>>;

export const LIES = { ...SOURCES, ...ADDRESSES, ...MAPPINGS, ...FORMS, ...NUISANCES, ...OURS };
export type LieName = keyof typeof LIES;
