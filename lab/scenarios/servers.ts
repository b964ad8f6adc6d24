import type { Check } from './types.ts';

/** Which servers a check asks that names none. */
export const serversOf = (family: Check['family']): readonly string[] =>
  family === 'ipv6' ? ['[2001:db8:100::10]'] : ['198.51.100.10'];
