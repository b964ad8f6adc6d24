import { joinRanges, type PortRange } from '../../base/index.ts';
import type { Localised, Ports } from '../routers/index.ts';
import { type Dialect, eachRange, type Repair, span } from './types.ts';
import { type Written, writing } from './writing.ts';

/** Static entries are one for each port; nobody pastes more than these, and no router keeps them gladly. */
const MOST_ENTRIES = 256;

const amount = ({ udp, tcp }: Ports): number => [...udp, ...tcp].reduce((sum, { from, to }) => sum + to - from + 1, 0);

/** Static entries hold in both directions: those that forward also keep the port, and the other way round. */
const both = ({ ports: { forward, 'keep-source-port': kept } }: Repair): Ports => ({
  udp: joinRanges([...forward.udp, ...kept.udp]),
  tcp: joinRanges([...forward.tcp, ...kept.tcp]),
});

const SAME: Localised = {
  en: 'The static entries above hold for what leaves, too.',
  de: 'Die statischen Einträge oben gelten auch für das, was hinausgeht.',
};

const TOO_MANY: Localised = {
  en: 'IOS has no ranges here, and so many single entries are too many for it. Give the PBX a public address of its own, which nobody else uses: ip nat inside source static, then the two addresses.',
  de: 'IOS kennt hier keine Bereiche, und so viele einzelne Einträge sind ihm zu viele. Der Telefonanlage eine eigene öffentliche Adresse geben, die niemand sonst benutzt: ip nat inside source static, dann die beiden Adressen.',
};

export const CISCO_IOS: Dialect = {
  id: 'cisco-ios',
  comment: '! ',
  wan: 'GigabitEthernet0/0',
  wanNames: /^[A-Za-z][A-Za-z0-9/.-]{0,40}$/,
  proven: false,
  write: writing({
    forward: iosStatic,
    'keep-source-port': (repair) => (repair.needs.includes('forward') ? { lines: [], note: SAME } : iosStatic(repair)),
    'alg-off': () => ({
      lines: inConfiguration(['no ip nat service sip udp port 5060', 'no ip nat service sip tcp port 5060']),
    }),
    flush: () => ({ lines: ['clear ip nat translation *'] }),
  }),
};

function inConfiguration(lines: readonly string[]): string[] {
  return ['configure terminal', ...lines, 'end'];
}

function iosStatic(repair: Repair): Written {
  const { pbx, wan } = repair;
  const ports = both(repair);
  if (amount(ports) > MOST_ENTRIES) return { lines: [], note: TOO_MANY };
  return {
    lines: inConfiguration(
      eachRange(ports).flatMap(({ protocol, from, to }) =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index).map(
          (port) => `ip nat inside source static ${protocol} ${pbx} ${port} interface ${wan} ${port}`,
        ),
      ),
    ),
  };
}

const SHUN: Localised = {
  en: 'Only where "show running-config threat-detection" has "scanning-threat shun" already; elsewhere these lines would switch it on.',
  de: 'Nur wo „show running-config threat-detection“ schon „scanning-threat shun“ nennt; sonst schalten diese Zeilen es ein.',
};

export const CISCO_ASA: Dialect = {
  id: 'cisco-asa',
  comment: '! ',
  wan: 'outside',
  wanNames: /^[A-Za-z][A-Za-z0-9_.-]{0,47}$/,
  proven: false,
  write: writing({
    forward: asaStatic,
    'keep-source-port': (repair) => (repair.needs.includes('forward') ? { lines: [], note: SAME } : asaStatic(repair)),
    'alg-off': () => ({
      lines: inConfiguration(['policy-map global_policy', ' class inspection_default', '  no inspect sip']),
    }),
    'scan-exemption': ({ sources }) => ({
      lines: inConfiguration(
        sources.map((source) => `threat-detection scanning-threat shun except ip-address ${source} 255.255.255.255`),
      ),
      note: SHUN,
    }),
    flush: () => ({ lines: ['clear xlate'] }),
  }),
};

