import { ALG_OFF, inserted, NO_CHAIN, NO_SCAN_CHAIN, nft, restore, setOf } from './linux-words.ts';
import { eachRange, type Repair, span } from './types.ts';
import { type Written, writing } from './writing.ts';

/* Where nothing is translated, a firewall has to admit what comes: rules in its own chain, before those that drop. */

const word = ({ family }: Repair): string => (family === 'ipv6' ? 'ip6' : 'ip');

const PROTOCOLS = ['udp', 'tcp'] as const;

const inForwardChain = (repair: Repair, rules: readonly string[]): Written =>
  repair.chains.forward
    ? { lines: nft(rules.map((rule) => inserted(repair.chains.forward, rule))) }
    : { lines: [], note: NO_CHAIN };

const flush = ({ family, pbx }: Repair): Written => ({
  lines: ['-s', '-d'].map((way) => `conntrack -D ${family === 'ipv6' ? '-f ipv6 ' : ''}${way} ${pbx}`),
});

export const NFTABLES_ADMIT = writing({
  forward: (repair) =>
    inForwardChain(
      repair,
      PROTOCOLS.filter((protocol) => repair.ports.forward[protocol].length > 0).map(
        (protocol) =>
          `iifname "${repair.wan}" ${word(repair)} daddr ${repair.pbx} ${protocol} dport ${setOf(repair.ports.forward[protocol])} accept`,
      ),
    ),
  'let-out': (repair) =>
    inForwardChain(repair, [
      `oifname "${repair.wan}" ${word(repair)} saddr ${repair.pbx} udp sport ${setOf(repair.ports['let-out'].udp)} accept`,
    ]),
  'alg-off': () => ALG_OFF,
  'scan-exemption': (repair) =>
    repair.chains.scan && repair.sources.length > 0
      ? { lines: nft([inserted(repair.chains.scan, `${word(repair)} saddr { ${repair.sources.join(', ')} } accept`)]) }
      : { lines: [], note: NO_SCAN_CHAIN },
  flush,
});

const program = ({ family }: Repair) => (family === 'ipv6' ? 'ip6tables' : 'iptables');

export const IPTABLES_ADMIT = writing({
  forward: (repair) => ({
    lines: restore(
      {
        filter: eachRange(repair.ports.forward).map(
          (range) =>
            `-I FORWARD -i ${repair.wan} -d ${repair.pbx} -p ${range.protocol} --dport ${span(range, ':')} -j ACCEPT`,
        ),
      },
      program(repair),
    ),
  }),
  'let-out': (repair) => ({
    lines: restore(
      {
        filter: eachRange({ ...repair.ports['let-out'], tcp: [] }).map(
          (range) => `-I FORWARD -o ${repair.wan} -s ${repair.pbx} -p udp --sport ${span(range, ':')} -j ACCEPT`,
        ),
      },
      program(repair),
    ),
  }),
  'alg-off': () => ALG_OFF,
  flush,
});
