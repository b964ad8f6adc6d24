import { assertNever, type PortRange, portsOf, toRanges } from '../../src/base/index.ts';
import type { Forward, OuterNat, Protocol, RouterSpec } from '../scenarios/index.ts';
import { HOST2, NOBODY, OTHER_LINE, PBX, PUBLIC } from './addresses.ts';

/** Chance that a packet is lost, 0 to 1, by direction as the PBX sees it. */
export interface Loss {
  readonly out: number;
  readonly in: number;
  /** Beside chance, one of so many packets. */
  readonly every?: number;
}

/**
 * A NAT of the vendor's kind keeps a mapping for minutes; shorter than a check would make it lie about the kind,
 * and Linux' own entry of an answered flow lives for 120 s too.
 */
const MAPPING_LIFE = '2m';

/**
 * Whole ruleset of the router. It may be loaded over an earlier one: `flush table` takes the rules only, so that the
 * mappings in the maps stay as the connection states do, and all of it is one transaction.
 * The loss on the way out belongs to the other end of the link (nftInternet): a packet that is lost there has left
 * its state in the router.
 */
export function nftRouter(spec: RouterSpec, loss: Loss = { out: 0, in: 0 }, wan: string = PUBLIC): string {
  return table([
    ...mappings(),
    chain('lost', 'type filter hook prerouting priority raw; policy accept;', lossRules('wan', loss, 'in')),
    ...guard(spec),
    ...fragmentRules(spec),
    chain('inward', 'type nat hook prerouting priority dstnat; policy accept;', inwardRules(spec, wan)),
    chain('outward', 'type nat hook postrouting priority srcnat; policy accept;', outwardRules(spec, wan)),
    chain('learn', 'type filter hook postrouting priority srcnat + 10; policy accept;', learnRules()),
    chain('forward', 'type filter hook forward priority filter; policy drop;', forwardRules(spec)),
    chain('input', 'type filter hook input priority filter; policy drop;', inputRules(spec)),
  ]);
}

/** A table that replaces what an earlier text of the same shape has put there. */
export const table = (body: readonly string[], family: 'ip' | 'ip6' = 'ip', name = 'fullcone'): string =>
  [
    `table ${family} ${name} {`,
    '}',
    `flush table ${family} ${name}`,
    `table ${family} ${name} {`,
    ...body,
    '}',
    '',
  ].join('\n');

export const chain = (name: string, head: string, rules: readonly string[]): string =>
  [`  chain ${name} {`, ...[head, ...rules].map((rule) => `    ${rule}`), '  }'].join('\n');

export const lossRules = (device: string, { every, ...chances }: Loss, way: 'out' | 'in'): string[] => [
  ...(every === undefined ? [] : [`iifname "${device}" numgen inc mod ${every} == 0 drop`]),
  ...(chances[way] === 0
    ? []
    : [`iifname "${device}" numgen random mod 100000 < ${Math.round(chances[way] * 100_000)} drop`]),
];

/**
 * What Linux' connection table cannot tell, because it knows flows and no mappings:
 * `mapping` inside endpoint -> public port, `cone` the reverse, `taken` the public ports of `cone`,
 * `permitted` the peers to whom a public port has spoken.
 */
function mappings(): string[] {
  const kept = `flags dynamic,timeout; timeout ${MAPPING_LIFE}; size 65535;`;
  return [
    `  map mapping { type ipv4_addr . inet_service : inet_service; ${kept} }`,
    `  map cone { type inet_service : ipv4_addr . inet_service; ${kept} }`,
    `  set taken { type inet_service; ${kept} }`,
    '  set flows { type ipv4_addr; flags dynamic; size 65535; }',
    `  set permitted { type ipv4_addr . inet_service; ${kept} }`,
  ];
}

/**
 * Learned after the translation, when the header shows the public port. Only flows that the LAN began make a mapping:
 * the answer of a forwarded port must not open the port for everybody.
 */
