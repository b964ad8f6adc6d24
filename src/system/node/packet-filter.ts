/**
 * A classic BPF program (linux/filter.h) for a packet socket that begins at the IP header: ICMP errors, and UDP of these
 * addresses; nothing that this machine sends itself, and no later fragments. What it rejects costs no more than that:
 * calls in progress do not reach us.
 */
export function packetFilter(peers: readonly string[]): Uint8Array {
  const accept = UDP_AT + 1 + peers.length + 1;
  const drop = accept - 1;
  const program: Instruction[] = [
    [LOAD_WORD, 0, 0, PACKET_TYPE],
    jump(EQUAL, PACKET_HOST, 1, 2, drop),
    [LOAD_HALF, 0, 0, 6],
    jump(ANY_BIT, 0x1fff, 3, drop, 4),
    [LOAD_BYTE, 0, 0, 9],
    jump(EQUAL, ICMP, 5, ICMP_AT, 6),
    jump(EQUAL, UDP, 6, UDP_AT, drop),
    // The length of the IP header, and behind it ICMP's type.
    [LOAD_INDEX, 0, 0, 0],
    [LOAD_BYTE_BEHIND, 0, 0, 0],
    jump(EQUAL, UNREACHABLE, 9, accept, 10),
    jump(EQUAL, TIME_EXCEEDED, 10, accept, drop),
    [LOAD_WORD, 0, 0, 12],
    ...peers.map((peer, index) => jump(EQUAL, toNumber(peer), UDP_AT + 1 + index, accept, UDP_AT + 2 + index)),
    [RETURN, 0, 0, 0],
    [RETURN, 0, 0, WHOLE],
  ];
  return encodeFilter(program);
}

/** code, jump if true, jump if false, k. */
export type Instruction = readonly [code: number, yes: number, no: number, k: number];

const [LOAD_WORD, LOAD_HALF, LOAD_BYTE, LOAD_BYTE_BEHIND, LOAD_INDEX] = [0x20, 0x28, 0x30, 0x50, 0xb1];
const [EQUAL, ANY_BIT, RETURN] = [0x15, 0x45, 0x06];
/** SKF_AD_OFF + SKF_AD_PKTTYPE. */
const PACKET_TYPE = 0xfffff004;
/** For this machine; not what it sends, and not what it overhears. */
const PACKET_HOST = 0;
const [ICMP, UDP] = [1, 17];
const [UNREACHABLE, TIME_EXCEEDED] = [3, 11];
const [ICMP_AT, UDP_AT] = [7, 11];
const WHOLE = 0xffff;

/** Targets are counted from the beginning of the program; the machine counts from the next instruction. */
const jump = (code: number, k: number, at: number, yes: number, no: number): Instruction => [
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
