import { familyOf, parseIp } from '../../base/index.ts';
import { encodeFilter, type Instruction } from './packet-filter.ts';

/**
 * A classic BPF program for raw sockets, which hear all UDP or all TCP of a machine: lets through what comes from these
 * addresses, which are of one family. What it rejects, such as the calls in progress, costs no more than that.
 */
export function rawFilter(peers: readonly string[]): Uint8Array {
  return encodeFilter([...peers.flatMap(comesFrom), DROP]);
}

/** For a socket that only sends. */
export const DEAF: Uint8Array = encodeFilter([[0x06, 0, 0, 0]]);

const DROP: Instruction = [0x06, 0, 0, 0];
const ACCEPT: Instruction = [0x06, 0, 0, 0xffff];
const [LOAD_WORD, EQUAL] = [0x20, 0x15];
/** SKF_NET_OFF: counted from the IP header, wherever the socket's own data begins. */
const IP_HEADER = 0xfff00000;
const SOURCE_AT = { ipv4: 12, ipv6: 8 } as const;

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