function learnRules(): string[] {
  const own = 'iifname "lan" oifname "wan" meta l4proto udp ct direction original';
  const inside = 'ct original ip saddr . ct original proto-src';
  return [
    `${own} update @mapping { ${inside} : udp sport }`,
    `${own} update @cone { udp sport : ${inside} }`,
    `${own} update @taken { udp sport }`,
    `${own} update @permitted { ip daddr . udp sport }`,
  ];
}

/**
 * New flows of an address to more than `after` different ports within 10 s: nothing new of it for some time. The limit of
 * one an hour never refills, so that its burst is a plain count.
 */
function guard({ scanGuard }: RouterSpec): string[] {
  if (!scanGuard) return [];
  const fresh = 'iifname "wan" ct state new meta l4proto udp';
  return [
    '  set seen { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 10s; size 65535; }',
    '  set count { type ipv4_addr; flags dynamic,timeout; timeout 10s; size 65535; }',
    `  set banned { type ipv4_addr; flags dynamic,timeout; timeout ${scanGuard.seconds ?? 30}s; size 65535; }`,
    chain('guard', 'type filter hook prerouting priority mangle; policy accept;', [
      `${fresh} ip saddr @banned drop`,
      `${fresh} ip saddr . udp dport @seen accept`,
      `${fresh} add @seen { ip saddr . udp dport }`,
      `${fresh} add @count { ip saddr limit rate over 1/hour burst ${scanGuard.after} packets } add @banned { ip saddr } drop`,
    ]),
  ];
}

/** Before connection tracking, at -400, makes datagrams whole again. */
function fragmentRules({ dropsFragments }: RouterSpec): string[] {
  const devices = { out: ['lan'], in: ['wan'], both: ['lan', 'wan'] };
  if (!dropsFragments) return [];
  const rules = devices[dropsFragments].map((device) => `iifname "${device}" ip frag-off & 0x3fff != 0 drop`);
  return [chain('fragments', 'type filter hook prerouting priority -450; policy accept;', rules)];
}

/** What is turned around comes from the router's own address, or its answer would go past the router. */
const outwardRules = ({ outward, hairpin, otherLine }: RouterSpec, wan: string): string[] => [
  ...(otherLine ? [`oifname "wan" udp sport ${portSet(otherLine)} snat to ${OTHER_LINE}`] : []),
  ...(hairpin ? ['iifname "lan" oifname "lan" ct status dnat masquerade'] : []),
  ...sourceRules(outward, wan),
];

function sourceRules(outward: RouterSpec['outward'], wan: string): string[] {
  switch (outward) {
    case 'preserve':
      return ['oifname "wan" masquerade'];
    case 'random':
      return ['oifname "wan" masquerade fully-random'];
    case 'stable-other':
      // Flipping one bit of the number gives every port another one and no two the same: 9000 <-> 25384.
      // It holds for the PBX alone: two hosts with one port would get one number, and Linux would drop the second.
      return [
        `oifname "wan" ip saddr ${PBX} meta l4proto { tcp, udp } masquerade to :th sport xor 0x4000`,
        'oifname "wan" masquerade',
      ];
    case 'endpoint-independent':
      // The known mapping; else the same number, if no other inside endpoint has it; else a free one.
      return [
        `oifname "wan" meta l4proto udp snat ip to ${wan} : ip saddr . udp sport map @mapping`,
        'oifname "wan" udp sport @taken masquerade to :20000-59999 fully-random',
        'oifname "wan" masquerade',
      ];
    case 'untranslated':
    case 'prefix':
    case 'nat64':
      throw new Error(`'${outward}' is a matter of IPv6`);
    default:
      return assertNever(outward);
  }
}

function inwardRules(spec: RouterSpec, wan: string): string[] {
  const from = `${spec.hairpin ? '' : 'iifname "wan" '}ip daddr ${wan}`;
  return [...spec.forwards.map((forward) => forwardRule(forward, from)), ...filteringRules(spec.filtering, from)];
}

