import { type Router, step } from './types.ts';

const NETGATE = 'docs.netgate.com';

/** The packet filter of BSD, and what is made of it. */
export const BSD: readonly Router[] = [
  {
    id: 'pfsense',
    name: 'pfSense',
    versions: 'CE 2.7+, Plus 23+',
    says: /pfsense|netgate/i,
    steps: {
      forward: step(
        'Firewall > Aliases > Ports: an alias for {{ports}}, one for each protocol. Firewall > NAT > Port Forward: interface WAN, destination WAN address, destination port range that alias, redirect target IP {{pbx}}, redirect target port the same alias.',
        'Firewall > Aliases > Ports: ein Alias für {{ports}}, je Protokoll einer. Firewall > NAT > Port Forward: Interface WAN, Destination WAN address, Destination port range dieser Alias, Redirect target IP {{pbx}}, Redirect target port derselbe Alias.',
        `${NETGATE}: Port Forwards`,
      ),
      'keep-source-port': step(
        'Firewall > NAT > Outbound: mode Hybrid. Add a rule on top: interface WAN, protocol UDP, source {{pbx}}/32, and under Translation tick "Static Port". By default pfSense rewrites the source port of all that leaves.',
        'Firewall > NAT > Outbound: Modus Hybrid. Ganz oben eine Regel: Interface WAN, Protokoll UDP, Source {{pbx}}/32, und unter Translation „Static Port“ anhaken. Von Haus aus schreibt pfSense den Quellport von allem um, was hinausgeht.',
        `${NETGATE}: Outbound NAT, Static Port`,
      ),
      'alg-off': step(
        'pfSense has no SIP ALG. If the package siproxd is installed, remove it: a local PBX does not need it.',
        'pfSense hat kein SIP-ALG. Falls das Paket siproxd installiert ist: entfernen, eine Telefonanlage im Haus braucht es nicht.',
        `${NETGATE}: Configuring NAT for a VoIP PBX`,
      ),
      'scan-exemption': step(
        'Services > Suricata (or Snort) > Pass Lists: add {{sources}}, and choose the list at the WAN interface.',
        'Services > Suricata (oder Snort) > Pass Lists: {{sources}} eintragen und die Liste am WAN-Interface auswählen.',
        null,
      ),
      flush: step(
        'Diagnostics > States: filter by {{pbx}}, then Kill States. If calls lose their ports again: System > Advanced > Firewall & NAT, Firewall Optimization "Conservative".',
        'Diagnostics > States: nach {{pbx}} filtern, dann Kill States. Wenn Gespräche ihre Ports wieder verlieren: System > Advanced > Firewall & NAT, Firewall Optimization „Conservative“.',
        `${NETGATE}: Firewall States`,
      ),
    },
  },
  {
    id: 'opnsense',
    name: 'OPNsense',
    versions: '24-26',
    says: /opnsense|deciso/i,
    steps: {
      forward: step(
        'Firewall > NAT > Port Forward (from 26.1 on: Destination NAT): interface WAN, destination WAN address, ports {{ports}}, redirect target IP {{pbx}}, redirect target port the same.',
        'Firewall > NAT > Portweiterleitung (ab 26.1: Ziel-NAT): Schnittstelle WAN, Ziel WAN-Adresse, Ports {{ports}}, Weiterleitungsziel {{pbx}}, Zielport derselbe.',
        'https://docs.opnsense.org/manual/nat.html',
      ),
      'keep-source-port': step(
        'Firewall > NAT > Outbound: mode Hybrid, and a rule on top: interface WAN, protocol UDP, source {{pbx}}/32, "Static-port" ticked. The newer page "Source NAT" has that box only from 26.1 on.',
        'Firewall > NAT > Ausgehend: Modus Hybrid, und ganz oben eine Regel: Schnittstelle WAN, Protokoll UDP, Quelle {{pbx}}/32, „Statischer Port“ angehakt. Die neuere Seite „Quell-NAT“ hat dieses Feld erst ab 26.1.',
        'https://docs.opnsense.org/manual/nat.html',
      ),
      'alg-off': step(
        'OPNsense has no SIP ALG. If the plugin siproxd is installed, remove it.',
        'OPNsense hat kein SIP-ALG. Falls das Plugin siproxd installiert ist: entfernen.',
        'https://github.com/opnsense/core/issues/4477',
      ),
      'scan-exemption': step(
        'Services > Intrusion Detection > Administration: for the rule that fired, a user defined rule with source {{sources}} and action Pass.',
        'Dienste > Einbruchserkennung > Administration: zur Regel, die angeschlagen hat, eine eigene Regel mit Quelle {{sources}} und Aktion Pass.',
        null,
      ),
      flush: step(
        'Firewall > Diagnostics > States: search for {{pbx}} and remove what is found.',
        'Firewall > Diagnose > Zustände: nach {{pbx}} suchen und das Gefundene entfernen.',
        'https://docs.opnsense.org/manual/diagnostics_firewall.html',
      ),
    },
  },
  {
    id: 'pf',
    name: 'pf (OpenBSD)',
    versions: 'OpenBSD 4.7+',
    says: /openbsd/i,
    steps: {
      forward: step(
        'In pf.conf, a "pass in quick" for {{ports}} with "rdr-to {{pbx}}", without a port, before the rules that block.',
        'In pf.conf ein „pass in quick“ für {{ports}} mit „rdr-to {{pbx}}“, ohne Port, vor den sperrenden Regeln.',
        'man 5 pf.conf',
      ),
      'keep-source-port': step(
        'In pf.conf, a rule for UDP from {{pbx}} with "nat-to" and "static-port".',
        'In pf.conf eine Regel für UDP von {{pbx}} mit „nat-to“ und „static-port“.',
        'man 5 pf.conf',
      ),
      'alg-off': step('pf has no SIP ALG.', 'pf hat kein SIP-ALG.', 'man 5 pf.conf'),
      'scan-exemption': step(
        'In pf.conf, a "pass in quick" from {{sources}} before the rules with "max-src-conn-rate" and the table that they fill.',
        'In pf.conf ein „pass in quick“ von {{sources}} vor den Regeln mit „max-src-conn-rate“ und der Tabelle, die sie füllen.',
        'man 5 pf.conf',
      ),
      flush: step(
        'Kill the states of the PBX, in both directions.',
        'Die Zustände der Telefonanlage beenden, in beiden Richtungen.',
        'man 8 pfctl',
        ['pfctl -k {{pbx}}', 'pfctl -k 0.0.0.0/0 -k {{pbx}}'],
      ),
    },
  },
  {
    id: 'pf-freebsd',
    name: 'pf (FreeBSD)',
    versions: 'FreeBSD 12+',
    // What calls itself FreeBSD mostly is pfSense or OPNsense: it is chosen by hand.
    steps: {
      forward: step(
        'In pf.conf, an "rdr pass" for {{ports}} to {{pbx}}, without a port after the address, before all other "rdr".',
        'In pf.conf ein „rdr pass“ für {{ports}} an {{pbx}}, ohne Port hinter der Adresse, vor allen anderen „rdr“.',
        'man 5 pf.conf',
      ),
      'keep-source-port': step(
        'In pf.conf, a "nat" for UDP from {{pbx}} with "static-port", before all other "nat".',
        'In pf.conf ein „nat“ für UDP von {{pbx}} mit „static-port“, vor allen anderen „nat“.',
        'man 5 pf.conf',
      ),
      'alg-off': step('pf has no SIP ALG.', 'pf hat kein SIP-ALG.', 'man 5 pf.conf'),
      'scan-exemption': step(
        'In pf.conf, a "pass in quick" from {{sources}} before the rules with "max-src-conn-rate" and the table that they fill.',
        'In pf.conf ein „pass in quick“ von {{sources}} vor den Regeln mit „max-src-conn-rate“ und der Tabelle, die sie füllen.',
        'man 5 pf.conf',
      ),
      flush: step(
        'Kill the states of the PBX, in both directions.',
        'Die Zustände der Telefonanlage beenden, in beiden Richtungen.',
        'man 8 pfctl',
        ['pfctl -k {{pbx}}', 'pfctl -k 0.0.0.0/0 -k {{pbx}}'],
      ),
    },
  },
];
