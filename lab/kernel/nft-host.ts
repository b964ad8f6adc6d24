import { chain, table } from './nft-router.ts';

/** The own packet filter of the PBX, as it is often found: what answers to something, and nothing else. */
export const nftHostFirewall = (family: 'ip' | 'ip6' = 'ip'): string =>
  table(
    [
      chain('input', 'type filter hook input priority filter; policy drop;', [
        'iifname "lo" accept',
        'ct state established,related accept',
        // Neighbour discovery is IPv6's ARP.
        ...(family === 'ip6' ? ['icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept'] : []),
      ]),
    ],
    family,
    'host',
  );
