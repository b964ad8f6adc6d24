import type { PortRange } from '../../src/base/index.ts';
import type { Expectation, NetworkSpec, RouterSpec, Scenario } from './types.ts';

const UDP = '5060,9000-9005';
const TCP = '5060,5090';

const range = (from: number, to = from): PortRange => ({ from, to });

const ROUTER: RouterSpec = {
  outward: 'preserve',
  filtering: 'address-and-port',
  forwards: [{ ports: [range(443), range(5060), range(5090), range(9000, 9019)], to: 'pbx' }],
};

const network = (router: Partial<RouterSpec> | null, rest: Partial<NetworkSpec> = {}): NetworkSpec => ({
  router: router && { ...ROUTER, ...router },
  server: { kind: 'full' },
  ...rest,
});

const OPEN = { result: 'open', cause: null };
const untested = (cause: string | null) => ({ result: 'untested', cause });

const SUPPORTED: Expectation = { verdict: 'supported', reason: null, ports: { [UDP]: OPEN } };

const NO_CALLS = 'coturn calls no TCP ports';
const SAME = { live: 'it is the same in either mode', coturn: 'the server takes no part in it' };
const A_MINUTE = 'it takes a minute, and the server is as silent in either mode';
const AT_ITS_PACE = 'it is asked more slowly: it is not known what it has heard by then';

/** Why something cannot be found out, and it is neither the router nor the server: this machine, the line, the user. */
export const TROUBLES_SCENARIOS: readonly Scenario[] = [
  {
    name: 'two-lines',
    about: 'Two ports leave by another line than the one at which packets for them arrive: that says nothing of them.',
    network: network({ otherLine: [range(9004, 9005)] }),
    steps: [
      {
        check: { udp: UDP },
        expect: {
          verdict: 'inconclusive',
          reason: 'different-public-address',
          ports: { '5060,9000-9003': OPEN, '9004-9005': untested('different-public-address') },
          findings: ['different-public-address'],
        },
      },
    ],
    notIn: { coturn: SAME.coturn },
  },
  {
    name: 'server-inside',
    about: 'The server is in the own network: everything gets through, and nothing has passed the router.',
    network: network(null, { inside: true }),
    steps: [
      {
        check: { udp: UDP, tcp: TCP },
        expect: {
          ...SUPPORTED,
          verdict: 'inconclusive',
          reason: 'server-inside',
          tcp: { [TCP]: untested('not-called-inside') },
          findings: ['server-inside', 'not-called-inside'],
        },
      },
    ],
    notIn: SAME,
  },
  {
    name: 'server-inside-calls-nobody',
    about: 'The same, of TCP: a reflector calls no address outside the internet, however long one waits.',
    network: network(null, { inside: true }),
    steps: [
      {
        check: { udp: UDP, tcp: '5060' },
        expect: {
          ...SUPPORTED,
          verdict: 'inconclusive',
          reason: 'server-inside',
          tcp: { '5060': untested('not-called-inside') },
          findings: ['server-inside', 'not-called-inside'],
        },
      },
    ],
    notIn: { coturn: 'coturn calls no TCP ports' },
  },
  {
    name: 'without-rights',
    about: 'A user who may not open the low ports: of those nothing is known, and the others are tested.',
    network: network({}, { withoutRights: true }),
    steps: [
      {
        check: { udp: `443,${UDP}`, tcp: '443,5060', mode: 'bind' },
        expect: {
          ...SUPPORTED,
          verdict: 'inconclusive',
          reason: 'permission',
          ports: { [UDP]: OPEN, '443': untested('permission') },
          tcp: { '5060': OPEN, '443': untested('permission') },
          findings: ['permission'],
        },
      },
    ],
    notIn: { coturn: NO_CALLS },
  },
  {
    name: 'live-tcp-not-taken',
    about:
      'Calls come to this machine; who holds the port listens for the machine alone, and the router is not to blame.',
    network: network({}, { heldTcp: [5060], heldTcpInside: [5090] }),
    steps: [
      {
        check: { udp: UDP, tcp: TCP, mode: 'live' },
        expect: {
          ...SUPPORTED,
          verdict: 'inconclusive',
          reason: 'ports-in-use',
          tcp: { '5060': OPEN, '5090': untested('not-taken') },
          findings: ['not-taken'],
        },
      },
    ],
    notIn: { coturn: NO_CALLS, exclusive: 'it shows what a holder does, who is stopped there' },
  },
  {
    name: 'cancelled',
    about: 'Interrupted while it waits for a router that refuses: a port that works is not called closed for that.',
    network: network({ scanGuard: { after: 8, seconds: 600 } }),
    steps: [
      {
        check: { udp: '5060,9000-9019', cancelAfter: 8 },
        expect: {
          verdict: 'cancelled',
          reason: null,
          ports: { '5060,9000-9019': [OPEN, untested(null), untested('scan-protection')] },
          findings: ['cancelled'],
        },
      },
    ],
    notIn: { coturn: SAME.coturn },
  },
  {
    name: 'too-lossy',
    about: 'Of four packets one is lost, each way: silence means nothing, however often one asks.',
    network: network({ forwards: [] }, { loss: { out: 0, in: 0, every: 4 } }),
    steps: [
      {
        check: { udp: '9000' },
        expect: {
          verdict: 'inconclusive',
          reason: 'loss',
          ports: { '9000': untested('loss') },
          findings: ['loss'],
        },
      },
    ],
    notIn: SAME,
  },
  {
    name: 'too-lossy-one-to-one',
    about: 'The same, and all ports are forwarded: one packet that comes in is enough.',
    network: network({}, { loss: { out: 0, in: 0, every: 4 } }),
    steps: [{ check: { udp: UDP }, expect: SUPPORTED }],
    notIn: SAME,
  },
  {
    name: 'server-dies-alone',
    about: 'The only server falls silent in the middle of the run: what it has not shown by then is not known.',
    network: network({}, { server: { kind: 'full', diesAfter: 25 } }),
    steps: [
      {
        check: { udp: '5060,9000-9019' },
        expect: {
          verdict: 'inconclusive',
          reason: 'servers-unreachable',
          ports: { '5060,9000-9019': [OPEN, untested('server-silent')] },
          findings: ['server-silent'],
        },
      },
    ],
    notIn: { kernel: 'it takes a minute; server-dies-alone-no-forward does so, too', coturn: AT_ITS_PACE },
  },
  {
    name: 'server-dies-alone-no-forward',
    about: 'The same, and nothing is forwarded: its silence is not that of the router.',
    network: network({ forwards: [] }, { server: { kind: 'full', diesAfter: 25 } }),
    steps: [
      {
        check: { udp: '5060,9000-9019' },
        expect: {
          verdict: 'inconclusive',
          reason: 'servers-unreachable',
          ports: { '5060,9000-9019': untested('server-silent') },
          findings: ['server-silent'],
        },
      },
    ],
    notIn: { coturn: AT_ITS_PACE, live: A_MINUTE },
  },
  {
    name: 'server-calls-nobody',
    about: 'A server that can ask everything of UDP, and calls no TCP ports.',
    network: network({}, { server: { kind: 'no-calls' } }),
    steps: [
      {
        check: { udp: UDP, tcp: TCP },
        expect: {
          ...SUPPORTED,
          verdict: 'inconclusive',
          reason: 'no-call-back',
          tcp: { [TCP]: untested('no-call-back') },
          findings: ['no-call-back'],
        },
      },
    ],
    notIn: { coturn: 'it is a fault of our reflector' },
  },
];
