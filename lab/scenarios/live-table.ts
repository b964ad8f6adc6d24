import type { PortRange } from '../../src/base/index.ts';
import type { Check, Expectation, NetworkSpec, PortExpectation, RouterSpec, Scenario } from './types.ts';

const UDP = '5060,9000-9005';
const HELD = [5060, 9000, 9001, 9002, 9003, 9004, 9005];
const TCP = '5060,5090';
const HELD_TCP = [5060, 5090];

const range = (from: number, to = from): PortRange => ({ from, to });

const FORWARD = { ports: [range(5060), range(9000, 9005)], to: 'pbx', protocols: ['udp'] } as const;
const TCP_FORWARD = { ports: [range(5060), range(5090)], to: 'pbx', protocols: ['tcp'] } as const;

/** The phone system has all of its ports. */
const network = (router: Partial<RouterSpec>, rest: Partial<NetworkSpec> = {}): NetworkSpec => ({
  router: { outward: 'preserve', filtering: 'address-and-port', forwards: [], ...router },
  server: { kind: 'full' },
  held: HELD,
  ...rest,
});

const live = (expect: Expectation, check: Partial<Check> = {}): Scenario['steps'] => [
  { check: { udp: UDP, mode: 'live', ...check }, expect },
];

const all = (result: string, cause: string | null = null): Record<string, PortExpectation> => ({
  [UDP]: { result, cause },
});

const SUPPORTED: Expectation = { verdict: 'supported', reason: null, ports: all('open') };

const wrong = (result: string, cause: string, ...findings: string[]): Expectation => ({
  verdict: 'unsupported',
  reason: 'all-ports',
  ports: all(result, cause),
  findings,
});

const NO_CALLS = 'coturn calls no TCP ports';

/** Beside a phone system that is at work; what holds for free ports, all other rows show in the column `live`. */
export const LIVE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'live-one-to-one',
    about: 'Other processes hold all ports, and go on holding them.',
    network: network({ forwards: [FORWARD] }),
    steps: live(SUPPORTED),
  },
  {
    name: 'live-no-forward',
    about: 'The same, and nothing is forwarded.',
    network: network({}),
    steps: live(wrong('closed', 'not-forwarded', 'nothing-forwarded')),
  },
  {
    name: 'live-source-port-rewritten',
    about: 'Forwarded, but what leaves gets other ports.',
    network: network({ outward: 'random', forwards: [FORWARD] }),
    steps: live(wrong('translated', 'source-port-rewritten', 'source-port-rewritten')),
  },
  {
    name: 'live-host-firewall',
    about: "The PBX's own packet filter holds for what is heard beside its sockets, too.",
    network: network({ forwards: [FORWARD] }, { hostFirewall: true }),
    steps: live(wrong('closed', 'host-firewall', 'host-firewall')),
  },
  {
    name: 'live-loss',
    about: 'Every twentieth packet is lost, each way.',
    network: network({ forwards: [FORWARD] }, { loss: { out: 0.05, in: 0.05 } }),
    steps: live(SUPPORTED),
  },
  {
    name: 'live-ipv6',
    about: 'Over IPv6, where raw sockets hear no IP header.',
    network: {
      ...network({}),
      ipv6: { outward: 'untranslated', filtering: 'address-and-port', forwards: [FORWARD] },
    },
    steps: live({ ...SUPPORTED, family: 'ipv6' }, { family: 'ipv6' }),
  },
  {
    name: 'live-tcp',
    about: 'The phone system takes the calls itself; that they come is seen beside it.',
    network: network({ forwards: [FORWARD, TCP_FORWARD] }, { heldTcp: HELD_TCP }),
    steps: live({ ...SUPPORTED, tcp: { [TCP]: { result: 'open', cause: null } } }, { tcp: TCP }),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'live-tcp-no-forward',
    about: 'The same, and TCP is not forwarded.',
    network: network({ forwards: [FORWARD] }, { heldTcp: HELD_TCP }),
    steps: live(
      {
        verdict: 'unsupported',
        reason: 'some-ports',
        ports: all('open'),
        tcp: { [TCP]: { result: 'closed', cause: 'not-forwarded' } },
        findings: ['not-forwarded'],
      },
      { tcp: TCP },
    ),
    notIn: { coturn: NO_CALLS },
  },
];
