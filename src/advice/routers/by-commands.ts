import { type Router, step } from './types.ts';

/** Cisco and Juniper, which are told by commands. */
export const BY_COMMANDS: readonly Router[] = [
  {
    id: 'cisco-asa',
    name: 'Cisco ASA, FTD',
    versions: 'ASA 8.3+',
    says: /adaptive security|asdm|firepower/i,
    steps: {
      forward: step(
        'A service object for every range of {{ports}}, as a source range, and a twice NAT "source static" of {{pbx}} to the interface with it; then an access rule for {{pbx}}.',
        'Ein Dienstobjekt für jeden Bereich von {{ports}}, als Quellbereich, und ein Twice-NAT „source static“ von {{pbx}} auf die Schnittstelle damit; dann eine Zugriffsregel für {{pbx}}.',
        'https://community.cisco.com/t5/security-knowledge-base/config-example-static-pat-nat-for-a-range-of-ports-using-asa/ta-p/3121840',
      ),
      'keep-source-port': step(
        'The same static twice NAT holds for both directions: what leaves from these ports keeps them.',
        'Dasselbe statische Twice-NAT gilt in beiden Richtungen: Was von diesen Ports hinausgeht, behält sie.',
        null,
      ),
      'alg-off': step(
        'Take SIP out of the inspected protocols. On FTD the same by FlexConfig.',
        'SIP aus den inspizierten Protokollen nehmen. Auf FTD dasselbe mit FlexConfig.',
        'cisco.com: ASA command reference, inspect sip',
        ['policy-map global_policy', 'class inspection_default', 'no inspect sip'],
      ),
      'scan-exemption': step(
        'For every one of {{sources}}, where "scanning-threat shun" is on already (this would switch it on).',
        'Für jede von {{sources}}, wo „scanning-threat shun“ schon an ist (sonst schaltet das es ein).',
        null,
        ['threat-detection scanning-threat shun except ip-address <source> 255.255.255.255'],
      ),
      flush: step(
        'This ends the current connections that are translated.',
        'Das beendet die laufenden Verbindungen, die übersetzt sind.',
        'cisco.com: ASA configuration guide, network object NAT',
        ['clear xlate'],
      ),
    },
  },
  {
    id: 'cisco-ios',
    name: 'Cisco IOS, IOS XE',
    versions: '12.4+',
    says: /cisco ios|cisco-ios|\bios xe\b/i,
    steps: {
      forward: step(
        'One static entry for every port; a range needs a public address of the PBX\'s own ("ip nat inside source static").',
        'Für jeden Port ein statischer Eintrag; ein Bereich braucht eine eigene öffentliche Adresse der Telefonanlage („ip nat inside source static“).',
        null,
        ['ip nat inside source static udp {{pbx}} <port> interface {{wan}} <port>'],
      ),
      'keep-source-port': step(
        'Static entries hold for both directions: what leaves from these ports keeps them.',
        'Statische Einträge gelten in beiden Richtungen: Was von diesen Ports hinausgeht, behält sie.',
        null,
      ),
      'alg-off': step('In configuration mode.', 'Im Konfigurationsmodus.', 'https://pastebin.com/63kHGYMa', [
        'no ip nat service sip udp port 5060',
        'no ip nat service sip tcp port 5060',
      ]),
      flush: step(
        'This deletes all dynamic translations, also those of others.',
        'Das löscht alle dynamischen Übersetzungen, auch die anderer.',
        null,
        ['clear ip nat translation *'],
      ),
    },
  },
  {
    id: 'juniper-srx',
    name: 'Juniper SRX',
    versions: 'Junos 15+',
    says: /juniper|junos|\bsrx\b/i,
    steps: {
      forward: step(
        'A destination NAT pool with {{pbx}} and no port, a rule for {{public}} and every range of {{ports}}, and a security policy to {{pbx}}.',
        'Ein Destination-NAT-Pool mit {{pbx}} und ohne Port, eine Regel für {{public}} und jeden Bereich von {{ports}}, und eine Security Policy zu {{pbx}}.',
        'juniper.net: Network Address Translation',
      ),
      'keep-source-port': step(
        'A source NAT pool with "port no-translation", and a rule for {{pbx}} above the general one. By default Junos translates the port.',
        'Ein Source-NAT-Pool mit „port no-translation“, und eine Regel für {{pbx}} über der allgemeinen. Von Haus aus übersetzt Junos den Port.',
        'https://www.juniper.net/documentation/en_US/junos12.2/topics/concept/nat-security-source-pool-without-pat-understanding.html',
      ),
      'alg-off': step('In configuration mode.', 'Im Konfigurationsmodus.', 'juniper.net: SIP ALG', [
        'set security alg sip disable',
        'commit',
      ]),
      'scan-exemption': step(
        'In the screen of the untrust zone (ids-option), raise or leave out udp port-scan and udp-sweep, or put {{sources}} on a white list.',
        'Im Screen der Zone untrust (ids-option) udp port-scan und udp-sweep anheben oder auslassen, oder {{sources}} in eine White List setzen.',
        null,
      ),
      flush: step('In operational mode.', 'Im Betriebsmodus.', null, [
        'clear security flow session source-prefix {{pbx}}/32',
        'clear security flow session destination-prefix {{pbx}}/32',
      ]),
    },
  },
];
