import type { PortRange } from '../../src/base/index.ts';
import type { Check, Expectation, NetworkSpec, PortExpectation, RouterSpec, Scenario } from './types.ts';

const UDP = '5060,9000-9005';
const TCP = '5060-5061';
const NAMED = ['stun.example'];

const range = (from: number, to = from): PortRange => ({ from, to });

/** What the firewall admits. */
const PINHOLE = { ports: [range(5060), range(9000, 9005)], to: 'pbx', protocols: ['udp'] } as const;
const TCP_PINHOLE = { ports: [range(5060, 5061)], to: 'pbx', protocols: ['tcp'] } as const;

/** Over IPv4 nothing is forwarded: an answer from there would show. */
const IPV4: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };

const FIREWALL: RouterSpec = { outward: 'untranslated', filtering: 'address-and-port', forwards: [] };

const network = (ipv6: Partial<RouterSpec> | null, rest: Partial<NetworkSpec> = {}): NetworkSpec => ({
  router: IPV4,
  ipv6: ipv6 && { ...FIREWALL, ...ipv6 },
  server: { kind: 'full' },
  ...rest,
});

const all = (result: string, cause: string | null = null): Record<string, PortExpectation> => ({
  [UDP]: { result, cause },
});

const over6 = (expect: Expectation, check: Partial<Check> = {}): Scenario['steps'] => [
  { check: { udp: UDP, family: 'ipv6', ...check }, expect: { family: 'ipv6', ...expect } },
];

const SUPPORTED: Expectation = { verdict: 'supported', reason: null, family: 'ipv6', ports: all('open') };

const allClosed = (cause: string, ...findings: string[]): Expectation => ({
  verdict: 'unsupported',
  reason: 'all-ports',
  family: 'ipv6',
  ports: all('closed', cause),
  findings,
});

const outOfFamily = (server: string, ...findings: string[]): Expectation => ({
  verdict: 'inconclusive',
  reason: 'wrong-family',
  server,
  ports: all('untested'),
  findings,
});

const NO_CALLS = 'coturn calls no TCP ports';
const NO_NAT64 = 'Linux itself translates nothing between the families';
const SAME = 'the server takes no part in it';

