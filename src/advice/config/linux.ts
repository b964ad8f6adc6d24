import type { Localised } from '../routers/index.ts';
import { IPTABLES_ADMIT, NFTABLES_ADMIT } from './admit.ts';
import { ALG_OFF, inserted, NO_CHAIN, NO_SCAN_CHAIN, nft, restore, setOf } from './linux-words.ts';
import { type Dialect, eachRange, type Repair, span } from './types.ts';
import { type Written, writing } from './writing.ts';

/** IFNAMSIZ of Linux is 16, with the zero at its end. */
const LINUX_NAMES = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}$/;

/** A table of its own, which replaces what an earlier text has put there, and whose rules come before all others. */
const ownTable = (name: string, hook: string, priority: string, rules: readonly string[]): string[] => [
  `table ip ${name}`,
  `delete table ip ${name}`,
  `table ip ${name} {`,
  `  chain ${hook} {`,
  `    type nat hook ${hook} priority ${priority}; policy accept;`,
  ...rules.map((rule) => `    ${rule}`),
  '  }',
  '}',
];

function nftForward({ pbx, wan, ports, chains }: Repair): Written {
  // What the router itself has as its address, and nothing that it only passes on.
  const match = `iifname "${wan}" fib daddr type local`;
  const sets = (['udp', 'tcp'] as const).flatMap((protocol) =>
    ports.forward[protocol].length > 0 ? [{ protocol, set: setOf(ports.forward[protocol]) }] : [],
  );
  // Of these ports alone: what else is forwarded to the PBX, others may guard.
  const admit = sets.flatMap(({ protocol, set }) => [
    `ip daddr ${pbx} ${protocol} dport ${set} ct status dnat accept`,
    `ip saddr ${pbx} ${protocol} sport ${set} ct status dnat accept`,
  ]);
  return {
    lines: nft([
      ...ownTable(
        'fullcone_forward',
        'prerouting',
        'dstnat - 1',
        sets.map(({ protocol, set }) => `${match} ${protocol} dport ${set} dnat to ${pbx}`),
      ),
      ...(chains.forward ? admit.map((rule) => inserted(chains.forward, rule)) : []),
    ]),
    ...(chains.forward ? {} : { note: NO_CHAIN }),
  };
}

const nftSource = ({ pbx, wan }: Repair): Written => ({
  lines: nft(
    ownTable('fullcone_source', 'postrouting', 'srcnat - 1', [
      `oifname "${wan}" ip saddr ${pbx} meta l4proto udp masquerade`,
    ]),
  ),
});

const nftLetOut = ({ pbx, wan, ports, chains }: Repair): Written =>
  chains.forward
    ? {
        lines: nft([
          inserted(chains.forward, `oifname "${wan}" ip saddr ${pbx} udp sport ${setOf(ports['let-out'].udp)} accept`),
        ]),
      }
    : { lines: [], note: NO_CHAIN };

const nftScan = ({ sources, chains }: Repair): Written =>
  chains.scan && sources.length > 0
    ? {
        lines: nft([inserted(chains.scan, `ip saddr { ${sources.join(', ')} } accept`)]),
      }
    : { lines: [], note: NO_SCAN_CHAIN };

/** Also what came in and found nobody: `-d`. It says so where there was nothing to delete. */
const flush = ({ pbx, publicAddress }: Repair): Written => ({
  lines: [
    `conntrack -D -s ${pbx}`,
    `conntrack -D -r ${pbx}`,
    ...(publicAddress === null ? [] : [`conntrack -D -p udp -d ${publicAddress}`]),
  ],
});

export const NFTABLES: Dialect = {
  id: 'nftables',
  comment: '# ',
  wan: null,
  wanNames: LINUX_NAMES,
  proven: true,
  write: writing({
    forward: nftForward,
    'keep-source-port': nftSource,
    'let-out': nftLetOut,
    'alg-off': () => ALG_OFF,
    'scan-exemption': nftScan,
    flush,
  }),
  admit: NFTABLES_ADMIT,
};

function iptablesForward({ pbx, wan, ports }: Repair): Written {
  const match = `-i ${wan} -m addrtype --dst-type LOCAL`;
  return {
    lines: restore({
      nat: eachRange(ports.forward).map(
        (range) =>
          `-I PREROUTING ${match} -p ${range.protocol} --dport ${span(range, ':')} -j DNAT --to-destination ${pbx}`,
      ),
      // Of these ports alone: what else is forwarded to the PBX, others may guard.
      filter: eachRange(ports.forward).flatMap((range) =>
        ['-d', '-s'].map(
          (way) =>
            `-I FORWARD ${way} ${pbx} -p ${range.protocol} -${way}port ${span(range, ':')} -m conntrack --ctstate DNAT -j ACCEPT`,
        ),
      ),
    }),
  };
}

