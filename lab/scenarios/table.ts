import type { PortRange } from '../../src/base/index.ts';
import { IPV6_SCENARIOS } from './ipv6-table.ts';
import { LIES_SCENARIOS } from './lies-table.ts';
import { LIVE_SCENARIOS } from './live-table.ts';
import { NATS_SCENARIOS } from './nats-table.ts';
import { PATTERNS_SCENARIOS } from './patterns-table.ts';
import { SERVER_SCENARIOS } from './servers-table.ts';
import { TCP_SCENARIOS } from './tcp-table.ts';
import { TROUBLES_SCENARIOS } from './troubles-table.ts';
import type { Expectation, Forward, NetworkSpec, RouterSpec, Scenario } from './types.ts';

const UDP = '5060,9000-9005';

const range = (from: number, to = from): PortRange => ({ from, to });

const FORWARD: Forward = { ports: [range(5060), range(9000, 9005)], to: 'pbx' };

const ROUTER: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };

const network = (router: Partial<RouterSpec> | null, rest: Partial<NetworkSpec> = {}): NetworkSpec => ({
  router: router && { ...ROUTER, ...router },
  server: { kind: 'full' },
  ...rest,
});

const all = (result: string, cause: string | null = null) => ({ [UDP]: { result, cause } });

const SUPPORTED: Expectation = { verdict: 'supported', reason: null, ports: all('open') };

const allClosed = (cause: string | null, ...findings: string[]): Expectation => ({
  verdict: 'unsupported',
  reason: 'all-ports',
  ports: all('closed', cause),
  findings,
});

const allTranslated = (cause: string | null, ...findings: string[]): Expectation => ({
  verdict: 'unsupported',
  reason: 'all-ports',
  ports: all('translated', cause),
  findings,
});

const allUntested = (reason: string, server: string, ...findings: string[]): Expectation => ({
  verdict: 'inconclusive',
  reason,
  server,
  ports: all('untested'),
  findings,
});

const once = (expect: Expectation, udp = UDP) => [{ check: { udp }, expect }];

/** With ordinary sockets: beside the other process it would be asked, too. */
const inUse = (expect: Expectation): Scenario['steps'] => [{ check: { udp: UDP, mode: 'bind' }, expect }];

const NOT_COTURN = 'coturn cannot be made to do this';

/*
 * `services: 'one'`: a port that is asked by itself is asked more, so that it has spoken to both ports of the server by
 * then; the next check finds nothing new to ask, and waits for the longest of all entries, or, told not to wait, is deceived.
 */

