import { parseIp } from '../../base/index.ts';

/** For tests: IP packets (RFC 791, 768, 792; RFC 8200, 4443), byte by byte. */

const word = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];

const octets = (address: string): number[] => [...(parseIp(address) ?? [])];

export interface IpWanted {
  readonly from?: string;
  readonly to?: string;
  /** Bytes of options, a multiple of 4. */
  readonly options?: number;
  readonly fragment?: number;
  /** In place of the length that is right. */
  readonly length?: number;
}

export function ipPacket(protocol: number, inside: Uint8Array, wanted: IpWanted = {}): Uint8Array {
  const { from = '198.51.100.20', to = '192.168.0.100', options = 0, fragment = 0 } = wanted;
  const header = 20 + options;
  return Uint8Array.from([
    ...[0x40 | (header / 4), 0, ...word(wanted.length ?? header + inside.length)],
    ...[0, 0, ...word(fragment), 64, protocol, 0, 0],
    ...[...octets(from), ...octets(to), ...new Array<number>(options).fill(1)],
    ...inside,
  ]);
}

export interface Ip6Wanted {
  readonly from?: string;
  readonly to?: string;
  /** In front of what is carried: their numbers and their bytes, of which the first is filled in. */
  readonly extensions?: readonly (readonly [kind: number, bytes: Uint8Array])[];
  /** In place of the payload length that is right. */
  readonly length?: number;
}

export function ip6Packet(protocol: number, inside: Uint8Array, wanted: Ip6Wanted = {}): Uint8Array {
  const { from = '2001:db8:100::20', to = '2001:db8:1::100', extensions = [] } = wanted;
  const kinds = [...extensions.map(([kind]) => kind), protocol];
  const headers = extensions.flatMap(([, bytes], index) => [kinds[index + 1] ?? 0, ...bytes.subarray(1)]);
  const payload = [...headers, ...inside];
  return Uint8Array.from([
    ...[0x60, 0, 0, 0, ...word(wanted.length ?? payload.length), kinds[0] ?? 0, 64],
    ...[...octets(from), ...octets(to), ...payload],
  ]);
}

/** An extension header of so many times eight bytes, with nothing in it that anybody would heed. */
export const extension = (eights = 1): Uint8Array =>
  Uint8Array.from({ length: 8 * eights }, (_, index) => (index === 1 ? eights - 1 : 0));

export const udpPacket = (fromPort: number, toPort: number, text: string, sum = 0): Uint8Array =>
  Uint8Array.from([...word(fromPort), ...word(toPort), ...word(8 + text.length), ...word(sum), ...Buffer.from(text)]);

/** Its header, without options. */
export const tcpPacket = (fromPort: number, toPort: number, flags: number): Uint8Array =>
  Uint8Array.from([...word(fromPort), ...word(toPort), 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 255, 255, 0, 0, 0, 0]);

export const icmpPacket = (type: number, code: number, quoted: Uint8Array): Uint8Array =>
  Uint8Array.from([type, code, 0, 0, 0, 0, 0, 0, ...quoted]);

/** The ones' complement sum over pseudo header and packet, as RFC 768 has it. */
export function sumOf(udp: Uint8Array, from: string, to: string, withData: boolean): number {
  const bytes = [...octets(from), ...octets(to), 0, 17, ...word(udp.length), ...(withData ? udp : [])];
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}
