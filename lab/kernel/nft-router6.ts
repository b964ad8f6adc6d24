import type { Forward, RouterSpec } from '../scenarios/index.ts';
import { LAN6, PBX6, PREFIXED6 } from './addresses.ts';
import { chain, type Loss, lossRules, portSet, table } from './nft-router.ts';

/** What the same router does with IPv6: a firewall, which mostly translates nothing. May be loaded over an earlier one. */
export const nftRouter6 = (spec: RouterSpec, loss: Loss = { out: 0, in: 0 }): string =>
  table(
    [
      chain('lost', 'type filter hook prerouting priority raw; policy accept;', lossRules('wan', loss, 'in')),
      chain('inward', 'type nat hook prerouting priority dstnat; policy accept;', inwardRules(spec)),
      chain('outward', 'type nat hook postrouting priority srcnat; policy accept;', outwardRules(spec)),
      chain('forward', 'type filter hook forward priority filter; policy drop;', forwardRules(spec)),
      // Neighbour discovery is IPv6's ARP.
      chain('input', 'type filter hook input priority filter; policy drop;', [
        'ct state established,related accept',
        'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
      ]),
    ],
    'ip6',
  );

const OUTWARD: Readonly<Partial<Record<RouterSpec['outward'], readonly string[]>>> = {
  untranslated: [],
  preserve: ['oifname "wan" masquerade'],
  random: ['oifname "wan" masquerade fully-random'],
  prefix: [`oifname "wan" snat ip6 prefix to ip6 saddr map { ${LAN6} : ${PREFIXED6} }`],
};

/** null: there are no rules that do this. */
export const outwardOf6 = ({ outward }: RouterSpec): readonly string[] | null => OUTWARD[outward] ?? null;

function outwardRules(spec: RouterSpec): readonly string[] {
  const rules = outwardOf6(spec);
  if (rules === null) throw new Error(`no rules of IPv6 do '${spec.outward}'`);
  return rules;
}

const inwardRules = ({ outward }: RouterSpec): readonly string[] =>
  outward === 'prefix' ? [`iifname "wan" dnat ip6 prefix to ip6 daddr map { ${PREFIXED6} : ${LAN6} }`] : [];

function forwardRules({ blocked, forwards, refusal }: RouterSpec): string[] {
  const [out, into] = ['iifname "lan" oifname "wan"', `iifname "wan" ip6 daddr ${PBX6}`];
  const how = blocked?.how === 'reject' ? PROHIBITED : 'drop';
  return [
    // Before the established ones: not even the answer of a blocked port leaves.
    ...(blocked ? [`${out} udp sport ${portSet(blocked.ports)} ${how}`] : []),
    'ct state established,related accept',
    'iifname "lan" accept',
    ...forwards.map((pinhole) => `${into} ${match(pinhole)} accept`),
    ...(refusal === 'icmp' ? [PROHIBITED] : []),
  ];
}

const PROHIBITED = 'reject with icmpv6 type admin-prohibited';

const match = ({ ports, protocols = ['tcp', 'udp'] }: Forward): string =>
  `meta l4proto { ${protocols.join(', ')} } th dport ${portSet(ports)}`;