/** How long a router's entries live in the field: too long for a lab that runs in real time. */
const TOO_SLOW = 'waits three minutes for the router to forget';

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'public-host',
    about: 'No router at all.',
    network: network(null),
    steps: once(SUPPORTED),
  },
  {
    name: 'one-to-one',
    about: 'The configuration that is supported.',
    network: network({ forwards: [FORWARD] }),
    steps: once(SUPPORTED),
  },
  {
    name: 'no-forward',
    about: 'Outward all is well, and nothing is let in.',
    network: network({}),
    steps: once(allClosed('not-forwarded', 'nothing-forwarded')),
  },
  {
    name: 'no-forward-router-takes',
    about: 'Trap 4: the router takes the cold packet for itself, and the entry makes the port look translated.',
    network: network({ input: 'take' }),
    steps: once(allClosed('not-forwarded', 'nothing-forwarded')),
  },
  {
    name: 'random',
    about: 'Symmetric NAT without a forward.',
    network: network({ outward: 'random' }),
    steps: once(allTranslated('symmetric', 'random-source-ports')),
  },
  {
    name: 'random-forwarded',
    about: 'Traps 2 and 3: inbound is right, outbound is random; any other tool calls it symmetric.',
    network: network({ outward: 'random', forwards: [FORWARD] }),
    steps: once(allTranslated('source-port-rewritten', 'source-port-rewritten')),
  },
  {
    name: 'stable-other',
    about: 'One mapping for all destinations, but another number.',
    network: network({ outward: 'stable-other' }),
    steps: once(allTranslated('mapped-elsewhere', 'mapped-elsewhere')),
  },
  {
    name: 'stable-other-forwarded',
    about: 'The same with a forward that is right.',
    network: network({ outward: 'stable-other', forwards: [FORWARD] }),
    steps: once(allTranslated('source-port-rewritten', 'source-port-rewritten')),
  },
  {
    name: 'part-of-the-range',
    about: 'The rule ends too early.',
    network: network({ forwards: [{ ports: [range(5060), range(9000, 9002)], to: 'pbx' }] }),
    steps: once({
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
    name: 'shifted',
    about: 'The media range is forwarded to the ports above.',
    network: network({
      forwards: [
        { ports: [range(5060)], to: 'pbx' },
        { ports: [range(9000, 9005)], to: 'pbx', shift: 1 },
      ],
    }),
    steps: once({
      verdict: 'unsupported',
      reason: 'some-ports',
      ports: {
        '5060': { result: 'open', cause: null },
        '9000-9004': { result: 'closed', cause: 'shifted' },
        // It arrives at 9006, which nobody asked for: more cannot be known.
        '9005': { result: 'closed', cause: 'not-forwarded' },
      },
      findings: ['shifted', 'not-forwarded'],
    }),
  },
  {
    name: 'wrong-host',
    about: 'Forwarded to another machine of the LAN, which answers that nobody listens.',
    network: network({ forwards: [{ ...FORWARD, to: 'host2' }] }),
    steps: once(allClosed('not-forwarded', 'nothing-forwarded')),
  },
  {
    name: 'dead-host',
    about: 'Forwarded to an address where no machine is.',
    network: network({ forwards: [{ ...FORWARD, to: 'nobody' }] }),
    steps: once(allClosed('not-forwarded', 'nothing-forwarded')),
  },
  {
    name: 'endpoint-independent',
    about:
      'A NAT that lets everybody in on a mapping that our own packet opened: no forward, though the warm test passes.',
    network: network({ outward: 'endpoint-independent', filtering: 'endpoint-independent' }),
    steps: once(allClosed('works-by-accident', 'works-by-accident')),
  },
  {
    name: 'address-restricted',
    about: 'Another port of the same address is let in.',
    network: network({ outward: 'endpoint-independent', filtering: 'address' }),
    steps: once(allClosed('address-restricted', 'address-restricted')),
  },
  {
    name: 'outbound-blocked-some',
    about: 'Two ports may not speak; the forward is right.',
    network: network({ forwards: [FORWARD], blocked: { ports: [range(9001), range(9003)], how: 'drop' } }),
    steps: once({
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
    name: 'outbound-rejected',
    about: 'Trap 6: the router refuses with ICMP, but only about one a second: all ports must look alike.',
    network: network({ blocked: { ports: [range(9000, 9005)], how: 'reject' } }),
    steps: once({
      verdict: 'unsupported',
      reason: 'all-ports',
      ports: {
        '5060': { result: 'closed', cause: 'not-forwarded' },
        '9000-9005': { result: 'no-answer', cause: 'rejected' },
      },
      findings: ['rejected', 'not-forwarded'],
      facts: { rejected: { by: '192.168.0.1', icmp: '3/13' } },
    }),
  },
  {
    name: 'host-firewall',
    about: 'Forwarded as it should be; the own packet filter of the PBX lets in only what answers to something.',
    network: network({ forwards: [FORWARD] }, { hostFirewall: true }),
    steps: once(allClosed('host-firewall', 'host-firewall')),
  },
  {
    name: 'host-firewall-no-forward',
    about: 'The same, but nothing gets as far as that: the router comes first.',
    network: network({}, { hostFirewall: true }),
    steps: once(allClosed('not-forwarded', 'nothing-forwarded')),
  },
  {
    name: 'host-firewall-public-host',
    about: 'No router at all: what lets nothing in is the PBX itself.',
    network: network(null, { hostFirewall: true }),
    steps: once(allClosed('host-firewall', 'host-firewall')),
  },
  {
    name: 'scan-guard',
    about:
      'The router lets the first ports in, then takes us for a scanner for a while; known flows go on, control probes too.',
    network: network({
      forwards: [{ ports: [range(5060), range(9000, 9012)], to: 'pbx' }],
      scanGuard: { after: 8, seconds: 20 },
    }),
    steps: once(
      {
        verdict: 'supported',
        reason: null,
        ports: { '5060,9000-9012': { result: 'open', cause: null } },
        findings: ['paused-by-router'],
      },
      '5060,9000-9012',
    ),
  },
  {
    name: 'scan-guard-for-long',
    about: 'The same, but it does not forget before the check gives up.',
    network: network({
      forwards: [{ ports: [range(5060), range(9000, 9019)], to: 'pbx' }],
      scanGuard: { after: 8, seconds: 600 },
    }),
    steps: once(
      {
        verdict: 'inconclusive',
        reason: 'scan-protection',
        ports: {
          '5060,9000-9019': [
            { result: 'open', cause: null },
            { result: 'untested', cause: 'scan-protection' },
          ],
        },
        findings: ['scan-protection'],
      },
      '5060,9000-9019',
    ),
  },
  {
    name: 'scan-guard-again',
    about:
      'The second check meets the ban of the first one from its first packet on; no port is let in, though all are forwarded.',
    network: network({
      forwards: [{ ports: [range(5060), range(9000, 9019)], to: 'pbx' }],
      scanGuard: { after: 8, seconds: 600 },
    }),
    steps: [
      {
        check: { udp: '5060,9000-9009' },
        expect: {
          verdict: 'inconclusive',
          reason: 'scan-protection',
          ports: {
            '5060,9000-9009': [
              { result: 'open', cause: null },
              { result: 'untested', cause: 'scan-protection' },
            ],
          },
          findings: ['scan-protection'],
        },
      },
      {
        check: { udp: '9010-9019', noWait: true },
        expect: {
          verdict: 'inconclusive',
          reason: 'scan-protection',
          ports: { '9010-9019': { result: 'untested', cause: 'scan-protection' } },
          findings: ['scan-protection'],
        },
      },
    ],
  },
  {
    name: 'flow-limit',
    about:
      'The router allows a host so many flows at a time; known ones go on, control probes too, and all ports are forwarded: those that send one flow too many must not look blocked.',
    network: network({
      forwards: [{ ports: [range(5060), range(9000, 9039)], to: 'pbx' }],
      flowLimit: 30,
      udpTimeouts: { unreplied: 12, replied: 12 },
    }),
    steps: once(
      {
        verdict: 'supported',
        reason: null,
        ports: { '5060,9000-9039': { result: 'open', cause: null } },
        findings: ['paused-by-outbound'],
      },
      '5060,9000-9039',
    ),
  },
  {
    name: 'server-down',
    about: 'The host lives, nobody listens.',
    network: network({ forwards: [FORWARD] }, { server: { kind: 'down' } }),
    steps: once({
      ...allUntested('servers-unreachable', 'unreachable', 'server-unreachable'),
      facts: { 'server-unreachable': { by: '198.51.100.10', icmp: '3/3' } },
    }),
  },
  {
    name: 'server-silent',
    about: 'Nothing comes back at all.',
    network: network({ forwards: [FORWARD] }, { server: { kind: 'silent' } }),
    steps: once(allUntested('servers-unreachable', 'unreachable', 'server-unreachable')),
  },
  {
    name: 'server-of-one-address',
    about: 'Outbound questions only; a preserved port proves nothing.',
    network: network({ forwards: [FORWARD] }, { server: { kind: 'one-address' } }),
    steps: once(allUntested('no-second-address', 'no-second-address', 'no-second-address')),
  },
  {
    name: 'server-of-one-address-random',
    about: 'Outbound questions only; a translated port is proof enough.',
    network: network({ outward: 'random' }, { server: { kind: 'one-address' } }),
    steps: once({ ...allTranslated(null, 'translated', 'no-second-address'), server: 'no-second-address' }),
  },
  {
    name: 'server-ignores-change-request',
    about: 'It answers from the unchanged address: believing that would call every port open.',
    network: network({}, { server: { kind: 'ignores-change-request' } }),
    steps: once(allUntested('no-second-address', 'basic', 'server-ignores-change-request')),
    notIn: { coturn: NOT_COTURN },
  },
  {
    name: 'server-without-response-port',
    about: 'The cold question cannot be asked; the warm one decides.',
    network: network({ forwards: [FORWARD] }, { server: { kind: 'no-response-port' } }),
    steps: once({ ...SUPPORTED, findings: ['cold-not-asked'] }),
    notIn: { coturn: NOT_COTURN },
  },
  {
    name: 'server-without-response-port-closed',
    about: 'The same, and nothing is forwarded.',
    network: network({}, { server: { kind: 'no-response-port' } }),
    steps: once(allClosed('not-forwarded', 'nothing-forwarded')),
    notIn: { coturn: NOT_COTURN },
  },
  {
    name: 'server-without-response-port-cone',
    about: 'The same, and the router lets everybody in on a mapping: the warm answer comes in without any forward.',
    network: network({ filtering: 'endpoint-independent' }, { server: { kind: 'no-response-port' } }),
    steps: once({
      verdict: 'inconclusive',
      reason: 'cold-not-asked',
      ports: all('untested', 'accident-possible'),
      findings: ['accident-possible'],
    }),
    notIn: { coturn: NOT_COTURN },
  },
  ...(['no-such-name', 'refused', 'silent'] as const).map(
    (dns): Scenario => ({
      name: `dns-${dns}`,
      about: 'The name of the server has no address, for one reason or another.',
      network: network({ forwards: [FORWARD] }, { dns }),
      steps: [
        {
          check: { servers: ['stun.example'], udp: UDP },
          expect: allUntested('dns', 'unresolvable', 'server-unresolvable'),
        },
      ],
    }),
  ),
  {
    name: 'dns-service',
    about: 'The name is that of a domain, whose STUN server an SRV record tells.',
    network: network({ forwards: [FORWARD] }, { dns: 'service' }),
    steps: [{ check: { servers: ['domain.example'], udp: UDP }, expect: SUPPORTED }],
  },
  {
    name: 'dns-works',
    about: 'The server has a name.',
    network: network({ forwards: [FORWARD] }),
    steps: [{ check: { servers: ['stun.example'], udp: UDP }, expect: SUPPORTED }],
  },
  {
    name: 'loss-one-to-one',
    about: 'Every twentieth packet is lost, each way.',
    network: network({ forwards: [FORWARD] }, { loss: { out: 0.05, in: 0.05 } }),
    steps: once(SUPPORTED),
  },
  {
    name: 'loss-no-forward',
    about: 'The same, and nothing is forwarded.',
    network: network({}, { loss: { out: 0.05, in: 0.05 } }),
    steps: once(allClosed('not-forwarded', 'nothing-forwarded')),
  },
  {
    name: 'port-in-use',
    about: 'Another process holds a port.',
    network: network({ forwards: [FORWARD] }, { held: [9001] }),
    steps: inUse({
      verdict: 'inconclusive',
      reason: 'ports-in-use',
      ports: { '5060,9000,9002-9005': { result: 'open', cause: null }, '9001': { result: 'in-use', cause: 'process' } },
      findings: ['process'],
    }),
  },
  {
    name: 'second-server-shares-an-address',
    about: 'Trap 1: packets to the alternate address, which is the second server, would open the filter.',
    network: network({}),
    steps: [
      {
        check: { servers: ['198.51.100.10', '198.51.100.20'], udp: UDP },
        expect: {
          ...allClosed('not-forwarded', 'nothing-forwarded'),
          // Asked at its second address, coturn names that one itself as its other address.
          coturn: { findings: ['nothing-forwarded', 'server-malformed'] },
        },
      },
    ],
  },
  {
    name: 'neighbour',
    about: 'Trap 7: another host of the LAN talks to the same server from the same port; the configuration is right.',
    network: network({ forwards: [FORWARD] }, { neighbour: [9001] }),
    steps: once(SUPPORTED),
  },
  {
    name: 'neighbour-single-port',
    about: 'The same when that port is the only one asked.',
    network: network({ forwards: [FORWARD] }, { neighbour: [9001] }),
    steps: once({ ...SUPPORTED, ports: { '9001': { result: 'open', cause: null } } }, '9001'),
  },
  {
    name: 'neighbour-who-checks',
    about: 'The neighbour talks to the very port that we ask: nothing can be proven, and nothing must be said to be.',
    network: network({ forwards: [FORWARD] }, { neighbour: [9001], neighbourTo: 3479 }),
    steps: once({
      verdict: 'inconclusive',
      reason: 'taken-by-neighbour',
      ports: {
        '5060,9000,9002-9005': { result: 'open', cause: null },
        '9001': { result: 'untested', cause: 'taken-by-neighbour' },
      },
      findings: ['taken-by-neighbour'],
    }),
  },
  {
    name: 'neighbour-and-checked-before',
    about: 'The same neighbour at the usual port, which the second check asks since the other one is known by then.',
    network: network({ forwards: [FORWARD] }, { neighbour: [9001] }),
    services: 'one',
    steps: [
      { check: { udp: UDP }, expect: SUPPORTED },
      {
        check: { udp: UDP },
        expect: {
          verdict: 'inconclusive',
          reason: 'taken-by-neighbour',
          ports: {
            '5060,9000,9002-9005': { result: 'open', cause: null },
            '9001': { result: 'untested', cause: 'taken-by-neighbour' },
          },
          findings: ['taken-by-neighbour'],
        },
      },
    ],
  },
  {
    name: 'neighbour-who-checks-single-port',
    about: 'The same when that port is the only one asked.',
    network: network({ forwards: [FORWARD] }, { neighbour: [9001], neighbourTo: 3479 }),
    steps: once(
      {
        verdict: 'inconclusive',
        reason: 'taken-by-neighbour',
        ports: { '9001': { result: 'untested', cause: 'taken-by-neighbour' } },
        findings: ['taken-by-neighbour'],
      },
      '9001',
    ),
  },
  {
    name: 'repaired',
    about: 'Trap 5: after the repair the router answers from its old entries until it has forgotten them.',
    network: network({ input: 'take' }),
    services: 'one',
    steps: [
      { check: { udp: UDP }, expect: allClosed('not-forwarded', 'nothing-forwarded') },
      { repair: { forwards: [FORWARD] }, check: { udp: UDP }, expect: SUPPORTED },
    ],
  },
  {
    name: 'forward-removed',
    about: 'Trap 5 the other way: old entries still let packets in after the rule is gone.',
    network: network({ forwards: [FORWARD] }),
    services: 'one',
    steps: [
      { check: { udp: UDP }, expect: SUPPORTED },
      { repair: { forwards: [] }, check: { udp: UDP }, expect: allClosed('not-forwarded', 'nothing-forwarded') },
    ],
  },
  {
    name: 'source-ports-repaired',
    about: 'Trap 5: the old mappings of a router that is random no longer.',
    network: network({ outward: 'random', forwards: [FORWARD] }),
    steps: [
      { check: { udp: UDP }, expect: allTranslated('source-port-rewritten', 'source-port-rewritten') },
      { repair: { outward: 'preserve' }, check: { udp: UDP }, expect: SUPPORTED },
    ],
    notIn: { kernel: TOO_SLOW, coturn: TOO_SLOW },
  },
  {
    name: 'source-ports-broken',
    about: 'The old mappings of a router that has begun to be random: they still keep the number.',
    network: network({ forwards: [FORWARD] }),
    services: 'one',
    steps: [
      { check: { udp: UDP }, expect: SUPPORTED },
      {
        repair: { outward: 'random' },
        check: { udp: UDP, noWait: true },
        expect: allTranslated('source-port-rewritten', 'source-port-rewritten'),
      },
    ],
  },
  {
    name: 'source-ports-broken-late',
    about: 'The same after two checks, when the ports have spoken to both ports of the server.',
    network: network({ forwards: [FORWARD] }),
    steps: [
      { check: { udp: UDP }, expect: SUPPORTED },
      { check: { udp: UDP }, expect: SUPPORTED },
      {
        repair: { outward: 'random' },
        check: { udp: UDP },
        expect: allTranslated('source-port-rewritten', 'source-port-rewritten'),
      },
    ],
    notIn: { kernel: TOO_SLOW, coturn: TOO_SLOW },
  },
  {
    name: 'checked-twice',
    about: 'Traps 2 and 5: the second run meets the mappings that the first one opened.',
    network: network({ outward: 'endpoint-independent', filtering: 'endpoint-independent' }),
    steps: [
      { check: { udp: UDP }, expect: allClosed('works-by-accident', 'works-by-accident') },
      { check: { udp: UDP }, expect: allClosed('works-by-accident', 'works-by-accident') },
    ],
    notIn: { kernel: TOO_SLOW, coturn: TOO_SLOW },
  },
  {
    name: 'random-forwarded-twice',
    about: 'Traps 2 and 3 without waiting: flows of the first run make the second look preserved.',
    network: network({ outward: 'random', forwards: [FORWARD] }),
    steps: [
      { check: { udp: UDP }, expect: allTranslated('source-port-rewritten', 'source-port-rewritten') },
      {
        check: { udp: UDP, noWait: true },
        expect: allTranslated('source-port-rewritten', 'source-port-rewritten', 'not-waited'),
      },
    ],
  },
  {
    name: 'sample-range-ends-early',
    about: 'A sample of 10,000 ports: the rule ends where no port of the sample need be, and is found to the port.',
    network: network({ forwards: [{ ports: [range(5060), range(9000, 16_421)], to: 'pbx' }] }),
    steps: [
      {
        check: { udp: '5060,9000-18999', sample: 100 },
        expect: {
          verdict: 'unsupported',
          reason: 'some-ports',
          ports: {
            '5060,9000-16421': { result: 'open', cause: null },
            '16422-18999': { result: 'closed', cause: 'not-forwarded' },
          },
          fewerThan: 120,
          findings: ['range-ends-early', 'sampled'],
          facts: { 'range-ends-early': { lastOpen: 16_421, firstClosed: 16_422, rangeFrom: 9000, rangeTo: 18_999 } },
        },
      },
    ],
  },
  ...PATTERNS_SCENARIOS,
  ...SERVER_SCENARIOS,
  ...NATS_SCENARIOS,
  ...TCP_SCENARIOS,
  ...IPV6_SCENARIOS,
  ...LIVE_SCENARIOS,
  ...LIES_SCENARIOS,
  ...TROUBLES_SCENARIOS,
];
