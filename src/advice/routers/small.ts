import { type Router, step } from './types.ts';

const LINUX_INSIDE = step(
  'There is no setting for it; the port is kept where it is free. If it is not: a firmware update, or another router.',
  'Dafür gibt es keine Einstellung; der Port bleibt, wo er frei ist. Wenn nicht: ein Firmware-Update oder ein anderer Router.',
  null,
);

/** Routers of small offices and homes. */
export const SMALL: readonly Router[] = [
  {
    id: 'fritzbox',
    name: 'AVM FRITZ!Box',
    versions: 'FRITZ!OS 7, 8',
    says: /fritz!?box|\bavm\b/i,
    steps: {
      forward: step(
        'Internet > Permit Access > Port Sharing: device {{pbx}}, new sharing, protocol, "port to device" from-to and "port requested externally" the same: {{ports}}. If the FRITZ!Box has telephone numbers of its own, it keeps port 5060: then give the PBX another SIP port, or remove the numbers.',
        'Internet > Freigaben > Portfreigaben: Gerät {{pbx}}, neue Freigabe, Protokoll, „Port an Gerät“ von-bis und „Port extern gewünscht“ dieselben: {{ports}}. Hat die FRITZ!Box eigene Rufnummern, behält sie Port 5060: Dann der Telefonanlage einen anderen SIP-Port geben oder die Nummern entfernen.',
        'https://service.avm.de/help/de/FRITZ-Box-7430/016/hilfe_portfreigabe',
      ),
      'keep-source-port': LINUX_INSIDE,
      'alg-off': step('The FRITZ!Box has no switch for it.', 'Die FRITZ!Box hat dafür keinen Schalter.', null),
      flush: step(
        'Internet > Online Monitor: Reconnect; or restart the FRITZ!Box. See that the external ports are still those asked for.',
        'Internet > Online-Monitor: Neu verbinden; oder die FRITZ!Box neu starten. Nachsehen, ob die externen Ports noch die gewünschten sind.',
        null,
      ),
    },
  },
  {
    id: 'lancom',
    name: 'LANCOM',
    versions: 'LCOS 10',
    says: /lancom/i,
    steps: {
      forward: step(
        'IP router > Masq. > Port forwarding table: first and last port of {{ports}}, map port 0 (unchanged), intranet address {{pbx}}. If the firewall denies all by default, it needs a rule for them, too.',
        'IP-Router > Maskierung > Port-Forwarding-Tabelle: Anfangs- und End-Port von {{ports}}, Map-Port 0 (unverändert), Intranet-Adresse {{pbx}}. Verbietet die Firewall von Haus aus alles, braucht auch sie eine Regel dafür.',
        'https://www.lancom-systems.de/docs/config/de/refmanual/topics/aa1161125.html',
      ),
      'keep-source-port': step(
        'IP router > N:N mapping: {{pbx}} to a public address of its own.',
        'IP-Router > N:N-Mapping: {{pbx}} auf eine eigene öffentliche Adresse.',
        null,
      ),
      'alg-off': step(
        'SIP-ALG: switch it off; LANCOM recommends to do so with ALGs that are not used.',
        'SIP-ALG: ausschalten; LANCOM empfiehlt das für nicht genutzte ALGs.',
        'https://knowledgebase.lancom-systems.de/x/cgalAw',
        ['set Setup/SIP-ALG/Operating no'],
      ),
      'scan-exemption': step(
        'Firewall/QoS > IDS: raise the limit of port scans while checking.',
        'Firewall/QoS > IDS: während der Prüfung die Grenze für Portscans anheben.',
        null,
      ),
    },
  },
  {
    id: 'bintec',
    name: 'bintec elmeg',
    versions: '',
    says: /bintec|elmeg/i,
    steps: {
      forward: step(
        'Networking > NAT > NAT configuration: type incoming (destination NAT), {{ports}}, new destination {{pbx}}, port original.',
        'Netzwerk > NAT > NAT-Konfiguration: Art eingehend (Ziel-NAT), {{ports}}, neues Ziel {{pbx}}, Port Original.',
        null,
      ),
    },
  },
  {
    id: 'draytek',
    name: 'DrayTek Vigor',
    versions: 'DrayOS 3.8+',
    says: /draytek|vigor/i,
    steps: {
      forward: step(
        'NAT > Open Ports (not Port Redirection, which changes numbers): WAN interface, local computer {{pbx}}, protocol, start and end of {{ports}}.',
        'NAT > Open Ports (nicht Port Redirection, das Nummern ändert): WAN-Schnittstelle, lokaler Rechner {{pbx}}, Protokoll, Anfang und Ende von {{ports}}.',
        null,
      ),
      'keep-source-port': LINUX_INSIDE,
      'alg-off': step(
        'NAT > ALG: SIP off (it is off by default). Or on the command line; older firmware: sys sip_alg 0.',
        'NAT > ALG: SIP aus (von Haus aus ist es aus). Oder auf der Befehlszeile; ältere Firmware: sys sip_alg 0.',
        'https://www.draytek.co.uk/support/guides/kb-sip-alg',
        ['sys sip_alg -e 0'],
      ),
      'scan-exemption': step(
        'Firewall > DoS Defense: white list {{sources}}, or switch UDP flood defense off while checking (it discards from 150 or 2,000 packets a second on, by model; off by default).',
        'Firewall > DoS Defense: {{sources}} in die White List, oder UDP Flood Defense während der Prüfung aus (sie verwirft je nach Modell ab 150 oder 2.000 Paketen in der Sekunde; von Haus aus aus).',
        null,
      ),
    },
  },
  {
    id: 'zyxel-usg',
    name: 'Zyxel USG, ATP, VPN',
    versions: 'ZLD 4, 5',
    says: /zyxel|zywall/i,
    steps: {
      forward: step(
        'Configuration > Network > NAT: virtual server on the WAN interface, internal IP {{pbx}}, port mapping type Ports, external and internal {{ports}}; then a security policy WAN to LAN.',
        'Configuration > Network > NAT: Virtual Server an der WAN-Schnittstelle, interne IP {{pbx}}, Port Mapping Type Ports, extern und intern {{ports}}; dann eine Security Policy WAN nach LAN.',
        null,
      ),
      'keep-source-port': step(
        'Configuration > Network > NAT: 1:1 NAT of {{pbx}} to a public address of its own.',
        'Configuration > Network > NAT: 1:1-NAT von {{pbx}} auf eine eigene öffentliche Adresse.',
        null,
      ),
      'alg-off': step(
        'Configuration > Network > ALG: untick SIP ALG, SIP transformations, the SIP inactivity timeout and the restriction of peer-to-peer signalling and media.',
        'Configuration > Network > ALG: SIP ALG, SIP Transformations, das SIP-Inaktivitäts-Timeout und die Beschränkung von Peer-to-Peer-Signalisierung und -Medien abhaken.',
        'zyxel.com: ALG',
      ),
      'scan-exemption': step(
        'Security Policy > ADP: in the profile of WAN, leave scan detection out for {{sources}}.',
        'Security Policy > ADP: im Profil von WAN die Scan-Erkennung für {{sources}} auslassen.',
        null,
      ),
    },
  },
  {
    id: 'asus',
    name: 'ASUS (ASUSWRT)',
    versions: '',
    says: /asus/i,
    steps: {
      forward: step(
        'WAN > Virtual Server / Port Forwarding: external ports {{ports}} (a range as 9000:10999), internal address {{pbx}}, internal port left empty.',
        'WAN > Virtueller Server / Portweiterleitung: externe Ports {{ports}} (ein Bereich als 9000:10999), interne Adresse {{pbx}}, interner Port leer.',
        null,
      ),
      'keep-source-port': LINUX_INSIDE,
      'alg-off': step(
        'WAN > NAT Passthrough: SIP Passthrough Disable, then restart. In some versions its meaning is reversed: if nothing changes, try the other setting.',
        'WAN > NAT-Durchleitung: SIP-Durchleitung Deaktivieren, dann neu starten. In manchen Versionen ist die Bedeutung vertauscht: Ändert sich nichts, die andere Einstellung versuchen.',
        'https://voicetel.com/support/voice/firewall/asus/',
      ),
    },
  },
  {
    id: 'linksys',
    name: 'Linksys',
    versions: 'EA, WRT',
    says: /linksys/i,
    steps: {
      forward: step(
        'Apps and Gaming > Port Range Forwarding: {{ports}} to {{pbx}}.',
        'Apps und Spiele > Portbereich-Weiterleitung: {{ports}} auf {{pbx}}.',
        null,
      ),
      'keep-source-port': LINUX_INSIDE,
      'alg-off': step(
        'Connectivity > Administration > Application Layer Gateway: untick SIP.',
        'Konnektivität > Administration > Application Layer Gateway: SIP abhaken.',
        null,
      ),
    },
  },
  {
    id: 'netgear',
    name: 'Netgear',
    versions: '',
    says: /netgear/i,
    steps: {
      forward: step(
        'Advanced > Advanced Setup > Port Forwarding: add a custom service, external and internal ports {{ports}}, internal address {{pbx}}.',
        'Erweitert > Erweiterte Einrichtung > Portweiterleitung: eigener Dienst, externe und interne Ports {{ports}}, interne Adresse {{pbx}}.',
        null,
      ),
      'keep-source-port': LINUX_INSIDE,
      'alg-off': step(
        'Advanced > Setup > WAN Setup: tick "Disable SIP ALG".',
        'Erweitert > Einrichtung > WAN-Einrichtung: „SIP ALG deaktivieren“ anhaken.',
        null,
      ),
    },
  },
  {
    id: 'tp-link',
    name: 'TP-Link',
    versions: '',
    says: /tp-?link/i,
    steps: {
      forward: step(
        'Advanced > NAT Forwarding > Port Forwarding (or Virtual Servers): external ports {{ports}}, internal address {{pbx}}, internal port left empty.',
        'Erweitert > NAT-Weiterleitung > Portweiterleitung (oder Virtuelle Server): externe Ports {{ports}}, interne Adresse {{pbx}}, interner Port leer.',
        null,
      ),
      'keep-source-port': LINUX_INSIDE,
      'alg-off': step(
        'Advanced > NAT Forwarding > ALG: SIP ALG off.',
        'Erweitert > NAT-Weiterleitung > ALG: SIP-ALG aus.',
        null,
      ),
    },
  },
  {
    id: 'omada',
    name: 'TP-Link Omada Gateway',
    versions: '',
    says: /omada|\bER\d{3,4}\b/i,
    steps: {
      forward: step(
        'Settings > Transmission > NAT > Port Forwarding: source ports and destination ports {{ports}}, destination IP {{pbx}}.',
        'Einstellungen > Übertragung > NAT > Portweiterleitung: Quell- und Zielports {{ports}}, Ziel-IP {{pbx}}.',
        null,
      ),
      'keep-source-port': LINUX_INSIDE,
      'alg-off': step(
        'Settings > Transmission > NAT > ALG: SIP ALG off.',
        'Einstellungen > Übertragung > NAT > ALG: SIP-ALG aus.',
        null,
      ),
    },
  },
  {
    id: 'speedport',
    name: 'Telekom Speedport',
    versions: '',
    says: /speedport/i,
    steps: {
      forward: step(
        'Internet > Port forwarding: a rule for {{pbx}}, public ports and ports at the client {{ports}}.',
        'Internet > Portfreischaltung: eine Port-Weiterleitung für {{pbx}}, öffentliche Ports und Ports am Client {{ports}}.',
        null,
      ),
      'keep-source-port': LINUX_INSIDE,
    },
  },
];
