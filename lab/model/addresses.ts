import { type Family, familyOf, isIpv4 } from '../../src/base/index.ts';

/** The picture of lab/scenarios/types.ts in numbers. */
export const PRIMARY = '198.51.100.10';
export const ALTERNATE = '198.51.100.20';
/** Of the second reflector. */
export const SECOND = ['198.51.100.30', '198.51.100.40'] as const;
export const PUBLIC = '203.0.113.44';
/** Of the router's second line, if it has one. */
export const OTHER_LINE = '203.0.113.45';
export const PBX = '192.168.0.100';
export const HOST2 = '192.168.0.50';
export const NOBODY = '192.168.0.77';
export const GATEWAY = '192.168.0.1';
export const GATEWAY6 = '2001:db8:1::1';

export const PRIMARY6 = '2001:db8:100::10';
export const ALTERNATE6 = '2001:db8:100::20';
export const PUBLIC6 = '2001:db8:2::44';
export const PBX6 = '2001:db8:1::100';
/** The PBX's address under the prefix that NPTv6 gives it. */
export const PREFIXED6 = '2001:db8:3::100';
/** PRIMARY behind the well-known prefix of NAT64 (RFC 6052). */
export const PRIMARY64 = '64:ff9b::c633:640a';

/** The hosts of a LAN, by family. */
export const LAN = {
  ipv4: { pbx: PBX, host2: HOST2, nobody: NOBODY },
  ipv6: { pbx: PBX6, host2: '2001:db8:1::50', nobody: '2001:db8:1::77' },
} as const satisfies Readonly<Record<Family, Readonly<Record<'pbx' | 'host2' | 'nobody', string>>>>;

/** The one name that the model's resolver knows. */
export const STUN_NAME = 'stun.example';
/** The one domain that names it by an SRV record, if it does. */
export const STUN_DOMAIN = 'domain.example';
export const STUN_PORT = 3478;

export const isLan = (address: string): boolean =>
  address.startsWith('192.168.0.') || address.startsWith('2001:db8:1::');
export const isLoopback = (address: string): boolean =>
  (isIpv4(address) && address.startsWith('127.')) || address === '::1';

/** Of a host's own addresses the first that is of the other one's family: the route gives it. */
export const firstOf = (own: readonly string[], other: string): string | undefined =>
  own.find((address) => familyOf(address) === familyOf(other));
