import type { Localised } from '../routers/index.ts';
import { type Dialect, eachList, eachRange, span } from './types.ts';
import { writing } from './writing.ts';

const NAMES = /^[A-Za-z0-9][A-Za-z0-9/._-]{0,30}$/;

const onTop = (what: string): Localised => ({
  en: `See that ${what} stand above all others for the same ports.`,
  de: `Nachsehen, dass ${what} über allen anderen für dieselben Ports stehen.`,
});

const configured = (lines: readonly string[]): string[] => ['configure', ...lines, 'commit', 'save', 'exit'];

const RULE_NUMBERS: Localised = {
  en: 'If rules with these numbers exist, take free ones that are lower than those for the same ports.',
  de: 'Gibt es Regeln mit diesen Nummern, freie nehmen, die kleiner sind als die für dieselben Ports.',
};

export const VYOS: Dialect = {
  id: 'vyos',
  comment: '# ',
  wan: 'eth0',
  wanNames: NAMES,
  proven: false,
  write: writing({
    forward: (repair) => ({
      lines: configured(
        eachList(repair.ports.forward).flatMap(({ protocol, list }, index) => {
          const rule = `set nat destination rule ${index + 1}`;
          return [
            `${rule} description 'fullcone ${protocol}'`,
            `${rule} inbound-interface name '${repair.wan}'`,
            `${rule} protocol '${protocol}'`,
            `${rule} destination port '${list}'`,
            `${rule} translation address '${repair.pbx}'`,
          ];
        }),
      ),
      note: RULE_NUMBERS,
    }),
    'keep-source-port': ({ pbx, wan }) => ({
      lines: configured([
        "set nat source rule 1 description 'fullcone'",
        `set nat source rule 1 outbound-interface name '${wan}'`,
        "set nat source rule 1 protocol 'udp'",
        `set nat source rule 1 source address '${pbx}'`,
        "set nat source rule 1 translation address 'masquerade'",
      ]),
      note: RULE_NUMBERS,
    }),
    'alg-off': () => ({ lines: configured(['delete system conntrack modules sip']) }),
    flush: ({ pbx }) => ({ lines: [`sudo conntrack -D -s ${pbx}`, `sudo conntrack -D -r ${pbx}`] }),
  }),
};

/** EdgeOS: destination rules have the numbers 1 to 4999, source rules those from 5000 on. */
export const EDGEOS: Dialect = {
  id: 'edgeos',
  comment: '# ',
  wan: 'eth0',
  wanNames: NAMES,
  proven: false,
  write: writing({
    forward: (repair) => ({
      lines: configured(
        eachList(repair.ports.forward).flatMap(({ protocol, list }, index) => {
          const rule = `set service nat rule ${index + 1}`;
          const admit = `set firewall name WAN_IN rule ${index + 1}`;
          return [
            `${rule} description 'fullcone ${protocol}'`,
            `${rule} type destination`,
            `${rule} inbound-interface ${repair.wan}`,
            `${rule} protocol ${protocol}`,
            `${rule} destination port ${list}`,
            `${rule} inside-address address ${repair.pbx}`,
            `${admit} description 'fullcone ${protocol}'`,
            `${admit} action accept`,
            `${admit} protocol ${protocol}`,
            `${admit} destination address ${repair.pbx}`,
            `${admit} destination port ${list}`,
          ];
        }),
      ),
      note: RULE_NUMBERS,
    }),
    'keep-source-port': ({ pbx, wan }) => ({
      lines: configured([
        "set service nat rule 5000 description 'fullcone'",
        'set service nat rule 5000 type masquerade',
        `set service nat rule 5000 outbound-interface ${wan}`,
        'set service nat rule 5000 protocol udp',
        `set service nat rule 5000 source address ${pbx}`,
      ]),
      note: RULE_NUMBERS,
    }),
    'alg-off': () => ({ lines: configured(['set system conntrack modules sip disable']) }),
    flush: () => ({ lines: ['sudo conntrack -F'] }),
  }),
};

