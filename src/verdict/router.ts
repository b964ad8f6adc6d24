import { scopeOf } from '../base/index.ts';
import type { RouterEvidence, RouterUnknown } from '../evidence/index.ts';

/** How many NATs stand between this machine and the internet, as far as the router's own address tells. */
export type Nats =
  /** The router has the address that the servers see. */
  | 'one-nat'
  /** Its own address is one that a provider gives to customers behind its NAT. */
  | 'carrier-nat'
  /** Its own address is a private one: another router stands in front of it. */
  | 'double-nat'
  /** Its own address is of the internet, and not the one that the servers see: several lines, a tunnel, or one more NAT. */
  | 'other-public-address';

export type RouterReason =
  | RouterUnknown
  /** No server saw this machine. */
  | 'no-public-address'
  /** Servers saw it by an address that is not of the internet. */
  | 'server-inside'
  /** The servers are reached from another address of this machine than the router. */
  | 'other-way';

export interface RouterVerdict {
  /** null: not known, for this reason. */
  readonly nats: Nats | null;
  readonly reason: RouterReason | null;
  readonly gateway: string | null;
  /** As the router says. */
  readonly wanAddress: string | null;
  readonly by: 'nat-pmp' | 'pcp' | 'upnp' | null;
  /** The id of the rule that decided. */
  readonly rule: string;
}

interface Seen {
  readonly evidence: RouterEvidence;
  readonly wan: string;
  /** From which address the servers were asked. */
  readonly localAddress: string;
  readonly publicAddresses: readonly string[];
}

interface RouterRule {
  readonly id: string;
  readonly applies: (seen: Seen) => boolean;
  readonly nats: Nats | null;
  readonly reason: RouterReason | null;
}

const known = (id: string, nats: Nats, applies: RouterRule['applies']): RouterRule => ({
  id,
  nats,
  reason: null,
  applies,
});
const unknown = (id: string, reason: RouterReason, applies: RouterRule['applies']): RouterRule => ({
  ...{ id, nats: null, reason, applies },
});

/** 192.0.0.0/29 is what a router has on a DS-Lite line: IPv4 is translated by the provider (RFC 6333 section 5.7). */
const isDsLite = (address: string): boolean => /^192\.0\.0\.[0-7]$/.test(address);

/** The first that applies decides. The router may be wrong, or lie: its word never makes a port open or closed. */
const RULES: readonly RouterRule[] = [
  unknown('other-way', 'other-way', ({ evidence, localAddress }) => evidence.local !== localAddress),
  unknown('not-seen', 'no-public-address', ({ publicAddresses }) => publicAddresses.length === 0),
  unknown('seen-inside', 'server-inside', ({ publicAddresses: seen }) =>
    seen.every((one) => scopeOf(one) !== 'public'),
  ),
  known('wan-is-seen', 'one-nat', ({ wan, publicAddresses }) => publicAddresses.includes(wan)),
  known('wan-of-a-carrier', 'carrier-nat', ({ wan }) => scopeOf(wan) === 'carrier' || isDsLite(wan)),
  known('wan-is-private', 'double-nat', ({ wan }) => scopeOf(wan) === 'private'),
  known('wan-is-not-seen', 'other-public-address', ({ wan }) => scopeOf(wan) === 'public'),
  unknown('wan-is-no-address', 'no-address', () => true),
];

/** Compares what the router says of itself with what the servers see. */
export function judgeRouter(
  evidence: RouterEvidence,
  localAddress: string,
  publicAddresses: readonly string[],
): RouterVerdict {
  const { gateway, wan } = evidence;
  const about = { gateway, wanAddress: wan?.address ?? null, by: wan?.by ?? null };
  if (!wan) return { ...about, nats: null, reason: evidence.unknown, rule: 'not-told' };
  const seen = { evidence, wan: wan.address, localAddress, publicAddresses };
  const rule = RULES.find(({ applies }) => applies(seen));
  if (!rule) throw new Error('the last rule applies to everything');
  return { ...about, nats: rule.nats, reason: rule.reason, rule: rule.id };
}
