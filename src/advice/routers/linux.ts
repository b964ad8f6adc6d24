import { type Router, step } from './types.ts';

const EXTENSIONS = 'man iptables-extensions, SNAT and MASQUERADE';
const HELPERS = 'kernel.org: nf_conntrack-sysctl';

const FLUSH = step(
  'Delete the connections of the PBX from the table.',
  'Die Verbindungen der Telefonanlage aus der Tabelle löschen.',
  'man conntrack',
  ['conntrack -D -s {{pbx}}', 'conntrack -D -r {{pbx}}'],
);

const ALG_OFF = step(
  'Remove every rule that assigns the helper "sip" (nft: "ct helper"; iptables: "CT --helper sip"), and unload its modules.',
  'Jede Regel entfernen, die den Helper „sip“ zuweist (nft: „ct helper“; iptables: „CT --helper sip“), und seine Module entladen.',
  HELPERS,
  ['modprobe -r nf_nat_sip nf_conntrack_sip', 'lsmod | grep sip'],
);

const KEEPS = step(
  'masquerade and SNAT keep the source port wherever it is free. Take "random", "fully-random" and "persistent" out of the rule for {{wan}}, or put a rule for UDP of {{pbx}} above it.',
  'masquerade und SNAT behalten den Quellport, wo er frei ist. „random“, „fully-random“ und „persistent“ aus der Regel für {{wan}} nehmen, oder darüber eine Regel für UDP von {{pbx}} stellen.',
  EXTENSIONS,
);

const SCAN = step(
  'In the chain that counts new connections, accept the sources {{sources}} before the counting rule (nft: ip saddr; iptables: -s).',
  'In der Kette, die neue Verbindungen zählt, die Quellen {{sources}} vor der zählenden Regel annehmen (nft: ip saddr; iptables: -s).',
  'man nft, man iptables',
);

const LET_OUT = step(
  'In the forward chain, before the rule that drops, accept UDP of {{pbx}} from the source ports {{ports}}.',
  'In der Forward-Kette vor der verwerfenden Regel UDP von {{pbx}} mit den Quellports {{ports}} annehmen.',
  'man nft, man iptables',
);

