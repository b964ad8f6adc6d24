import type { NetworkSpec } from '../scenarios/index.ts';
import { RESOLVER, STUN_OTHER_PORT, STUN_PORT } from './addresses.ts';
import { chain, type Loss, lossRules, table } from './nft-router.ts';

const NO_LOSS: Loss = { out: 0, in: 0 };

/**
 * Rules of the internet host: what it does not hear, and the two counters. It counts what is put on the link, before
 * the link loses any of it. It has no connection tracking, so nothing here can answer for the router.
 */
export function nftInternet({ server, dns, loss = NO_LOSS }: NetworkSpec): string {
  const silences = [
    ...(server.kind === 'silent'
      ? [`udp dport { ${STUN_PORT}, ${STUN_OTHER_PORT} } drop`, 'tcp flags & (syn | ack) == syn drop']
      : []),
    ...(dns === 'silent' ? [`ip daddr ${RESOLVER} drop`] : []),
  ];
  return table([
    '  counter out { }',
    '  counter in { }',
    chain('arriving', 'type filter hook prerouting priority raw; policy accept;', [
      'iifname "isp" meta l4proto udp counter name out',
      ...lossRules('isp', loss.out),
    ]),
    chain('input', 'type filter hook input priority filter; policy accept;', silences),
    chain('leaving', 'type filter hook postrouting priority filter; policy accept;', [
      'oifname "isp" meta l4proto udp counter name in',
    ]),
  ]);
}

/** Rules of a PBX without a router: only the link's loss. */
export const nftDirect = (loss: Loss = NO_LOSS): string =>
  table([chain('lost', 'type filter hook prerouting priority raw; policy accept;', lossRules('wan', loss.in))]);