export const MIKROTIK: Dialect = {
  id: 'mikrotik',
  comment: '# ',
  // An interface list of the default configuration.
  wan: 'WAN',
  wanNames: NAMES,
  proven: false,
  write: writing({
    forward: (repair) => ({
      lines: eachList(repair.ports.forward).map(
        ({ protocol, list }) =>
          `/ip firewall nat add chain=dstnat in-interface-list=${repair.wan} protocol=${protocol} dst-port=${list} action=dst-nat to-addresses=${repair.pbx} comment="fullcone"`,
      ),
      note: onTop('NAT rules with the comment "fullcone"'),
    }),
    'keep-source-port': ({ pbx, wan, publicAddress }) => ({
      lines: [
        `/ip firewall nat add chain=srcnat out-interface-list=${wan} src-address=${pbx} protocol=udp ${
          publicAddress === null ? 'action=masquerade' : `action=src-nat to-addresses=${publicAddress}`
        } comment="fullcone"`,
      ],
      note: onTop('NAT rules with the comment "fullcone"'),
    }),
    'let-out': ({ pbx, wan, ports }) => ({
      lines: eachList({ ...ports['let-out'], tcp: [] }).map(
        ({ list }) =>
          `/ip firewall filter add chain=forward out-interface-list=${wan} src-address=${pbx} protocol=udp src-port=${list} action=accept comment="fullcone"`,
      ),
      note: onTop('filter rules with the comment "fullcone"'),
    }),
    'alg-off': () => ({ lines: ['/ip firewall service-port disable sip'] }),
    'scan-exemption': ({ sources, pbx }) => ({
      lines: [
        ...sources.map((source) => `/ip firewall address-list add list=fullcone address=${source}`),
        `/ip firewall filter add chain=forward src-address-list=fullcone dst-address=${pbx} action=accept comment="fullcone"`,
      ],
      note: onTop('filter rules with the comment "fullcone"'),
    }),
    flush: ({ pbx }) => ({
      lines: [
        `/ip firewall connection remove [find src-address~"^${pbx.replaceAll('.', '\\\\.')}:"]`,
        `/ip firewall connection remove [find reply-src-address~"^${pbx.replaceAll('.', '\\\\.')}:"]`,
      ],
    }),
  }),
};

const NAME = 'fullcone';

const FORTI_LAN: Localised = {
  en: 'In the new policies, name the interface of the PBX instead of "any", and move them above the others.',
  de: 'In den neuen Policies die Schnittstelle der Telefonanlage statt „any“ nennen, und sie über die anderen schieben.',
};

const fortiAddress = (pbx: string): string[] => [
  'config firewall address',
  `edit "${NAME}-pbx"`,
  `set subnet ${pbx} 255.255.255.255`,
  'next',
  'end',
];

export const FORTIOS: Dialect = {
  id: 'fortigate',
  comment: '# ',
  wan: 'wan1',
  wanNames: NAMES,
  proven: false,
  write: writing({
    forward: ({ pbx, wan, publicAddress, ports }) => {
      const vips = eachRange(ports.forward).map((range) => ({
        range: span(range),
        protocol: range.protocol,
        name: `${NAME}-${range.protocol}-${range.number}`,
      }));
      return {
        lines: [
          'config firewall vip',
          ...vips.flatMap(({ name, range, protocol }) => [
            `edit "${name}"`,
            `set extip ${publicAddress ?? '0.0.0.0'}`,
            `set extintf "${wan}"`,
            `set mappedip "${pbx}"`,
            'set portforward enable',
            `set protocol ${protocol}`,
            `set extport ${range}`,
            `set mappedport ${range}`,
            'next',
          ]),
          'end',
          'config firewall policy',
          'edit 0',
          `set name "${NAME}-in"`,
          `set srcintf "${wan}"`,
          'set dstintf "any"',
          'set srcaddr "all"',
          `set dstaddr ${vips.map(({ name }) => `"${name}"`).join(' ')}`,
          'set action accept',
          'set schedule "always"',
          'set service "ALL"',
          'next',
          'end',
        ],
        note: FORTI_LAN,
      };
    },
    'keep-source-port': ({ pbx, wan }) => ({
      lines: [
        ...fortiAddress(pbx),
        'config firewall policy',
        'edit 0',
        `set name "${NAME}-out"`,
        'set srcintf "any"',
        `set dstintf "${wan}"`,
        `set srcaddr "${NAME}-pbx"`,
        'set dstaddr "all"',
        'set action accept',
        'set schedule "always"',
        'set service "ALL_UDP"',
        'set nat enable',
        'set fixedport enable',
        'next',
        'end',
      ],
      note: FORTI_LAN,
    }),
    'alg-off': () => ({
      lines: [
        'config system settings',
        'set default-voip-alg-mode kernel-helper-based',
        'set sip-expectation disable',
        'set sip-nat-trace disable',
        'end',
        'show system session-helper',
      ],
      note: {
        en: 'The last line shows the session helpers. Delete the one with "set name sip", by its number (mostly 13): config system session-helper, delete 13, end.',
        de: 'Die letzte Zeile zeigt die Session-Helper. Den mit „set name sip“ über seine Nummer löschen (meist 13): config system session-helper, delete 13, end.',
      },
    }),
    flush: ({ pbx }) => ({
      lines: [
        'diagnose sys session filter clear',
        `diagnose sys session filter src ${pbx}`,
        'diagnose sys session clear',
        'diagnose sys session filter clear',
      ],
    }),
  }),
};
