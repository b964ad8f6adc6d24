import type { Endpoint } from '../../base/index.ts';
import type { IcmpError } from '../contract.ts';
import { UDP_HEADER as HEADER, mayBeRight, wordAt as word } from './udp-header.ts';

/** What an IPv4 packet is to us. */
export type IpPacket =
  | { readonly kind: 'udp'; readonly from: Endpoint; readonly to: Endpoint; readonly bytes: Uint8Array }
  | { readonly kind: 'icmp'; readonly to: string; readonly error: IcmpError };

const [ICMP, UDP] = [1, 17];

/** null: something else, a fragment, or broken. The bytes are not copied. */
export function readIpPacket(bytes: Uint8Array): IpPacket | null {
  const ip = readIpHeader(bytes);
  // In a whole packet, that is; a quoted one is cut.
  if (!ip || ip.length > bytes.length) return null;
  const inside = bytes.subarray(ip.header, ip.length);
  if (inside.length < HEADER) return null;
  if (ip.protocol === ICMP) return readIcmp(ip, inside);
  return ip.protocol === UDP ? readUdp(ip, inside) : null;
}

interface IpHeader {
  readonly header: number;
  readonly length: number;
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  /** Source and destination, as they are in the packet. */
  readonly addresses: Uint8Array;
}

/** RFC 791 section 3.1. */
function readIpHeader(bytes: Uint8Array): IpHeader | null {
  const first = bytes[0] ?? 0;
  const header = 4 * (first & 0xf);
  if (first >> 4 !== 4 || header < 20 || bytes.length < header) return null;
  // A first fragment lacks its end, and a later one its beginning; a first one that is quoted will do.
  if ((word(bytes, 6) & 0x1fff) !== 0) return null;
  const addresses = bytes.subarray(12, 20);
  const [source, destination] = [addressAt(bytes, 12), addressAt(bytes, 16)];
  return { header, length: word(bytes, 2), protocol: bytes[9] ?? 0, source, destination, addresses };
}

const addressAt = (bytes: Uint8Array, at: number): string =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;

const endpointsOf = ({ source, destination }: IpHeader, udp: Uint8Array): { from: Endpoint; to: Endpoint } => ({
  from: { address: source, port: word(udp, 0) },
  to: { address: destination, port: word(udp, 2) },
});

function readUdp(ip: IpHeader, inside: Uint8Array): IpPacket | null {
  const length = word(inside, 4);
  if (length < HEADER || length > inside.length || !mayBeRight(inside.subarray(0, length), ip.addresses, 'udp'))
    return null;
  return { kind: 'udp', ...endpointsOf(ip, inside), bytes: inside.subarray(HEADER, length) };
}

/** RFC 792. The quoted packet is cut, after 8 bytes behind its header by old routers (RFC 1812 section 4.3.2.3). */
function readIcmp(outer: IpHeader, inside: Uint8Array): IpPacket | null {
  const [type = 0, code = 0] = inside;
  const quoted = inside.subarray(HEADER);
  const ip = readIpHeader(quoted);
  if ((type !== 3 && type !== 11) || ip?.protocol !== UDP) return null;
  const udp = quoted.subarray(ip.header);
  if (udp.length < HEADER) return null;
  const error = { by: outer.source, type, code, ...endpointsOf(ip, udp), quoted: udp.subarray(HEADER) };
  return { kind: 'icmp', to: outer.destination, error };
}
