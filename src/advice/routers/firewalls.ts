import { type Router, step } from './types.ts';

/** Firewalls that companies buy; those of Cisco and Juniper are beside. */
export const FIREWALLS: readonly Router[] = [
  {
    id: 'fortigate',
    name: 'Fortinet FortiGate',
    versions: 'FortiOS 6.2-7.6',
    says: /forti(gate|net|os|wifi)/i,
    steps: {
      forward: step(
        'Policy & Objects > Virtual IPs: for every range a VIP of interface {{wan}} with port forwarding, {{ports}}, mapped to {{pbx}} and the same ports. Then a firewall policy from {{wan}} with these VIPs as destination, NAT off.',
        'Policy & Objects > Virtual IPs: für jeden Bereich eine VIP der Schnittstelle {{wan}} mit Portweiterleitung, {{ports}}, auf {{pbx}} und dieselben Ports. Dann eine Firewall-Policy von {{wan}} mit diesen VIPs als Ziel, NAT aus.',
        'docs.fortinet.com: Virtual IPs',
      ),
      'keep-source-port': step(
        'In the outgoing policy of {{pbx}}, above the general one: NAT on, and "fixedport" enabled (command line); with central SNAT, "port-preserve" (from 7.4.6 on).',
        'In der ausgehenden Policy von {{pbx}}, über der allgemeinen: NAT an und „fixedport“ eingeschaltet (Befehlszeile); mit Central SNAT „port-preserve“ (ab 7.4.6).',
        'docs.fortinet.com: Central SNAT',
      ),
      'alg-off': step(
        'On the command line. "show" tells the number of the session helper with "set name sip" (mostly 13): that one is to be deleted.',
        'Auf der Befehlszeile. „show“ zeigt die Nummer des Session-Helpers mit „set name sip“ (meist 13): dieser ist zu löschen.',
        'powershellgallery.com: FortiWizard',
        [
          'config system settings',
          'set default-voip-alg-mode kernel-helper-based',
          'set sip-expectation disable',
          'set sip-nat-trace disable',
          'end',
          'config system session-helper',
          'show',
          'delete <number>',
          'end',
          'config voip profile',
          'edit default',
          'config sip',
          'set rtp disable',
          'end',
          'end',
        ],
      ),
      'scan-exemption': step(
        'Policy & Objects > DoS Policy: above the others, one for the sources {{sources}} with udp_scan and udp_flood off (by default they act from 2,000 a second on).',
        'Policy & Objects > DoS Policy: über den anderen eine für die Quellen {{sources}}, in der udp_scan und udp_flood aus sind (von Haus aus greifen sie ab 2.000 in der Sekunde).',
        'docs.fortinet.com: DoS policy',
      ),
      flush: step('On the command line.', 'Auf der Befehlszeile.', null, [
        'diagnose sys session filter clear',
        'diagnose sys session filter src {{pbx}}',
        'diagnose sys session clear',
      ]),
    },
  },
  {
    id: 'sophos-firewall',
    name: 'Sophos Firewall (SFOS)',
    versions: '18.5-21',
    says: /sophos (xg|xgs|firewall)|sfos/i,
    steps: {
      forward: step(
        'Rules and policies > NAT rules > Add NAT rule > Server access assistant (DNAT): internal server {{pbx}}, public address the WAN port, services {{ports}}, external source Any.',
        'Regeln und Richtlinien > NAT-Regeln > NAT-Regel hinzufügen > Serverzugriffsassistent (DNAT): interner Server {{pbx}}, öffentliche Adresse der WAN-Port, Dienste {{ports}}, externe Quelle Alle.',
        'https://docs.sophos.com/nsg/sophos-firewall/20.0/Help/en-us/webhelp/onlinehelp/AdministratorHelp/RulesAndPolicies/NATRules/NATRuleActions/',
      ),
      'keep-source-port': step(
        'The assistant also makes the reflexive source NAT rule for {{pbx}}: see that it is on, and stands above the general one.',
        'Der Assistent legt auch die reflexive Quell-NAT-Regel für {{pbx}} an: nachsehen, ob sie an ist und über der allgemeinen steht.',
        'https://doc.sophos.com/nsg/sophos-firewall/18.5/help/en-us/webhelp/onlinehelp/AdministratorHelp/RulesAndPolicies/FirewallRules/FirewallRulesDNATServerAccessAssistant/',
      ),
      'alg-off': step(
        'Device console (command line, menu 4). The second line makes idle calls last longer.',
        'Gerätekonsole (Befehlszeile, Menü 4). Die zweite Zeile lässt stille Gespräche länger bestehen.',
        'support.sophos.com: SIP module',
        ['system system_modules sip unload', 'set advanced-firewall udp-timeout-stream 150'],
      ),
      'scan-exemption': step(
        'Intrusion prevention > DoS & spoof protection > DoS bypass rule: one for each of the sources {{sources}}, protocol UDP, all ports.',
        'Intrusion Prevention > DoS- & Spoof-Schutz > DoS-Umgehungsregel: je eine für die Quellen {{sources}}, Protokoll UDP, alle Ports.',
        'https://docs.sophos.com/nsg/sophos-firewall/20.0/api/protect/intrusion%20prevention/dosbypassrule/operations/adddosbypassrules%26editdosbypassrules.html',
      ),
    },
  },
  {
    id: 'sophos-utm',
    name: 'Sophos UTM',
    versions: '9.7',
    says: /sophos utm|astaro/i,
    steps: {
      forward: step(
        'Network Protection > NAT > NAT: a DNAT rule from Any with services {{ports}} to the WAN address, destination {{pbx}}, service left empty, automatic firewall rule ticked.',
        'Network Protection > NAT > NAT: eine DNAT-Regel von Any mit den Diensten {{ports}} an die WAN-Adresse, Ziel {{pbx}}, Dienst leer, automatische Firewallregel angehakt.',
        null,
      ),
      'keep-source-port': step(
        'Network Protection > NAT > NAT: above masquerading, a SNAT rule for UDP of {{pbx}} to Internet, source the WAN address, service left empty.',
        'Network Protection > NAT > NAT: über der Maskierung eine SNAT-Regel für UDP von {{pbx}} zu Internet, Quelle die WAN-Adresse, Dienst leer.',
        null,
      ),
      'alg-off': step(
        'Network Protection > VoIP > SIP: toggle it off.',
        'Network Protection > VoIP > SIP: ausschalten.',
        'docs.sophos.com: UTM 9.720, VoIP',
      ),
      'scan-exemption': step(
        'Network Protection > Intrusion Prevention > Exceptions: skip anti-portscan and UDP flood protection for the sources {{sources}}.',
        'Network Protection > Intrusion Prevention > Ausnahmen: Portscan- und UDP-Flood-Schutz für die Quellen {{sources}} auslassen.',
        null,
      ),
    },
  },
  {
    id: 'sonicwall',
    name: 'SonicWall',
    versions: 'SonicOS 6.5, 7',
    says: /sonicwall|sonicos/i,
    steps: {
      forward: step(
        'Address object {{pbx}}, service objects {{ports}}. NAT policy: original destination WAN address, translated destination {{pbx}}, original service these, translated service Original. Access rule WAN to LAN for the same services.',
        'Adressobjekt {{pbx}}, Dienstobjekte {{ports}}. NAT-Policy: ursprüngliches Ziel WAN-Adresse, übersetztes Ziel {{pbx}}, ursprünglicher Dienst diese, übersetzter Dienst Original. Zugriffsregel WAN nach LAN für dieselben Dienste.',
        'docs.fusionpbx.com: Firewall Devices',
      ),
      'keep-source-port': step(
        'A NAT policy for source {{pbx}}, above the general one, and under Advanced "Disable Source Port Remap". "Consistent NAT" is no substitute: it gives a stable, but another port.',
        'Eine NAT-Policy für Quelle {{pbx}} über der allgemeinen, und unter Advanced „Disable Source Port Remap“. „Consistent NAT“ ersetzt das nicht: Es gibt einen festen, aber anderen Port.',
        'sonicwall.com: KB 170504967157192',
      ),
      'alg-off': step(
        'SonicOS 7: Network > VoIP > Settings; 6.5: Manage > System Setup > VoIP. Untick "Enable SIP Transformations", also in the access rule.',
        'SonicOS 7: Network > VoIP > Settings; 6.5: Manage > System Setup > VoIP. „Enable SIP Transformations“ abhaken, auch in der Zugriffsregel.',
        'docs.fusionpbx.com: Firewall Devices',
      ),
      'scan-exemption': step(
        'Firewall Settings > Flood Protection, UDP: leave out {{sources}}, or raise the threshold (1,000 packets a second). IPS: exclusion list.',
        'Firewall Settings > Flood Protection, UDP: {{sources}} auslassen oder die Schwelle (1.000 Pakete in der Sekunde) anheben. IPS: Ausnahmeliste.',
        null,
      ),
    },
  },
  {
    id: 'watchguard',
    name: 'WatchGuard Firebox',
    versions: 'Fireware 12',
    says: /watchguard|firebox/i,
    steps: {
      forward: step(
        'A static NAT (SNAT) action to {{pbx}} without another port, in a packet filter policy of your own for {{ports}}, from Any-External. Not the SIP-ALG policy.',
        'Eine statische NAT-Aktion (SNAT) auf {{pbx}} ohne anderen Port, in einer eigenen Paketfilter-Policy für {{ports}}, von Any-External. Nicht die SIP-ALG-Policy.',
        null,
      ),
      'keep-source-port': step(
        'Network > NAT: a 1-to-1 NAT of {{pbx}} to a public address of its own. Dynamic NAT keeps the port only where it is free.',
        'Network > NAT: 1-to-1-NAT von {{pbx}} auf eine eigene öffentliche Adresse. Dynamisches NAT behält den Port nur, wo er frei ist.',
        null,
      ),
      'alg-off': step(
        'Delete the SIP-ALG policy, and let a packet filter for UDP 5060 take its place.',
        'Die SIP-ALG-Policy löschen und durch einen Paketfilter für UDP 5060 ersetzen.',
        null,
      ),
      'scan-exemption': step(
        'Firewall > Blocked Sites > Exceptions: add {{sources}}. Default Packet Handling: port scans and address space probes.',
        'Firewall > Blocked Sites > Exceptions: {{sources}} eintragen. Default Packet Handling: Portscans und Adressscans.',
        null,
      ),
    },
  },
  {
    id: 'paloalto',
    name: 'Palo Alto Networks',
    versions: 'PAN-OS 10-12',
    says: /palo alto|pan-os/i,
    steps: {
      forward: step(
        'Policies > NAT: a rule from untrust to untrust, destination {{public}}, service objects {{ports}}, destination translation to {{pbx}} without a port. Then a security rule to the trust zone for {{public}}.',
        'Policies > NAT: eine Regel von untrust nach untrust, Ziel {{public}}, Dienstobjekte {{ports}}, Zielübersetzung auf {{pbx}} ohne Port. Dann eine Sicherheitsregel zur Zone trust für {{public}}.',
        null,
      ),
      'keep-source-port': step(
        'Policies > NAT: source translation "Static IP" for {{pbx}}, bi-directional. It leaves the port alone; "Dynamic IP and Port" does not.',
        'Policies > NAT: Quellübersetzung „Static IP“ für {{pbx}}, bidirektional. Sie lässt den Port in Ruhe; „Dynamic IP and Port“ nicht.',
        'https://docs.paloaltonetworks.com/ngfw/help/12-1/policies/policies-nat/nat-translated-packet-tab',
      ),
      'alg-off': step(
        'Objects > Applications > sip > Options > ALG: disable it. Or on the command line.',
        'Objects > Applications > sip > Options > ALG: abschalten. Oder auf der Befehlszeile.',
        'knowledgebase.paloaltonetworks.com: SIP ALG',
        ['set shared alg-override application sip alg-disabled yes', 'commit'],
      ),
      'scan-exemption': step(
        'Network > Network Profiles > Zone Protection > Reconnaissance Protection > Source Address Exclusion: add {{sources}}. Do not check with --hairpin here.',
        'Network > Network Profiles > Zone Protection > Reconnaissance Protection > Source Address Exclusion: {{sources}} eintragen. Hier nicht mit --hairpin prüfen.',
        null,
      ),
    },
  },
  {
    id: 'check-point',
    name: 'Check Point Quantum',
    versions: '',
    says: /check ?point/i,
    steps: {
      'alg-off': step(
        'In the rule base, use services of your own for {{ports}} (protocol type None) instead of "sip" and "sip_any".',
        'Im Regelwerk eigene Dienste für {{ports}} (Protokolltyp None) statt „sip“ und „sip_any“ verwenden.',
        null,
      ),
    },
  },
  {
    id: 'barracuda',
    name: 'Barracuda CloudGen Firewall',
    versions: '',
    says: /barracuda/i,
    steps: {
      forward: step(
        'Forwarding Rules: a rule of action "Dst NAT" from Internet, services {{ports}}, target {{pbx}}, without a port.',
        'Forwarding Rules: eine Regel der Aktion „Dst NAT“ von Internet, Dienste {{ports}}, Ziel {{pbx}}, ohne Port.',
        null,
      ),
    },
  },
  {
    id: 'meraki',
    name: 'Cisco Meraki MX',
    versions: '',
    says: /meraki/i,
    steps: {
      forward: step(
        'Security & SD-WAN > Firewall > Port forwarding: public ports and local ports {{ports}}, LAN IP {{pbx}}, allowed remote IPs any.',
        'Security & SD-WAN > Firewall > Port forwarding: öffentliche und lokale Ports {{ports}}, LAN-IP {{pbx}}, erlaubte entfernte Adressen any.',
        null,
      ),
      'alg-off': step('It has no SIP ALG.', 'Sie hat kein SIP-ALG.', null),
    },
  },
];
