import type { PortRange } from '../../src/base/index.ts';
import type { Expectation, NetworkSpec, PortExpectation, RouterSpec, Scenario, ServerSpec } from './types.ts';

const range = (from: number, to = from): PortRange => ({ from, to });

const network = (router: Partial<RouterSpec>, server: ServerSpec['kind'] = 'full'): NetworkSpec => ({
  router: { outward: 'preserve', filtering: 'address-and-port', forwards: [], ...router },
  server: { kind: server },
});

const OPEN: PortExpectation = { result: 'open', cause: null };
const CLOSED: PortExpectation = { result: 'closed', cause: 'not-forwarded' };

const unsupported = (
  reason: 'some-ports' | 'all-ports',
  ports: Expectation['ports'],
  ...findings: string[]
): Expectation => ({ verdict: 'unsupported', reason, ports, findings });

const once = (udp: string, expect: Expectation): Scenario['steps'] => [{ check: { udp }, expect }];

/** They are made of results, whoever gave them. */
const SAME = { live: 'the pattern is that of the results', coturn: 'the pattern is that of the results' };

/** What many ports have in common, and what can be said of a single one. */
export const PATTERNS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'media-range-missing',
    about: 'The signalling port is forwarded, and the range rule was forgotten.',
    network: network({ forwards: [{ ports: [range(5060), range(5090)], to: 'pbx' }] }),
    steps: once(
      '5060,5090,9000-9003',
      unsupported('some-ports', { '5060,5090': OPEN, '9000-9003': CLOSED }, 'media-range-missing'),
    ),
    notIn: SAME,
  },
  {
    name: 'range-starts-late',
    about: 'The range rule begins too late.',
    network: network({ forwards: [{ ports: [range(5060), range(9002, 9005)], to: 'pbx' }] }),
    steps: once(
      '5060,9000-9005',
      unsupported('some-ports', { '5060,9002-9005': OPEN, '9000-9001': CLOSED }, 'range-starts-late'),
    ),
    notIn: SAME,
  },
  {
    name: 'random-single-port',
    about: 'Of one port alone no pattern is told.',
    network: network({ outward: 'random' }),
    steps: once(
      '9000',
      unsupported('all-ports', { '9000': { result: 'translated', cause: 'symmetric' } }, 'symmetric'),
    ),
    notIn: SAME,
  },
  {
    name: 'random-single-port-server-of-one-address',
    about: 'And of a server that cannot ask for more, no cause.',
    network: network({ outward: 'random' }, 'one-address'),
    steps: once('9000', {
      ...unsupported('all-ports', { '9000': { result: 'translated', cause: null } }, 'translated', 'no-second-address'),
      server: 'no-second-address',
    }),
    notIn: SAME,
  },
  {
    name: 'outbound-blocked-server-without-response-port',
    about: 'Nothing is heard of a port; whether it does not get out or the answer not in, this server cannot show.',
    network: network(
      { forwards: [{ ports: [range(9000, 9003)], to: 'pbx' }], blocked: { ports: [range(9001)], how: 'drop' } },
      'no-response-port',
    ),
    steps: once(
      '9000-9003',
      unsupported('some-ports', { '9000,9002-9003': OPEN, '9001': { result: 'no-answer', cause: null } }, 'no-answer'),
    ),
    notIn: { live: SAME.live, coturn: 'coturn cannot be told to behave like that' },
  },
  {
    name: 'router-without-address',
    about: 'The router refuses to name a private address of its own: a hint at a second NAT in front of it.',
    network: {
      ...network({ speaks: { protocols: ['upnp'], fault: 'no-address' } }),
      outer: { inside: '192.168.1.2' },
    },
    steps: once('9000-9003', {
      ...unsupported('all-ports', { '9000-9003': CLOSED }, 'nothing-forwarded', 'router-without-address'),
      ...{ nats: null, routerReason: 'no-address' },
    }),
    notIn: {
      kernel: 'a real miniupnpd says so in test/router.kernel.test.ts',
      coturn: 'a real miniupnpd says so in test/router.kernel.test.ts',
    },
  },
];