export const IPV6_SCENARIOS: readonly Scenario[] = [
  {
    name: 'ipv6-public-host',
    about: 'No firewall at all.',
    network: { router: null, ipv6: null, server: { kind: 'full' } },
    steps: over6(SUPPORTED),
  },
  {
    name: 'ipv6-stateful',
    about: 'The usual router: it translates nothing, and lets in only what answers.',
    network: network({}),
    steps: over6({
      ...allClosed('not-forwarded', 'nothing-forwarded'),
      facts: { 'nothing-forwarded': { way: 'firewall' } },
    }),
  },
  {
    name: 'ipv6-pinhole',
    about: 'The configuration that is supported.',
    network: network({ forwards: [PINHOLE] }),
    steps: over6(SUPPORTED),
  },
  {
    name: 'ipv6-pinhole-part',
    about: 'The rule of the firewall ends too early.',
    network: network({ forwards: [{ ...PINHOLE, ports: [range(5060), range(9000, 9002)] }] }),
    steps: over6({
      verdict: 'unsupported',
      reason: 'some-ports',
      ports: {
        '5060,9000-9002': { result: 'open', cause: null },
        '9003-9005': { result: 'closed', cause: 'not-forwarded' },
      },
      findings: ['range-ends-early'],
    }),
  },
  {
    name: 'ipv6-rejecting',
    about: 'The firewall refuses with ICMPv6 what it does not admit.',
    network: network({ refusal: 'icmp' }),
    steps: over6(allClosed('not-forwarded', 'nothing-forwarded')),
  },
  {
    name: 'ipv6-outbound-blocked-some',
    about: 'Two ports may not speak; the rule is right.',
    network: network({ forwards: [PINHOLE], blocked: { ports: [range(9001), range(9003)], how: 'drop' } }),
    steps: over6({
      verdict: 'unsupported',
      reason: 'some-ports',
      ports: {
        '5060,9000,9002,9004-9005': { result: 'open', cause: null },
        '9001,9003': { result: 'no-answer', cause: 'outbound-blocked' },
      },
      findings: ['outbound-blocked'],
    }),
  },
  {
    name: 'ipv6-outbound-rejected',
    about: 'Trap 6 over IPv6: refused with ICMPv6, but only about one a second.',
    network: network({ blocked: { ports: [range(9000, 9005)], how: 'reject' } }),
    steps: over6({
      verdict: 'unsupported',
      reason: 'all-ports',
      ports: {
        '5060': { result: 'closed', cause: 'not-forwarded' },
        '9000-9005': { result: 'no-answer', cause: 'rejected' },
      },
      findings: ['rejected', 'not-forwarded'],
      facts: { rejected: { by: '2001:db8:1::1', icmp: '1/1' } },
    }),
  },
  {
    name: 'ipv6-server-down',
    about: 'The host lives, nobody listens: it says so by ICMPv6.',
    network: network({ forwards: [PINHOLE] }, { server: { kind: 'down' } }),
    steps: over6({
      verdict: 'inconclusive',
      reason: 'servers-unreachable',
      server: 'unreachable',
      ports: all('untested'),
      findings: ['server-unreachable'],
      facts: { 'server-unreachable': { by: '2001:db8:100::10', icmp: '1/4' } },
    }),
    notIn: { coturn: SAME },
  },
  {
    name: 'ipv6-host-firewall',
    about: 'Admitted as it should be; the own packet filter of the PBX lets in only what answers to something.',
    network: network({ forwards: [PINHOLE] }, { hostFirewall: true }),
    steps: over6(allClosed('host-firewall', 'host-firewall')),
  },
  {
    name: 'ipv6-host-firewall-no-pinhole',
    about: 'The same, but nothing gets as far as that: the router comes first.',
    network: network({}, { hostFirewall: true }),
    steps: over6(allClosed('not-forwarded', 'nothing-forwarded')),
    notIn: { coturn: SAME },
  },
  {
    name: 'ipv6-host-firewall-public-host',
    about: 'No router at all: what lets nothing in is the PBX itself.',
    network: { router: null, ipv6: null, server: { kind: 'full' }, hostFirewall: true },
    steps: over6(allClosed('host-firewall', 'host-firewall')),
    notIn: { coturn: SAME },
  },
  {
    name: 'ipv6-prefix-translated',
    about: 'NPTv6: another prefix outside, every port as it is; the pinhole is right.',
    network: network({ outward: 'prefix', forwards: [PINHOLE] }),
    steps: over6({
      ...SUPPORTED,
      findings: ['prefix-translated'],
      facts: { 'prefix-translated': { publicAddress: '2001:db8:3::100', bindAddress: '2001:db8:1::100' } },
    }),
  },
  {
    name: 'ipv6-prefix-translated-closed',
    about: 'The same without a pinhole.',
    network: network({ outward: 'prefix' }),
    steps: over6(allClosed('not-forwarded', 'nothing-forwarded', 'prefix-translated')),
  },
  {
    name: 'ipv6-masquerade-random',
    about: 'NAT66 of the worst kind: one address for all, and random ports.',
    network: network({ outward: 'random' }),
    steps: over6({
      verdict: 'unsupported',
      reason: 'all-ports',
      ports: all('translated', 'symmetric'),
      findings: ['random-source-ports'],
    }),
  },
  {
    name: 'ipv6-tcp',
    about: 'The reflector calls back over IPv6; one of two TCP ports is admitted.',
    network: network({ forwards: [PINHOLE, { ...TCP_PINHOLE, ports: [range(5061)] }] }),
    steps: over6(
      {
        verdict: 'unsupported',
        reason: 'some-ports',
        ports: all('open'),
        tcp: { '5060': { result: 'closed', cause: 'not-forwarded' }, '5061': { result: 'open', cause: null } },
        findings: ['not-forwarded'],
      },
      { tcp: TCP },
    ),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'ipv6-tcp-rejected',
    about: 'The firewall refuses the connection with ICMPv6.',
    network: network({ forwards: [PINHOLE], refusal: 'icmp' }),
    steps: over6(
      {
        verdict: 'unsupported',
        reason: 'some-ports',
        ports: all('open'),
        tcp: { [TCP]: { result: 'closed', cause: 'rejected' } },
        findings: ['rejected'],
      },
      { tcp: TCP },
    ),
    notIn: { coturn: NO_CALLS, model: 'its TCP knows no ICMP' },
  },
  {
    name: 'ipv6-tcp-host-firewall',
    about: "Admitted as it should be; the PBX's own packet filter drops what nobody asked for.",
    network: network({ forwards: [PINHOLE, TCP_PINHOLE] }, { hostFirewall: true }),
    steps: over6(
      {
        ...allClosed('host-firewall', 'host-firewall'),
        tcp: { [TCP]: ['host-firewall', null].map((cause) => ({ result: 'closed', cause })) },
        mayFind: ['closed'],
      },
      { tcp: TCP },
    ),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'ipv6-held',
    about: 'Another process has a port, for both families.',
    network: network({ forwards: [PINHOLE] }, { held: [9001] }),
    steps: over6(
      {
        verdict: 'inconclusive',
        reason: 'ports-in-use',
        ports: {
          '5060,9000,9002-9005': { result: 'open', cause: null },
          '9001': { result: 'in-use', cause: 'process' },
        },
        findings: ['process'],
      },
      { mode: 'bind' },
    ),
  },
  {
    name: 'ipv6-repaired',
    about: 'Trap 5: a pinhole is made, and the next check meets the old states.',
    network: network({}),
    steps: [
      ...over6(allClosed('not-forwarded', 'nothing-forwarded')),
      { repair6: { forwards: [PINHOLE] }, check: { udp: UDP, family: 'ipv6' }, expect: SUPPORTED },
    ],
    notIn: { coturn: SAME },
  },
  {
    name: 'ipv6-unasked-both',
    about: 'The name has addresses of both families, and so has the machine: IPv4 it is, unless told otherwise.',
    network: { ...network({}), router: { ...IPV4, forwards: [PINHOLE] } },
    steps: [
      { check: { udp: UDP, servers: NAMED }, expect: { ...SUPPORTED, family: 'ipv4' } },
      ...over6(allClosed('not-forwarded', 'nothing-forwarded'), { servers: NAMED }),
    ],
  },
  {
    name: 'ipv6-unasked-only',
    about: 'A machine without IPv4 takes the IPv6 address of the name by itself.',
    network: network({ forwards: [PINHOLE] }, { families: ['ipv6'] }),
    steps: [{ check: { udp: UDP, servers: NAMED }, expect: SUPPORTED }],
  },
  {
    name: 'ipv6-wanting-here',
    about: 'The machine has IPv4 alone: nothing is sent, and no server is called unreachable.',
    network: network({ forwards: [PINHOLE] }, { families: ['ipv4'] }),
    steps: over6({ ...outOfFamily('unreachable', 'host-without-family'), family: 'ipv6' }),
    notIn: { coturn: SAME },
  },
  {
    name: 'ipv4-wanting-here',
    about: 'The machine has IPv6 alone, and the server is named by its IPv4 address.',
    network: network({ forwards: [PINHOLE] }, { families: ['ipv6'] }),
    steps: [{ check: { udp: UDP }, expect: outOfFamily('unreachable', 'host-without-family') }],
    notIn: { coturn: SAME },
  },
  {
    name: 'ipv6-wanting-there',
    about: 'The name has no AAAA: it can be resolved, but not over IPv6.',
    network: network({ forwards: [PINHOLE] }, { dns: 'ipv4-only' }),
    steps: over6({ ...outOfFamily('unresolvable', 'server-other-family'), family: 'ipv6' }, { servers: NAMED }),
    notIn: { coturn: SAME },
  },
  {
    name: 'neither-family',
    about: 'The machine has no address at all: its network is down, which is no want of IPv6.',
    network: network({}, { families: [] }),
    steps: [
      {
        check: { udp: UDP },
        expect: {
          verdict: 'inconclusive',
          reason: 'servers-unreachable',
          server: 'unreachable',
          ports: all('untested'),
          findings: ['server-no-route'],
        },
      },
    ],
    notIn: { coturn: SAME },
  },
  {
    name: 'nat64',
    about: 'DNS64 gives the server an IPv6 address that a translator makes: it sees IPv4, and lets nothing in.',
    network: network({ outward: 'nat64' }, { families: ['ipv6'], dns: 'nat64' }),
    steps: over6(
      {
        verdict: 'inconclusive',
        reason: 'wrong-family',
        server: 'no-second-address',
        ports: all('untested', 'wrong-family'),
        tcp: { [TCP]: { result: 'untested', cause: 'wrong-family' } },
        findings: ['wrong-family'],
      },
      { servers: NAMED, tcp: TCP },
    ),
    notIn: { kernel: NO_NAT64, coturn: NO_NAT64 },
  },
];
