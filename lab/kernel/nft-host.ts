import { chain, table } from './nft-router.ts';

/** The own packet filter of the PBX, as it is often found: what answers to something, and nothing else. */
export const nftHostFirewall = (): string =>
  table(
    [
      chain('input', 'type filter hook input priority filter; policy drop;', [
        'iifname "lo" accept',
        'ct state established,related accept',
      ]),
    ],
    'ip',
    'host',
  );
