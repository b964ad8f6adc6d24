import { type Router, step } from './types.ts';

/** The words for a router that is not known, and for what is not known of one that is. They are true of every one. */
export const ANY_ROUTER: Router & { readonly steps: Required<Router['steps']> } = {
  id: 'any',
  name: 'any router',
  versions: '',
  steps: {
    forward: step(
      'Forward {{ports}} to {{pbx}}, each port to the same number, from any source. The menu is mostly called "port forwarding", "virtual server", "destination NAT" or "NAT rules".',
      '{{ports}} auf {{pbx}} weiterleiten, jeden Port auf dieselbe Nummer, von jeder Quelle. Das Menü heißt meist „Portweiterleitung“, „Portfreigabe“, „Virtueller Server“ oder „Destination NAT“.',
      'RFC 4787',
    ),
    'keep-source-port': step(
      'In the outbound NAT, above the general rule, add one for UDP with source {{pbx}} that keeps the source port ("static port", "preserve port", "no port translation").',
      'Im ausgehenden NAT über der allgemeinen Regel eine für UDP mit Quelle {{pbx}} anlegen, die den Quellport behält („Static Port“, „Port beibehalten“, „keine Portübersetzung“).',
      'RFC 4787',
    ),
    'let-out': step(
      'Admit outgoing {{ports}} (these are source ports) of {{pbx}} to any destination, above every rule that stops them.',
      'Ausgehend {{ports}} (das sind Quellports) von {{pbx}} zu jedem Ziel erlauben, über jeder Regel, die sie aufhält.',
      'RFC 4787',
    ),
    'alg-off': step(
      'Switch the SIP ALG off. It is also called SIP helper, SIP inspection, SIP fixup, SIP transformations, SIP passthrough, SIP conntrack or VoIP ALG. After an update or a reset, look whether it is still off.',
      'Das SIP-ALG abschalten. Es heißt auch SIP-Helper, SIP-Inspection, SIP-Fixup, SIP-Transformations, SIP-Passthrough, SIP-Conntrack oder VoIP-ALG. Nach einem Update oder Zurücksetzen nachsehen, ob es aus geblieben ist.',
      'https://docs.intuitivetechnology.com/article/129',
    ),
    'scan-exemption': step(
      'In the scan and flood protection (IDS, IPS, DoS), exempt the sources {{sources}} and the PBX {{pbx}}.',
      'Im Schutz vor Scans und Überflutung (IDS, IPS, DoS) die Quellen {{sources}} und die Telefonanlage {{pbx}} ausnehmen.',
      'RFC 5780',
    ),
    flush: step(
      'Delete the old states (sessions, connections) of {{pbx}}, or restart the router. Calls in progress may drop.',
      'Die alten Zustände (Sitzungen, Verbindungen) von {{pbx}} löschen oder den Router neu starten. Laufende Gespräche können abbrechen.',
      'RFC 4787',
    ),
  },
};
