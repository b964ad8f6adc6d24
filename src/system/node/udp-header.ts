import type { Endpoint } from '../../base/index.ts';

/** Of a UDP header (RFC 768). */
export const UDP_HEADER = 8;
const UDP = 17;

/**
 * Writes a UDP packet, and returns its length. `addresses`: the sum over source and destination address, see
 * `sumOf`; null: the checksum is the system's to fill in.
 */
export function writeUdp(
  into: Uint8Array,
  { from, to, bytes }: { readonly from: number; readonly to: Endpoint; readonly bytes: Uint8Array },
  addresses: number | null,
): number {
  const length = UDP_HEADER + bytes.length;
  into.set([from >> 8, from & 0xff, to.port >> 8, to.port & 0xff, length >> 8, length & 0xff, 0, 0]);
  into.set(bytes, UDP_HEADER);
  if (addresses === null) return length;
  const sum = ~sumOf(into.subarray(0, length), addresses + UDP + length) & 0xffff;
  // Zero would say that there is none.
  const checksum = sum === 0 ? 0xffff : sum;
  into.set([checksum >> 8, checksum & 0xff], 6);
  return length;
}

const CHECKSUMS = { udp: { protocol: UDP, at: 6 }, tcp: { protocol: 6, at: 16 } } as const;

/**
 * Whether the system will take what an IP packet holds for whole (RFC 768, RFC 9293 section 3.1); who hears copies hears
 * the others, too. `addresses`: as they are in the packet. Between virtual machines checksums are left to be filled in:
 * then there is that of the pseudo header alone. UDP over IPv4 may have none (over IPv6 it must, RFC 8200 section 8.1).
 */
export function mayBeRight(inside: Uint8Array, addresses: Uint8Array, transport: 'udp' | 'tcp'): boolean {
  const { protocol, at } = CHECKSUMS[transport];
  const sum = wordAt(inside, at);
  const pseudo = sumOf(addresses, protocol + inside.length);
  const needsNone = transport === 'udp' && addresses.length === 8;
  return (sum === 0 && needsNone) || sum === pseudo || sumOf(inside, pseudo) === 0xffff;
}

/** The ones' complement sum of RFC 1071, begun with that of something else. */
export function sumOf(bytes: Uint8Array, start = 0): number {
  let sum = start;
  // Once for each packet: written out, because calls are what costs.
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

/** Two bytes, the first of them the higher; what is not there counts as zero. */
export const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
