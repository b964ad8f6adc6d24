import type { PortRange } from '../../src/base/index.ts';
import type { Expectation, NetworkSpec, RouterSpec, Scenario, ServerSpec } from './types.ts';

const range = (from: number, to = from): PortRange => ({ from, to });

const ROUTER: RouterSpec = {
  outward: 'preserve',
  filtering: 'address-and-port',
  forwards: [{ ports: [range(5060), range(9000, 9009)], to: 'pbx' }],
};

const BOTH = ['198.51.100.10', '198.51.100.30'];

const UDP = '5060,9005-9014';

/** The range rule ends at 9009. */
const PART: Expectation = {
  verdict: 'unsupported',
  reason: 'some-ports',
  ports: {
    '5060,9005-9009': { result: 'open', cause: null },
    '9010-9014': { result: 'closed', cause: 'not-forwarded' },
  },
};

/** TCP, which the first server and the second can both call; 5090 is not forwarded. */
const TCP = '5060-5061,5090';
const FORWARDS: RouterSpec['forwards'] = [
  ...ROUTER.forwards.map((forward) => ({ ...forward, protocols: ['udp'] as const })),
  { ports: [range(5060, 5061)], to: 'pbx', protocols: ['tcp'] },
];
const PART_OF_TCP: Expectation = {
  ...PART,
  tcp: { '5060-5061': { result: 'open', cause: null }, '5090': { result: 'closed', cause: 'not-forwarded' } },
};
/** UDP that is all open, so that what is found is about TCP. */
const OPEN_UDP = '5060,9000-9003';
const ONLY_TCP: Expectation = { ...PART_OF_TCP, ports: { [OPEN_UDP]: { result: 'open', cause: null } } };

const network = (server: Partial<ServerSpec>, router: Partial<RouterSpec> = {}): NetworkSpec => ({
  router: { ...ROUTER, ...router },
  server: { kind: 'full', ...server },
  second: true,
});

const ONE_COTURN = { coturn: 'the second server is ours' };

/** Rows in which two servers are asked. */
export const SERVER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'second-server-confirms',
    about: 'What fails with the first server fails with the second.',
    network: network({}),
    notIn: ONE_COTURN,
    steps: [{ check: { udp: UDP, servers: BOTH }, expect: { ...PART, findings: ['range-ends-early', 'confirmed'] } }],
  },
  {
    name: 'server-dies',
    about: 'The first server falls silent in the middle of the run; the second goes on, and no port is lost.',
    network: network({ diesAfter: 35 }),
    notIn: ONE_COTURN,
    steps: [{ check: { udp: UDP, servers: BOTH }, expect: { ...PART, findings: ['range-ends-early', 'taken-over'] } }],
  },
  {
    name: 'server-with-a-firewall',
    about:
      'The second address of the first server sends only to those who have sent there: all ports look closed, but not to the second server.',
    network: network({ alternateFilters: true }),
    notIn: ONE_COTURN,
    steps: [{ check: { udp: UDP, servers: BOTH }, expect: { ...PART, findings: ['range-ends-early', 'taken-over'] } }],
  },
  {
    name: 'second-server-dead',
    about: 'The first server is enough.',
    network: { router: ROUTER, server: { kind: 'full' } },
    notIn: ONE_COTURN,
    steps: [
      { check: { udp: UDP, servers: BOTH }, expect: { ...PART, findings: ['range-ends-early', 'server-unreachable'] } },
    ],
  },
  {
    name: 'server-throttles',
    about: 'The server says that it is asked too much, then nothing; it is asked more slowly.',
    network: { router: ROUTER, server: { kind: 'throttles' } },
    notIn: { coturn: 'coturn answers however often it is asked' },
    steps: [
      {
        check: { udp: '5060,9005-9012', rate: 'max' },
        expect: {
          verdict: 'unsupported',
          reason: 'some-ports',
          server: 'throttling',
          ports: {
            '5060,9005-9009': { result: 'open', cause: null },
            '9010-9012': { result: 'closed', cause: 'not-forwarded' },
          },
          findings: ['range-ends-early', 'server-throttling', 'paused-by-server'],
        },
      },
    ],
  },
  {
    name: 'server-throttles-another-takes-over',
    about: 'The first server says that it is asked too much, then nothing; the second is ours.',
    network: network({ kind: 'throttles' }),
    notIn: ONE_COTURN,
    steps: [
      {
        check: { udp: UDP, servers: BOTH, rate: 'max' },
        expect: { ...PART, server: 'throttling', findings: ['range-ends-early', 'server-throttling', 'taken-over'] },
      },
    ],
  },
  {
    name: 'tcp-second-server-confirms',
    about: 'What the first server could not call, the second cannot call either.',
    network: network({}, { forwards: FORWARDS }),
    notIn: ONE_COTURN,
    steps: [
      {
        check: { udp: OPEN_UDP, tcp: TCP, servers: BOTH },
        expect: { ...ONLY_TCP, findings: ['not-forwarded', 'confirmed'], facts: { confirmed: { count: 1 } } },
      },
    ],
  },
  {
    name: 'tcp-server-dies',
    about: 'The first server falls silent while it calls; the second goes on with TCP as with UDP.',
    network: network({ diesAfter: 45 }, { forwards: FORWARDS }),
    notIn: ONE_COTURN,
    steps: [
      {
        check: { udp: UDP, tcp: TCP, servers: BOTH },
        expect: { ...PART_OF_TCP, findings: ['range-ends-early', 'not-forwarded', 'taken-over'] },
      },
    ],
  },
  {
    name: 'tcp-calls-lost',
    about: 'What the first server calls never leaves its network: all TCP ports look closed, but not to the second.',
    network: network({ callsLost: true }, { forwards: FORWARDS }),
    notIn: ONE_COTURN,
    steps: [
      {
        check: { udp: OPEN_UDP, tcp: TCP, servers: BOTH },
        expect: {
          ...ONLY_TCP,
          findings: ['not-forwarded', 'contradicted', 'confirmed'],
          facts: { contradicted: { count: 2 } },
        },
      },
    ],
  },
];
