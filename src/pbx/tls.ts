import { PROFILES } from './profiles.ts';
import type { Purpose } from './types.ts';

const OVER_TLS = new Set<Purpose>(['sips', 'webrtc']);

/** HTTPS, with which phones are provisioned and apps log in; 5001 is what a 3CX takes when 443 is not free. */
const HTTPS = [443, 5001, 8443];

const TLS_PORTS = new Set([
  ...HTTPS,
  ...PROFILES.flatMap(({ ports }) =>
    ports.filter(({ protocol, purpose }) => protocol === 'tcp' && OVER_TLS.has(purpose)).map(({ from }) => from),
  ),
]);

/** Whether whoever listens at this TCP port is expected to speak TLS from the first byte on. */
export const isTlsPort = (port: number): boolean => TLS_PORTS.has(port);