function filteringRules(filtering: RouterSpec['filtering'], from: string): string[] {
  const wanted = `${from} meta l4proto udp`;
  const open = 'dnat ip to udp dport map @cone';
  switch (filtering) {
    case 'address-and-port':
      return [];
    case 'address':
      return [`${wanted} ip saddr . udp dport @permitted ${open}`];
    case 'endpoint-independent':
      return [`${wanted} ${open}`];
    default:
      return assertNever(filtering);
  }
}

const TARGETS = { pbx: PBX, host2: HOST2, nobody: NOBODY } as const;

const BOTH: readonly Protocol[] = ['tcp', 'udp'];

function forwardRule({ ports, protocols = BOTH, to, shift = 0 }: Forward, from: string): string {
  const match = `${from} meta l4proto { ${protocols.join(', ')} } th dport ${portSet(ports)}`;
  if (shift === 0) return `${match} dnat to ${TARGETS[to]}`;
  const moved = portsOf(ports).map((port) => `${port} : ${port + shift}`);
  return `${match} dnat to ${TARGETS[to]} : th dport map { ${moved.join(', ')} }`;
}

function forwardRules({ blocked, flowLimit, dropsPayload, dropsTcpAnswers }: RouterSpec): string[] {
  const refusal = blocked?.how === 'reject' ? 'reject with icmp type admin-prohibited' : 'drop';
  return [
    // Before the established ones: not even the answer of a blocked port leaves.
    ...(blocked ? [`iifname "lan" oifname "wan" udp sport ${portSet(blocked.ports)} ${refusal}`] : []),
    ...(dropsTcpAnswers
      ? [`iifname "lan" tcp sport ${portSet(dropsTcpAnswers)} tcp flags & (syn | ack) == syn | ack drop`]
      : []),
    // What carries something is pushed.
    ...(dropsPayload ? [`iifname "wan" tcp dport ${portSet(dropsPayload)} tcp flags & psh == psh drop`] : []),
    'ct state established,related accept',
    ...(flowLimit === undefined
      ? []
      : [`iifname "lan" meta l4proto udp add @flows { ip saddr ct count over ${flowLimit} } drop`]),
    'iifname "lan" accept',
    'ct status dnat accept',
  ];
}

/**
 * Only what no forward has sent elsewhere comes here. Taken by a router on which nothing listens: its own ICMP port
 * unreachable, or RST.
 */
const inputRules = ({ input, tcpService, tcpReject, speaks }: RouterSpec): string[] => [
  'ct state established,related accept',
  ...(tcpService ? [`iifname "wan" tcp dport ${portSet(tcpService)} accept`] : []),
  ...(tcpReject ? [`iifname "wan" tcp dport ${portSet(tcpReject)} reject with tcp reset`] : []),
  ...(speaks ? ['iifname "lan" accept'] : []),
  ...(input === 'take' ? ['accept'] : []),
];

/** The provider's NAT: it translates and forwards, and nothing of it is ever changed. */
export const nftOuter = ({ inside, forwards = [] }: OuterNat): string =>
  table([
    chain('inward', 'type nat hook prerouting priority dstnat; policy accept;', [
      ...(forwards.length > 0
        ? [`iifname "wan" meta l4proto { tcp, udp } th dport ${portSet(forwards)} dnat to ${inside}`]
        : []),
    ]),
    chain('outward', 'type nat hook postrouting priority srcnat; policy accept;', ['oifname "wan" masquerade']),
    chain('forward', 'type filter hook forward priority filter; policy drop;', [
      'ct state established,related accept',
      'iifname "sub" accept',
      'ct status dnat accept',
    ]),
    chain('input', 'type filter hook input priority filter; policy drop;', ['ct state established,related accept']),
  ]);

export const portSet = (ports: readonly PortRange[]): string =>
  `{ ${toRanges(portsOf(ports))
    .map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
    .join(', ')} }`;
