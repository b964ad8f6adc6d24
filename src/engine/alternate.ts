import { type Endpoint, familyOf, scopeOf, wrappedIpv4 } from '../base/index.ts';

/** Why an OTHER-ADDRESS is of no use; null: it may be asked. */
export type UnusableAlternate = 'same-address' | 'same-port' | 'other-family' | 'not-public';

/**
 * A server's word for its second address is checked before anything is sent there: another address of the same
 * family, another port (RFC 5780 section 7.4: both are changed), and no private one behind a public server.
 */
export function whyUnusable(primary: Endpoint, other: Endpoint): UnusableAlternate | null {
  const family = wrappedIpv4(other.address) ? null : familyOf(other.address);
  if (family !== familyOf(primary.address)) return 'other-family';
  if (other.address === primary.address) return 'same-address';
  if (other.port === primary.port || other.port === 0) return 'same-port';
  const scope = scopeOf(other.address);
  return scope === 'public' || scope === scopeOf(primary.address) ? null : 'not-public';
}