const iptablesSource = ({ pbx, wan }: Repair): Written => ({
  lines: restore({ nat: [`-I POSTROUTING -o ${wan} -s ${pbx} -p udp -j MASQUERADE`] }),
});

const iptablesLetOut = ({ pbx, wan, ports }: Repair): Written => ({
  lines: restore({
    filter: eachRange(ports['let-out'])
      .filter(({ protocol }) => protocol === 'udp')
      .map((range) => `-I FORWARD -o ${wan} -s ${pbx} -p udp --sport ${span(range, ':')} -j ACCEPT`),
  }),
});

/** Where such rules stand: nobody knows, but a rule in front of them does no harm where there are none. */
const iptablesScan = ({ pbx, wan, sources }: Repair): Written => ({
  lines: restore({
    raw: sources.map((source) => `-I PREROUTING -i ${wan} -s ${source} -j ACCEPT`),
    mangle: sources.map((source) => `-I PREROUTING -i ${wan} -s ${source} -j ACCEPT`),
    filter: sources.map((source) => `-I FORWARD -i ${wan} -s ${source} -d ${pbx} -j ACCEPT`),
  }),
});

export const IPTABLES: Dialect = {
  id: 'iptables',
  comment: '# ',
  wan: null,
  wanNames: LINUX_NAMES,
  proven: true,
  write: writing({
    forward: iptablesForward,
    'keep-source-port': iptablesSource,
    'let-out': iptablesLetOut,
    'alg-off': () => ALG_OFF,
    'scan-exemption': iptablesScan,
    flush,
  }),
  admit: IPTABLES_ADMIT,
};

const OPENWRT_TABLE: Localised = {
  en: 'Move the new redirects above others for the same ports: Network > Firewall > Port Forwards.',
  de: 'Die neuen Weiterleitungen über andere für dieselben Ports schieben: Netzwerk > Firewall > Portweiterleitungen.',
};

const uci = (lines: readonly string[]): string[] => [
  "uci -q batch <<'END'",
  ...lines,
  'commit firewall',
  'END',
  '/etc/init.d/firewall restart',
];

/** A named section, which a second text replaces. */
const section = (name: string, type: string, options: Readonly<Record<string, string>>): string[] => [
  `set firewall.${name}=${type}`,
  ...Object.entries(options).map(([option, value]) => `set firewall.${name}.${option}='${value}'`),
];

export const OPENWRT: Dialect = {
  id: 'openwrt',
  comment: '# ',
  wan: 'wan',
  wanNames: /^[A-Za-z0-9_]{1,11}$/,
  proven: false,
  write: writing({
    forward: ({ pbx, wan, ports }) => ({
      lines: uci(
        eachRange(ports.forward).flatMap((range) =>
          section(`fullcone_${range.protocol}_${range.number}`, 'redirect', {
            ...{ name: `fullcone ${range.protocol} ${span(range)}`, target: 'DNAT', src: wan, proto: range.protocol },
            ...{ src_dport: span(range), dest: 'lan', dest_ip: pbx },
          }),
        ),
      ),
      note: OPENWRT_TABLE,
    }),
    'keep-source-port': ({ pbx, wan }) => ({
      lines: uci(section('fullcone_source', 'nat', { src: wan, proto: 'udp', src_ip: pbx, target: 'MASQUERADE' })),
    }),
    'let-out': ({ pbx, wan, ports }) => ({
      lines: uci(
        section('fullcone_out', 'rule', {
          ...{ name: 'fullcone out', src: 'lan', dest: wan, proto: 'udp', src_ip: pbx },
          ...{ src_port: ports['let-out'].udp.map((range) => span(range)).join(' '), target: 'ACCEPT' },
        }),
      ),
    }),
    'alg-off': () => ({
      lines: [
        'for zone in $(uci show firewall | sed -n "s/^firewall\\.\\([^.=]*\\)=zone$/\\1/p"); do uci set firewall.$zone.auto_helper=0; done',
        'uci commit firewall',
        '/etc/init.d/firewall restart',
      ],
    }),
    'scan-exemption': () => ({
      lines: [],
      note: {
        en: 'OpenWrt has no scan protection of its own; look at the packages that are installed (banIP, for one).',
        de: 'OpenWrt hat keinen eigenen Schutz vor Scans; bei den installierten Paketen nachsehen (etwa banIP).',
      },
    }),
    flush: (repair) => ({
      ...flush(repair),
      note: {
        en: 'The program is in the package "conntrack". Without it: restart the router.',
        de: 'Das Programm ist im Paket „conntrack“. Ohne es: den Router neu starten.',
      },
    }),
  }),
};
