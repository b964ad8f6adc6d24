/** The picture of lab/scenarios/types.ts in numbers. */
export const PRIMARY = '198.51.100.10';
export const ALTERNATE = '198.51.100.20';
/** Further addresses of the internet, for peers that no checker has spoken to. */
export const OTHERS = ['198.51.100.30', '198.51.100.40'] as const;
export const RESOLVER = '198.51.100.53';
export const ISP = '203.0.113.1';
export const PUBLIC = '203.0.113.44';
/** Of the router's second line, if it has one. */
export const OTHER_LINE = '203.0.113.45';
export const GATEWAY = '192.168.0.1';
export const PBX = '192.168.0.100';
export const HOST2 = '192.168.0.50';
export const NOBODY = '192.168.0.77';

export const PRIMARY6 = '2001:db8:100::10';
export const ALTERNATE6 = '2001:db8:100::20';
export const RESOLVER6 = '2001:db8:100::53';
export const ISP6 = '2001:db8:2::1';
export const PUBLIC6 = '2001:db8:2::44';
export const GATEWAY6 = '2001:db8:1::1';
export const PBX6 = '2001:db8:1::100';
export const HOST26 = '2001:db8:1::50';
export const LAN6 = '2001:db8:1::/64';
/** What NPTv6 makes of it. */
export const PREFIXED6 = '2001:db8:3::/64';

/** The one name that the lab's resolver knows. */
export const STUN_NAME = 'stun.example';
/** The one domain that names it by an SRV record, if it does. */
export const STUN_DOMAIN = 'domain.example';
export const STUN_PORT = 3478;
export const STUN_OTHER_PORT = 3479;

/** `outer`: the provider's NAT, in a network that has one. */
export const HOSTS = ['pbx', 'host2', 'router', 'outer', 'inet'] as const;
export type Host = (typeof HOSTS)[number];
