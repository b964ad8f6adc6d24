import type { Endpoint } from '../../base/index.ts';
import type { IcmpError } from '../contract.ts';
import { type IpHeader, isOfIpv6, readIpHeader } from './ip-header.ts';
import { readSegment } from './tcp-segment.ts';
import { UDP_HEADER as HEADER, mayBeRight, wordAt as word } from './udp-header.ts';

/** What a packet is to us. */
export type IpPacket =
  | { readonly kind: 'udp'; readonly from: Endpoint; readonly to: Endpoint; readonly bytes: Uint8Array }
  | { readonly kind: 'icmp'; readonly to: string; readonly error: IcmpError }
  /** Of TCP the first packet of each side. */
  | { readonly kind: 'first'; readonly from: Endpoint; readonly to: Endpoint; readonly isAnswer: boolean };

const [ICMP, TCP, UDP, ICMPV6] = [1, 6, 17, 58];

/** What of each protocol is an error about a packet: destination unreachable, and time exceeded (RFC 792, RFC 4443). */
const ERRORS: Readonly<Record<number, readonly number[]>> = { [ICMP]: [3, 11], [ICMPV6]: [1, 3] };

/** null: something else, a fragment, or broken. The bytes are not copied. */
export function readIpPacket(bytes: Uint8Array): IpPacket | null {
  const ip = readIpHeader(bytes);
  // In a whole packet, that is; a quoted one is cut.
  if (!ip || ip.length > bytes.length) return null;
  const inside = bytes.subarray(ip.header, ip.length);
  if (inside.length < HEADER) return null;
  if (ip.protocol === TCP) return readTcp(ip, inside);
  return ip.protocol === UDP ? readUdp(ip, inside) : readIcmp(ip, inside);
}

function readTcp(ip: IpHeader, inside: Uint8Array): IpPacket | null {
  const segment = readSegment(inside);
  if (!segment?.isFirst && !segment?.isAnswer) return null;
  return { kind: 'first', ...endpointsOf(ip, inside), isAnswer: segment.isAnswer };
}

/** UDP and TCP begin alike. */
const endpointsOf = ({ source, destination }: IpHeader, inside: Uint8Array): { from: Endpoint; to: Endpoint } => ({
  from: { address: source, port: word(inside, 0) },
  to: { address: destination, port: word(inside, 2) },
});

function readUdp(ip: IpHeader, inside: Uint8Array): IpPacket | null {
  const length = word(inside, 4);
  if (length < HEADER || length > inside.length || !mayBeRight(inside.subarray(0, length), ip.addresses, 'udp'))
    return null;
  return { kind: 'udp', ...endpointsOf(ip, inside), bytes: inside.subarray(HEADER, length) };
}

/**
 * RFC 792, RFC 4443 sections 3.1 and 3.3. The quoted packet is cut, after 8 bytes behind its header by old routers (RFC
 * 1812 section 4.3.2.3); it is of the same family.
 */
function readIcmp(outer: IpHeader, inside: Uint8Array): IpPacket | null {
  const [type = 0, code = 0] = inside;
  const quoted = inside.subarray(HEADER);
  const ip = readIpHeader(quoted);
  if (!ERRORS[outer.protocol]?.includes(type) || ip?.protocol !== UDP) return null;
  if (ip.addresses.length !== outer.addresses.length || isOfIpv6(outer) !== (outer.protocol === ICMPV6)) return null;
  const udp = quoted.subarray(ip.header);
  if (udp.length < HEADER) return null;
  const error = { by: outer.source, type, code, ...endpointsOf(ip, udp), quoted: udp.subarray(HEADER) };
  return { kind: 'icmp', to: outer.destination, error };
}