/** What leaves the PBX has these ports as its source: so the objects name sources, though packets come in for them. */
function asaStatic(repair: Repair): Written {
  const { pbx, wan } = repair;
  const objects = eachRange(both(repair)).map((range) => ({
    ...range,
    name: `fullcone-${range.protocol}-${range.number}`,
  }));
  const words = (range: PortRange) =>
    range.from === range.to ? `eq ${range.from}` : `range ${range.from} ${range.to}`;
  return {
    lines: inConfiguration([
      'object network fullcone-pbx',
      ` host ${pbx}`,
      ...objects.flatMap((range) => [
        `object service ${range.name}`,
        ` service ${range.protocol} source ${words(range)}`,
      ]),
      ...objects.map(
        ({ name }, index) =>
          `nat (inside,${wan}) ${index + 1} source static fullcone-pbx interface service ${name} ${name}`,
      ),
      ...eachRange(repair.ports.forward).map(
        (range) => `access-list ${wan}_access_in extended permit ${range.protocol} any host ${pbx} ${words(range)}`,
      ),
    ]),
    note: {
      en: `"inside" is the interface of the PBX. The access list must be the one that "show running-config access-group" names for ${wan}; a second one would replace it.`,
      de: `„inside“ ist die Schnittstelle der Telefonanlage. Die Access List muss die sein, die „show running-config access-group“ für ${wan} nennt; eine zweite würde sie ersetzen.`,
    },
  };
}

const POOL: Localised = {
  en: 'The pool mostly needs a public address that the interface does not use itself. If the PBX is in another zone than "trust": change the name. Then "commit check".',
  de: 'Der Pool braucht meist eine öffentliche Adresse, die die Schnittstelle nicht selbst benutzt. Ist die Telefonanlage in einer anderen Zone als „trust“: den Namen ändern. Dann „commit check“.',
};

const ZONES: Localised = {
  en: 'If the PBX is in another zone than "trust", or the policy must stand before others: change the name, or "insert" it. Then "commit check".',
  de: 'Ist die Telefonanlage in einer anderen Zone als „trust“, oder muss die Policy vor anderen stehen: den Namen ändern oder sie mit „insert“ verschieben. Dann „commit check“.',
};

export const JUNOS: Dialect = {
  id: 'juniper-srx',
  comment: '# ',
  wan: 'untrust',
  wanNames: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
  proven: false,
  write: writing({
    forward: (repair) => ({ lines: ['configure', ...junosForward(repair), 'commit and-quit'], note: ZONES }),
    'keep-source-port': (repair) => ({ lines: ['configure', ...junosSource(repair), 'commit and-quit'], note: POOL }),
    'alg-off': () => ({ lines: ['configure', 'set security alg sip disable', 'commit and-quit'] }),
    flush: ({ pbx }) => ({
      lines: ['source', 'destination'].map((end) => `clear security flow session ${end}-prefix ${pbx}/32`),
    }),
  }),
};

function junosForward({ pbx, wan, publicAddress, ports }: Repair): string[] {
  const nat = 'set security nat destination';
  const policy = `set security policies from-zone ${wan} to-zone trust policy fullcone-in`;
  const ranges = eachRange(ports.forward).map((range) => ({
    ...range,
    name: `fullcone-${range.protocol}-${range.number}`,
  }));
  return [
    `${nat} pool fullcone-pbx address ${pbx}/32`,
    `${nat} rule-set fullcone-in from zone ${wan}`,
    ...ranges.flatMap((range) => {
      const rule = `${nat} rule-set fullcone-in rule ${range.name}`;
      return [
        `${rule} match destination-address ${publicAddress ?? '0.0.0.0'}/${publicAddress === null ? 0 : 32}`,
        `${rule} match protocol ${range.protocol}`,
        `${rule} match destination-port ${span(range, ' to ')}`,
        `${rule} then destination-nat pool fullcone-pbx`,
      ];
    }),
    `set security address-book global address fullcone-pbx ${pbx}/32`,
    ...ranges.flatMap((range) => [
      `set applications application ${range.name} protocol ${range.protocol}`,
      `set applications application ${range.name} destination-port ${span(range)}`,
    ]),
    `${policy} match source-address any`,
    `${policy} match destination-address fullcone-pbx`,
    ...ranges.map(({ name }) => `${policy} match application ${name}`),
    `${policy} then permit`,
  ];
}

function junosSource({ pbx, wan, publicAddress }: Repair): string[] {
  const nat = 'set security nat source';
  return [
    `${nat} pool fullcone-out address ${publicAddress ?? 'PUBLIC-ADDRESS'}/32`,
    `${nat} pool fullcone-out port no-translation`,
    `${nat} rule-set fullcone-out from zone trust`,
    `${nat} rule-set fullcone-out to zone ${wan}`,
    `${nat} rule-set fullcone-out rule fullcone-out match source-address ${pbx}/32`,
    `${nat} rule-set fullcone-out rule fullcone-out match protocol udp`,
    `${nat} rule-set fullcone-out rule fullcone-out then source-nat pool fullcone-out`,
  ];
}
