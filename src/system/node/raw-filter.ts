import { type Family, familyOf, parseIp } from '../../base/index.ts';
import { encodeFilter, type Instruction } from './packet-filter.ts';

/**
 * A classic BPF program for a raw socket, which hears all UDP of a machine: lets through what comes from these addresses,
 * which are of one family, and answers of STUN from anywhere. Routers that put their own address in the place of who
 * sends are common, and hide from nobody that a packet comes. What it rejects, such as the calls in progress, costs no
 * more than that.
 */
export const udpFilter = (family: Family, peers: readonly string[]): Uint8Array =>
  encodeFilter([...peers.flatMap(comesFrom), ...isAnswer(family), DROP]);

/**
 * The same for one that hears all TCP: what comes from these addresses; and to these ports, from anywhere, what begins a
 * connection, and what is short enough to be all that a caller says.
 */
export const tcpFilter = (
  family: Family,
  {
    peers,
    ports,
    most,
  }: { readonly peers: readonly string[]; readonly ports: Iterable<number>; readonly most: number },
): Uint8Array => encodeFilter([...peers.flatMap(comesFrom), ...goesTo(family, [...ports]), ...isCall(most), DROP]);

/** For a socket that only sends. */
export const DEAF: Uint8Array = encodeFilter([[0x06, 0, 0, 0]]);

const DROP: Instruction = [0x06, 0, 0, 0];
const ACCEPT: Instruction = [0x06, 0, 0, 0xffff];
const [LOAD_WORD, LOAD_LENGTH, LOAD_HALF_BEHIND, LOAD_WORD_BEHIND, LOAD_BYTE_BEHIND] = [0x20, 0x80, 0x48, 0x40, 0x50];
const [EQUAL, GREATER, ANY_BIT, JUMP] = [0x15, 0x25, 0x45, 0x05];
const [AND, SHIFT_RIGHT, ADD_INDEX, SUBTRACT_INDEX, TO_INDEX] = [0x54, 0x74, 0x0c, 0x1c, 0x07];
/** SKF_NET_OFF: counted from the IP header, wherever the socket's own data begins. */
const IP_HEADER = 0xfff00000;
const SOURCE_AT = { ipv4: 12, ipv6: 8 } as const;
/** Where UDP or TCP begins, in the socket's own data: of IPv4 behind the header, whose length it tells; of IPv6 at once. */
const INSIDE = { ipv4: [0xb1, 0, 0, 0], ipv6: [0x01, 0, 0, 0] } as const satisfies Record<Family, Instruction>;

/** Word by word; the first that differs leads to what comes behind. */
function comesFrom(peer: string): readonly Instruction[] {
  const bytes = parseIp(peer) ?? new Uint8Array();
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = IP_HEADER + SOURCE_AT[familyOf(peer) ?? 'ipv4'];
  const count = bytes.length / 4;
  const compared = Array.from({ length: count }, (_, index): readonly Instruction[] => [
    [LOAD_WORD, 0, 0, at + 4 * index],
    [EQUAL, 0, 2 * (count - index) - 1, words.getUint32(4 * index)],
  ]);
  return [...compared.flat(), ACCEPT];
}

/** Behind UDP's header: one of the two classes of answers, and the magic cookie (RFC 8489 section 5). */
const isAnswer = (family: Family): readonly Instruction[] => [
  INSIDE[family],
  [LOAD_HALF_BEHIND, 0, 0, 8],
  [ANY_BIT, 0, 3, 0x0100],
  [LOAD_WORD_BEHIND, 0, 0, 12],
  [EQUAL, 0, 1, 0x2112a442],
  ACCEPT,
];

const goesTo = (family: Family, ports: readonly number[]): readonly Instruction[] => [
  INSIDE[family],
  [LOAD_HALF_BEHIND, 0, 0, 2],
  // A jump on a condition reaches no further than 255.
  ...ports.flatMap((port, index): Instruction[] => [
    [EQUAL, 0, 1, port],
    [JUMP, 0, 0, 2 * (ports.length - index) - 1],
  ]),
  DROP,
];

/** RFC 9293 section 3.1: SYN without ACK, or bytes behind the header. */
const isCall = (most: number): readonly Instruction[] => [
  [LOAD_BYTE_BEHIND, 0, 0, 13],
  [AND, 0, 0, 0x12],
  [EQUAL, 9, 0, 0x02],
  [LOAD_BYTE_BEHIND, 0, 0, 12],
  [SHIFT_RIGHT, 0, 0, 2],
  [AND, 0, 0, 0x3c],
  [ADD_INDEX, 0, 0, 0],
  [TO_INDEX, 0, 0, 0],
  [LOAD_LENGTH, 0, 0, 0],
  [SUBTRACT_INDEX, 0, 0, 0],
  [EQUAL, 2, 0, 0],
  [GREATER, 1, 0, most],
  ACCEPT,
];
