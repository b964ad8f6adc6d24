import type { NetworkSpec } from '../scenarios/index.ts';
import { ALTERNATE, PRIMARY, RESOLVER, RESOLVER6, STUN_OTHER_PORT, STUN_PORT } from './addresses.ts';
import { chain, type Loss, lossRules, table } from './nft-router.ts';

const SILENCE = [`udp dport { ${STUN_PORT}, ${STUN_OTHER_PORT} } drop`, 'tcp flags & (syn | ack) == syn drop'];

const NO_LOSS: Loss = { out: 0, in: 0 };

/**
 * Rules of the internet host: what it does not hear, and the two counters. It counts what is put on the link, before
 * the link loses any of it. It has no connection tracking, so nothing here can answer for the router.
 */
export function nftInternet({ server, dns, loss = NO_LOSS }: NetworkSpec): string {
  const silences = [
    ...(server.kind === 'silent' ? SILENCE : []),
    // The limit never refills, so that its burst is a plain count.
    ...(server.diesAfter === undefined
      ? []
      : [`ip daddr { ${PRIMARY}, ${ALTERNATE} } limit rate over 1/hour burst ${server.diesAfter} packets drop`]),
    ...(server.alternateFilters ? [`ip daddr ${ALTERNATE} meta l4proto udp add @known { ip saddr . udp sport }`] : []),
    ...(dns === 'silent' ? [`ip daddr ${RESOLVER} drop`] : []),
  ];
  return table([
    '  counter out { }',
    '  counter in { }',
    '  set known { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 60s; size 65535; }',
    chain('arriving', 'type filter hook prerouting priority raw; policy accept;', [
      'iifname "isp" meta l4proto udp counter name out',
      ...lossRules('isp', loss, 'out'),
    ]),
    chain('input', 'type filter hook input priority filter; policy accept;', silences),
    chain('output', 'type filter hook output priority filter; policy accept;', [
      ...(server.alternateFilters
        ? [`ip saddr ${ALTERNATE} meta l4proto udp ip daddr . udp dport != @known drop`]
        : []),
      ...(server.callsLost
        ? [`ip saddr { ${PRIMARY}, ${ALTERNATE} } tcp flags & (syn | ack) == syn counter drop`]
        : []),
    ]),
    chain('leaving', 'type filter hook postrouting priority filter; policy accept;', [
      'oifname "isp" meta l4proto udp counter name in',
    ]),
  ]);
}

/** The same of IPv6, without the counters. */
export const nftInternet6 = ({ server, dns, loss = NO_LOSS }: NetworkSpec): string =>
  table(
    [
      chain('arriving', 'type filter hook prerouting priority raw; policy accept;', lossRules('isp', loss, 'out')),
      chain('input', 'type filter hook input priority filter; policy accept;', [
        ...(server.kind === 'silent' ? SILENCE : []),
        ...(dns === 'silent' ? [`ip6 daddr ${RESOLVER6} drop`] : []),
      ]),
    ],
    'ip6',
  );

/** Rules of a PBX without a router: only the link's loss. */
export const nftDirect = (loss: Loss = NO_LOSS, family: 'ip' | 'ip6' = 'ip'): string =>
  table(
    [chain('lost', 'type filter hook prerouting priority raw; policy accept;', lossRules('wan', loss, 'in'))],
    family,
  );
