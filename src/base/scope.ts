import { parseIp } from './ip.ts';

export type Scope = 'public' | 'private' | 'carrier' | 'loopback' | 'link-local' | 'special';

/**
 * What an address is for. `special`: neither for a single machine nor for the internet, and whatever is no address.
 * IPv4: RFC 1918, 6598, 1122, 3927, the rest of RFC 6890, multicast. IPv6: RFC 4291, 4193, 6890.
 */
export function scopeOf(address: string): Scope {
  const bytes = parseIp(address);
  if (bytes === null) return 'special';
  return bytes.length === 4 ? ipv4Scope(bytes) : ipv6Scope(bytes);
}

function ipv4Scope([a = 0, b = 0, c = 0]: Uint8Array): Scope {
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return 'private';
  if (a === 100 && b >= 64 && b <= 127) return 'carrier';
  if (a === 127) return 'loopback';
  if (a === 169 && b === 254) return 'link-local';
  if (a === 0 || a >= 224 || (a === 192 && b === 0 && c === 0)) return 'special';
  return 'public';
}

/**
 * Behind an address that wraps one of IPv4 stands that one, wherever a gateway takes it out: 64:ff9b::/96 (NAT64, RFC
 * 6052) and 2002::/16 (6to4, RFC 3056).
 */
function ipv6Scope(bytes: Uint8Array): Scope {
  const [a = 0, b = 0] = bytes;
  if (startsWith(bytes, NAT64)) return ipv4Scope(bytes.subarray(12));
  if (a === 0x20 && b === 0x02) return ipv4Scope(bytes.subarray(2, 6));
  if (a >> 5 === 1) return 'public';
  if (a >> 1 === 0x7e) return 'private';
  if (a === 0xfe && b >> 6 === 2) return 'link-local';
  return startsWith(bytes, LOOPBACK) ? 'loopback' : 'special';
}

const NAT64 = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
const LOOPBACK = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const WRAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

const startsWith = (bytes: Uint8Array, prefix: readonly number[]): boolean =>
  prefix.every((byte, index) => bytes[index] === byte);

/** An IPv4 address that is written as one of IPv6 (RFC 4291 section 2.5.5.2), in its own form; null: it is none. */
export function wrappedIpv4(address: string): string | null {
  if (!address.includes(':')) return null;
  const bytes = parseIp(address);
  return bytes?.length === 16 && startsWith(bytes, WRAPPED) ? bytes.subarray(12).join('.') : null;
}

/** The same text for all IPv6 addresses that share the first `bits`, a multiple of eight. */
export const prefixOf = (address: string, bits: number): string =>
  `${(parseIp(address) ?? new Uint8Array()).subarray(0, bits / 8).join('.')}/${bits}`;

/** Wherever the system lets packets out. */
export const isAnyAddress = (address: string): boolean => address === ANY.ipv4 || address === ANY.ipv6;

export const ANY = { ipv4: '0.0.0.0', ipv6: '::' } as const;
