import type { PortRange } from '../../src/base/index.ts';
import type { Expectation, NetworkSpec, RouterSpec, Scenario } from './types.ts';

const UDP = '5060,9000-9001';
const TCP = '5060-5061,5090';

const range = (from: number, to = from): PortRange => ({ from, to });

const UDP_FORWARD = { ports: [range(5060), range(9000, 9001)], to: 'pbx', protocols: ['udp'] } as const;
const TCP_FORWARD = { ports: [range(5060, 5061), range(5090)], to: 'pbx', protocols: ['tcp'] } as const;

const network = (router: Partial<RouterSpec>, rest: Partial<NetworkSpec> = {}): NetworkSpec => ({
  router: { outward: 'preserve', filtering: 'address-and-port', forwards: [UDP_FORWARD], ...router },
  server: { kind: 'full' },
  ...rest,
});

/** All UDP ports are open, and the TCP ports are like this. */
const someClosed = (tcp: NonNullable<Expectation['tcp']>, ...findings: string[]): Expectation => ({
  verdict: 'unsupported',
  reason: 'some-ports',
  ports: { [UDP]: { result: 'open', cause: null } },
  tcp,
  findings,
});

const ALL_OPEN: Expectation = {
  verdict: 'supported',
  reason: null,
  ports: { [UDP]: { result: 'open', cause: null } },
  tcp: { [TCP]: { result: 'open', cause: null } },
};

const closed = (cause: string) => ({ result: 'closed', cause });
const open = { result: 'open', cause: null };

const once = (expect: Expectation, tcp = TCP) => [{ check: { udp: UDP, tcp }, expect }];

const NO_CALLS = 'coturn calls no TCP ports';

