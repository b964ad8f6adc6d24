/** A transport address: an IP address in its usual text form, and a port, 0 to 65535. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export const endpoint = (address: string, port: number): Endpoint => ({ address, port });

export const sameEndpoint = (a: Endpoint, b: Endpoint): boolean => a.port === b.port && a.address === b.address;

/** `203.0.113.44:9000`, `[2001:db8::1]:9000`. */
export const formatEndpoint = ({ address, port }: Endpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** Dotted decimal, four parts, no leading zeros (which some systems read as octal). */
export const isIpv4 = (text: string): boolean => IPV4.test(text);

export type Ipv4Scope = 'public' | 'private' | 'carrier' | 'loopback' | 'link-local' | 'special';

/** What an IPv4 address is for (RFC 1918, 6598, 1122, 3927; the rest of RFC 6890 and multicast: special). */
export function ipv4Scope(address: string): Ipv4Scope {
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number);
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return 'private';
  if (a === 100 && b >= 64 && b <= 127) return 'carrier';
  if (a === 127) return 'loopback';
  if (a === 169 && b === 254) return 'link-local';
  if (a === 0 || a >= 224 || (a === 192 && b === 0 && c === 0)) return 'special';
  return 'public';
}
