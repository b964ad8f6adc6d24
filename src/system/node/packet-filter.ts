import { type Family, parseIp } from '../../base/index.ts';

/**
 * A classic BPF program (linux/filter.h) for a packet socket that begins at the IP header: ICMP errors, and UDP of these
 * addresses, all of that family, that come to this machine or leave it; and no later fragments. What it rejects costs no
 * more than that: calls in progress do not reach us.
 */
export const packetFilter = (family: Family, peers: readonly string[]): Uint8Array =>
  family === 'ipv4' ? filter4(peers) : filter6(peers);

function filter4(peers: readonly string[]): Uint8Array {
  const accept = UDP_AT + 1 + peers.length + 1;
  const drop = accept - 1;
  const program: Instruction[] = [
    ...isOurs(0x0800, drop),
    [LOAD_HALF, 0, 0, 6],
    jump(ANY_BIT, 0x1fff, INSIDE_AT + 1, drop, INSIDE_AT + 2),
    [LOAD_BYTE, 0, 0, 9],
    jump(EQUAL, ICMP, INSIDE_AT + 3, ICMP_AT, INSIDE_AT + 4),
    jump(EQUAL, UDP, INSIDE_AT + 4, UDP_AT, drop),
    // The length of the IP header, and behind it ICMP's type.
    [LOAD_INDEX, 0, 0, 0],
    [LOAD_BYTE_BEHIND, 0, 0, 0],
    jump(EQUAL, UNREACHABLE, ICMP_AT + 2, accept, ICMP_AT + 3),
    jump(EQUAL, TIME_EXCEEDED, ICMP_AT + 3, accept, drop),
    [LOAD_WORD, 0, 0, 12],
    ...peers.map((peer, index) => jump(EQUAL, toNumber(peer), UDP_AT + 1 + index, accept, UDP_AT + 2 + index)),
    [RETURN, 0, 0, 0],
    [RETURN, 0, 0, WHOLE],
  ];
  return encodeFilter(program);
}

/** Carries that protocol, and comes to this machine, or leaves it; not what is overheard. */
const isOurs = (protocol: number, drop: number): readonly Instruction[] => [
  [LOAD_WORD, 0, 0, LINK_PROTOCOL],
  jump(EQUAL, protocol, 1, 2, drop),
  [LOAD_WORD, 0, 0, PACKET_TYPE],
  jump(EQUAL, PACKET_HOST, 3, INSIDE_AT, 4),
  jump(EQUAL, PACKET_OUTGOING, 4, INSIDE_AT, drop),
];

/**
 * Packets with extension headers are rare, and are read by whoever gets them, who looks at their source, too. The label
 * of a line is its place in the program.
 */
function filter6(peers: readonly string[]): Uint8Array {
  const accept = PEERS6_AT + WORDS * 2 * peers.length + 1;
  const drop = accept - 1;
  const program: Instruction[] = [
    ...isOurs(0x86dd, drop),
    // The next header.
    [LOAD_BYTE, 0, 0, 6],
    jump(EQUAL, UDP, 6, PEERS6_AT, 7),
    jump(EQUAL, ICMPV6, 7, 8, 11),
    [LOAD_BYTE, 0, 0, 40],
    jump(EQUAL, UNREACHABLE6, 9, accept, 10),
    jump(EQUAL, TIME_EXCEEDED6, 10, accept, drop),
    jump(EQUAL, HOP_BY_HOP, 11, accept, 12),
    jump(EQUAL, ROUTING, 12, accept, 13),
    jump(EQUAL, DESTINATION, 13, accept, 14),
    jump(EQUAL, FRAGMENT, 14, 15, drop),
    // Where in the whole it belongs, and whether there is more (RFC 8200 section 4.5).
    [LOAD_HALF, 0, 0, 42],
    jump(ANY_BIT, 0xfff9, 16, drop, accept),
    ...peers.flatMap((peer, index) => isFrom6(peer, PEERS6_AT + WORDS * 2 * index, accept)),
    [RETURN, 0, 0, 0],
    [RETURN, 0, 0, WHOLE],
  ];
  return encodeFilter(program);
}

/** Word by word; at the first that differs the next peer is looked at, whose lines begin behind these. */
function isFrom6(peer: string, at: number, accept: number): Instruction[] {
  const bytes = parseIp(peer) ?? new Uint8Array(16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const next = at + 2 * WORDS;
  return Array.from({ length: WORDS }, (_, word): Instruction[] => [
    [LOAD_WORD, 0, 0, 8 + 4 * word],
    jump(EQUAL, view.getUint32(4 * word), at + 2 * word + 1, word === WORDS - 1 ? accept : at + 2 * word + 2, next),
  ]).flat();
}

/** code, jump if true, jump if false, k. */
export type Instruction = readonly [code: number, yes: number, no: number, k: number];

const [LOAD_WORD, LOAD_HALF, LOAD_BYTE, LOAD_BYTE_BEHIND, LOAD_INDEX] = [0x20, 0x28, 0x30, 0x50, 0xb1];
const [EQUAL, ANY_BIT, RETURN] = [0x15, 0x45, 0x06];
/** SKF_AD_OFF + SKF_AD_PROTOCOL: what the link says that it carries. */
export const LINK_PROTOCOL = 0xfffff000;
/** SKF_AD_OFF + SKF_AD_PKTTYPE. */
const PACKET_TYPE = 0xfffff004;
/** if_packet.h: for this machine, by its address on the link; and what it sends. */
const [PACKET_HOST, PACKET_OUTGOING] = [0, 4];
const [ICMP, UDP, ICMPV6] = [1, 17, 58];
/** RFC 8200 section 4. */
const [HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION] = [0, 43, 44, 60];
const [UNREACHABLE, TIME_EXCEEDED] = [3, 11];
/** RFC 4443. */
const [UNREACHABLE6, TIME_EXCEEDED6] = [1, 3];
const [INSIDE_AT, ICMP_AT, UDP_AT, PEERS6_AT] = [5, 10, 14, 17];
/** Of an IPv6 address. */
const WORDS = 4;
export const WHOLE = 0xffff;

/** Targets are counted from the beginning of the program; the machine counts from the next instruction. */
export const jump = (code: number, k: number, at: number, yes: number, no: number): Instruction => [
  code,
  yes - at - 1,
  no - at - 1,
  k,
];

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** struct sock_filter, on little-endian machines, which are all that there are prebuilt libraries for. */
export function encodeFilter(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(8 * program.length);
  const view = new DataView(bytes.buffer);
  program.forEach(([code, yes, no, k], index) => {
    view.setUint16(8 * index, code, true);
    view.setUint8(8 * index + 2, yes);
    view.setUint8(8 * index + 3, no);
    view.setUint32(8 * index + 4, k, true);
  });
  return bytes;
}