/** Plain Linux, and what is made of it. Whoever has a text form has a generator of the same name. */
export const LINUX: readonly Router[] = [
  {
    id: 'nftables',
    name: 'Linux (nftables)',
    versions: 'nft 1.0',
    steps: {
      forward: step(
        'A destination NAT rule for {{ports}} to {{pbx}}, without a port, before all others of its hook; and in the forward chain an "accept" for what it translates.',
        'Eine Destination-NAT-Regel für {{ports}} auf {{pbx}}, ohne Port, vor allen anderen ihres Hooks; und in der Forward-Kette ein „accept“ für das, was sie übersetzt.',
        'man nft',
      ),
      'keep-source-port': KEEPS,
      'let-out': LET_OUT,
      'alg-off': ALG_OFF,
      'scan-exemption': SCAN,
      flush: FLUSH,
    },
  },
  {
    id: 'iptables',
    name: 'Linux (iptables)',
    versions: 'iptables 1.8',
    steps: {
      forward: step(
        'A DNAT rule for {{ports}} to {{pbx}}, without a port, at the beginning of PREROUTING; and at the beginning of FORWARD an ACCEPT for what it translates.',
        'Eine DNAT-Regel für {{ports}} auf {{pbx}}, ohne Port, am Anfang von PREROUTING; und am Anfang von FORWARD ein ACCEPT für das, was sie übersetzt.',
        'man iptables-extensions',
      ),
      'keep-source-port': KEEPS,
      'let-out': LET_OUT,
      'alg-off': ALG_OFF,
      'scan-exemption': SCAN,
      flush: FLUSH,
    },
  },
  {
    id: 'firewalld',
    name: 'firewalld',
    versions: '',
    steps: {
      forward: step(
        'For every range, a forward to the same ports in the zone of {{wan}}: {{ports}} to {{pbx}}. Shown here for UDP 5060.',
        'Für jeden Bereich eine Weiterleitung auf dieselben Ports in der Zone von {{wan}}: {{ports}} auf {{pbx}}. Hier gezeigt für UDP 5060.',
        null,
        [
          'firewall-cmd --permanent --zone=external --add-forward-port=port=5060:proto=udp:toport=5060:toaddr={{pbx}}',
          'firewall-cmd --reload',
        ],
      ),
      'keep-source-port': KEEPS,
      'alg-off': step(
        'Remove the helper "sip" from the zones and services (firewalld assigns helpers only there).',
        'Den Helper „sip“ aus Zonen und Diensten entfernen (firewalld weist Helper nur dort zu).',
        'https://github.com/firewalld/firewalld/issues/347',
      ),
      flush: FLUSH,
    },
  },
  {
    id: 'openwrt',
    name: 'OpenWrt',
    versions: '22.03+ (firewall4)',
    says: /openwrt|luci - lua configuration interface/i,
    steps: {
      forward: step(
        'Network > Firewall > Port Forwards: source zone wan, external ports {{ports}}, destination zone lan, internal address {{pbx}}, internal port left empty. Above every other rule for these ports.',
        'Netzwerk > Firewall > Portweiterleitungen: Quellzone wan, externe Ports {{ports}}, Zielzone lan, interne Adresse {{pbx}}, interner Port leer. Über jeder anderen Regel für diese Ports.',
        'https://pastebin.com/Jr1nrSdT',
      ),
      'keep-source-port': KEEPS,
      'alg-off': step(
        'In /etc/config/firewall, set auto_helper to 0 in the zones, or remove the package kmod-nf-nathelper-extra.',
        'In /etc/config/firewall in den Zonen auto_helper auf 0 setzen, oder das Paket kmod-nf-nathelper-extra entfernen.',
        'github.com/openwrt/firewall4: fw4.uc',
        ['lsmod | grep nf_nat_sip'],
      ),
      flush: { ...FLUSH, source: null },
    },
  },
  {
    id: 'vyos',
    name: 'VyOS',
    versions: '1.4+',
    says: /vyos/i,
    steps: {
      forward: step(
        'A rule of "nat destination" with the inbound interface {{wan}}, the ports {{ports}} and the translation address {{pbx}}, with a lower number than all others for these ports.',
        'Eine Regel von „nat destination“ mit der Eingangsschnittstelle {{wan}}, den Ports {{ports}} und der Zieladresse {{pbx}}, mit kleinerer Nummer als alle anderen für diese Ports.',
        'docs.vyos.io: NAT44',
      ),
      'keep-source-port': KEEPS,
      'alg-off': step(
        'Delete the SIP module of connection tracking (in 1.3 it is on by default).',
        'Das SIP-Modul der Verbindungsverfolgung löschen (in 1.3 ist es von Haus aus an).',
        'docs.vyos.io: Conntrack',
        ['configure', 'delete system conntrack modules sip', 'commit', 'save'],
      ),
      flush: { ...FLUSH, source: null },
    },
  },
  {
    id: 'edgeos',
    name: 'Ubiquiti EdgeRouter (EdgeOS)',
    versions: '1.10, 2.0',
    says: /edgeos|edgerouter|\bUBNT\b/i,
    steps: {
      forward: step(
        'Firewall/NAT > Port Forwarding: add a rule with the original ports {{ports}}, forward-to address {{pbx}}, forward-to port left empty.',
        'Firewall/NAT > Port Forwarding: Regel anlegen mit den ursprünglichen Ports {{ports}}, Zieladresse {{pbx}}, Zielport leer.',
        'docs.fusionpbx.com: Firewall Devices',
      ),
      'keep-source-port': KEEPS,
      'alg-off': step(
        'Switch the SIP module of connection tracking off.',
        'Das SIP-Modul der Verbindungsverfolgung abschalten.',
        'docs.fusionpbx.com: Firewall Devices',
        ['configure', 'set system conntrack modules sip disable', 'commit', 'save'],
      ),
      flush: step(
        'Delete the table of connections; all of them, so also those of others.',
        'Die Tabelle der Verbindungen löschen; alle, also auch die anderer.',
        null,
        ['sudo conntrack -F'],
      ),
    },
  },
  {
    id: 'unifi',
    name: 'Ubiquiti UniFi Gateway',
    versions: 'UniFi Network 8, 9',
    says: /unifi|\bUDM\b|\bUSG\b|ubiquiti/i,
    steps: {
      forward: step(
        'Settings > Policy Engine (or Security) > Port Forwarding: from any, WAN ports {{ports}}, forward to {{pbx}}, the same ports.',
        'Einstellungen > Policy Engine (oder Sicherheit) > Portweiterleitung: von überall, WAN-Ports {{ports}}, weiterleiten an {{pbx}}, dieselben Ports.',
        null,
      ),
      'keep-source-port': KEEPS,
      'alg-off': step(
        'Settings > Gateway (or Security) > Conntrack modules: take SIP out.',
        'Einstellungen > Gateway (oder Sicherheit) > Conntrack-Module: SIP herausnehmen.',
        null,
      ),
      'scan-exemption': step(
        'Settings > CyberSecure > Intrusion Prevention: add {{sources}} to the allow list.',
        'Einstellungen > CyberSecure > Intrusion Prevention: {{sources}} in die Ausnahmeliste eintragen.',
        null,
      ),
    },
  },
  {
    id: 'mikrotik',
    name: 'MikroTik RouterOS',
    versions: '6.4x, 7',
    says: /mikrotik|routeros|webfig/i,
    steps: {
      forward: step(
        'IP > Firewall > NAT: chain dstnat, in-interface list WAN, protocol and dst-port of {{ports}}, action dst-nat to {{pbx}}, to-ports left empty. Above every other rule for these ports.',
        'IP > Firewall > NAT: Chain dstnat, In-Interface-List WAN, Protokoll und Dst-Port von {{ports}}, Aktion dst-nat auf {{pbx}}, To-Ports leer. Über jeder anderen Regel für diese Ports.',
        'wiki.mikrotik.com: Manual:IP/Firewall/NAT',
      ),
      'keep-source-port': step(
        'IP > Firewall > NAT: above masquerade, a rule of chain srcnat for UDP with source {{pbx}} and action src-nat to {{public}}, without ports. RouterOS keeps the port where it is free.',
        'IP > Firewall > NAT: über masquerade eine Regel der Chain srcnat für UDP mit Quelle {{pbx}} und Aktion src-nat auf {{public}}, ohne Ports. RouterOS behält den Port, wo er frei ist.',
        null,
      ),
      'alg-off': step(
        'IP > Firewall > Service Ports: disable sip.',
        'IP > Firewall > Service Ports: sip abschalten.',
        'mikrotikdocs.fyi: Service Ports',
        ['/ip firewall service-port disable sip'],
      ),
      'scan-exemption': step(
        'Before the rule with "psd" (port scan detection), accept what comes from {{sources}}.',
        'Vor der Regel mit „psd“ (Port Scan Detection) annehmen, was von {{sources}} kommt.',
        null,
      ),
      flush: step('Remove the connections of the PBX.', 'Die Verbindungen der Telefonanlage entfernen.', null, [
        '/ip firewall connection remove [find src-address~"^{{pbx}}:"]',
        '/ip firewall connection remove [find reply-src-address~"^{{pbx}}:"]',
      ]),
    },
  },
  {
    id: 'nethsecurity',
    name: 'NethSecurity, NethServer',
    versions: 'NethSecurity 8, NethServer 7',
    says: /neth(security|server)/i,
    steps: {
      forward: step(
        'Firewall > Port forward: protocol and ports of {{ports}}, destination {{pbx}}, destination port left empty.',
        'Firewall > Port forward: Protokoll und Ports von {{ports}}, Ziel {{pbx}}, Zielport leer.',
        null,
      ),
      'keep-source-port': KEEPS,
      'alg-off': step(
        'NethServer: Firewall > Settings, switch the SIP ALG off. NethSecurity: empty /etc/modules.d/nf-nathelper-extra, then restart.',
        'NethServer: Firewall > Einstellungen, SIP-ALG abschalten. NethSecurity: /etc/modules.d/nf-nathelper-extra leeren, dann neu starten.',
        'https://github.com/NethServer/nethsecurity/issues/111',
      ),
      flush: FLUSH,
    },
  },
];
