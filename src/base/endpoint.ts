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