/** TCP ports, which only a reflector of ours can call; UDP is right in all of them. */
export const TCP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'tcp-forwarded',
    about: 'UDP and TCP are forwarded one to one.',
    network: network({ forwards: [UDP_FORWARD, TCP_FORWARD] }),
    steps: once(ALL_OPEN),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-public-host',
    about: 'No router at all.',
    network: { router: null, server: { kind: 'full' } },
    steps: once(ALL_OPEN),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-not-forwarded',
    about: 'Only UDP is forwarded, as so often: STUN alone never sees it.',
    network: network({}),
    steps: once(someClosed({ [TCP]: closed('not-forwarded') }, 'not-forwarded')),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-only',
    about: 'The other way round: TCP gets in, UDP does not.',
    network: network({ forwards: [TCP_FORWARD] }),
    steps: once({
      verdict: 'unsupported',
      reason: 'some-ports',
      ports: { [UDP]: closed('not-forwarded') },
      tcp: { [TCP]: open },
      findings: ['nothing-forwarded'],
    }),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-part-of-the-ports',
    about: 'One of three was forgotten.',
    network: network({ forwards: [UDP_FORWARD, { ...TCP_FORWARD, ports: [range(5060, 5061)] }] }),
    steps: once(someClosed({ '5060-5061': open, '5090': closed('not-forwarded') }, 'not-forwarded')),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-rejected',
    about: 'The router turns connections away with a reset.',
    network: network({ tcpReject: [range(5060, 5061), range(5090)] }),
    steps: once(someClosed({ [TCP]: closed('rejected') }, 'rejected')),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-payload-dropped',
    about:
      'A firewall lets the connection to one port in, and nothing that it carries: it is no service of the router.',
    network: network({ forwards: [UDP_FORWARD, TCP_FORWARD], dropsPayload: [range(5061)] }),
    steps: once({
      verdict: 'inconclusive',
      reason: 'payload-dropped',
      ports: { [UDP]: open },
      tcp: { '5060,5090': open, '5061': { result: 'malformed', cause: 'payload-dropped' } },
      findings: ['payload-dropped'],
    }),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-service-of-the-router',
    about: "The router's own web page answers on a port of the PBX: connected, but not to us.",
    network: network({
      forwards: [UDP_FORWARD, { ...TCP_FORWARD, ports: [range(5060), range(5090)] }],
      tcpService: [range(5061)],
    }),
    steps: once(someClosed({ '5060,5090': open, '5061': closed('own-service-on-router') }, 'own-service-on-router')),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-wrong-host',
    about: 'The forward points to a host where nobody listens: it answers with a reset.',
    network: network({ forwards: [UDP_FORWARD, { ...TCP_FORWARD, to: 'host2' }] }),
    steps: once(someClosed({ [TCP]: closed('rejected') }, 'rejected')),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-dead-host',
    about: 'The forward points to an address that nobody has.',
    network: network({ forwards: [UDP_FORWARD, { ...TCP_FORWARD, to: 'nobody' }] }),
    steps: once({
      ...someClosed({ [TCP]: [closed('not-forwarded'), closed('rejected')] }),
      mayFind: ['not-forwarded', 'rejected'],
    }),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-shifted',
    about: 'The forward of 5060 leads to 5061, which listens too.',
    network: network({
      forwards: [
        UDP_FORWARD,
        { ...TCP_FORWARD, ports: [range(5060)], shift: 1 },
        { ...TCP_FORWARD, ports: [range(5061), range(5090)] },
      ],
    }),
    steps: once(someClosed({ '5060': closed('shifted'), '5061,5090': open }, 'shifted')),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-port-in-use',
    about: 'Another process of the machine listens at a port.',
    network: network({ forwards: [UDP_FORWARD, TCP_FORWARD] }, { heldTcp: [5090] }),
    steps: [
      {
        check: { udp: UDP, tcp: TCP, mode: 'bind' },
        expect: {
          verdict: 'inconclusive',
          reason: 'ports-in-use',
          ports: { [UDP]: open },
          tcp: { '5060-5061': open, '5090': { result: 'in-use', cause: 'process' } },
          findings: ['process'],
        },
      },
    ],
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-host-firewall',
    about: "Forwarded as it should be; the PBX's own packet filter lets in only what answers to something.",
    network: network({ forwards: [UDP_FORWARD, TCP_FORWARD] }, { hostFirewall: true }),
    steps: once({
      verdict: 'unsupported',
      reason: 'all-ports',
      ports: { [UDP]: closed('host-firewall') },
      // Where packets are lost one of two calls may not come so far.
      tcp: { [TCP]: [closed('host-firewall'), { result: 'closed', cause: null }] },
      findings: ['host-firewall'],
      mayFind: ['closed'],
    }),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-host-firewall-no-forward',
    about: 'The same, but nothing gets as far as that: the router comes first.',
    network: network({}, { hostFirewall: true }),
    steps: once({
      verdict: 'unsupported',
      reason: 'all-ports',
      ports: { [UDP]: closed('host-firewall') },
      tcp: { [TCP]: closed('not-forwarded') },
      findings: ['not-forwarded', 'host-firewall'],
    }),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-answers-lost',
    about: 'Calls come in, and what answers them does not get out: it is neither the forward nor the own firewall.',
    network: network({ forwards: [UDP_FORWARD, TCP_FORWARD], dropsTcpAnswers: [range(5061)] }),
    steps: once(someClosed({ '5060,5090': open, '5061': { result: 'closed', cause: null } }, 'closed')),
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-repaired',
    about: 'Connections come from new ports each time: no old entry of the router is in the way.',
    network: network({}),
    steps: [
      { check: { udp: UDP, tcp: TCP }, expect: someClosed({ [TCP]: closed('not-forwarded') }, 'not-forwarded') },
      {
        repair: { forwards: [UDP_FORWARD, TCP_FORWARD] },
        check: { udp: UDP, tcp: TCP, noWait: true },
        expect: ALL_OPEN,
      },
      {
        // Calls of the last check that lost a packet are still on their way for five seconds.
        after: 6,
        repair: { forwards: [UDP_FORWARD] },
        check: { udp: UDP, tcp: TCP, noWait: true },
        expect: someClosed({ [TCP]: closed('not-forwarded') }, 'not-forwarded'),
      },
    ],
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'tcp-server-calls-nobody',
    about: 'A server of one address: STUN itself says nothing about inbound TCP.',
    network: network({ forwards: [UDP_FORWARD, TCP_FORWARD] }, { server: { kind: 'one-address' } }),
    steps: once({
      verdict: 'inconclusive',
      reason: 'no-second-address',
      server: 'no-second-address',
      ports: { [UDP]: { result: 'untested', cause: null } },
      tcp: { [TCP]: { result: 'untested', cause: 'no-call-back' } },
      findings: ['no-second-address', 'no-call-back'],
    }),
  },
  {
    name: 'tcp-of-a-foreign-server',
    about: 'The same, and the server is coturn.',
    network: network({ forwards: [UDP_FORWARD, TCP_FORWARD] }),
    steps: once({
      verdict: 'inconclusive',
      reason: 'no-call-back',
      ports: { [UDP]: open },
      tcp: { [TCP]: { result: 'untested', cause: 'no-call-back' } },
      findings: ['no-call-back'],
    }),
    notIn: { model: 'it has no coturn', kernel: 'our reflector does call' },
  },
];
