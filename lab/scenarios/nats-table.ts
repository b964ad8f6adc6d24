import type { PortRange } from '../../src/base/index.ts';
import type { Expectation, NetworkSpec, OuterNat, Scenario, Speech } from './types.ts';

const UDP = '5060,9000';
const PORTS: readonly PortRange[] = [
  { from: 5060, to: 5060 },
  { from: 9000, to: 9000 },
];

const network = (speaks: Speech | undefined, outer?: OuterNat): NetworkSpec => ({
  router: {
    ...{ outward: 'preserve', filtering: 'address-and-port', forwards: [{ ports: PORTS, to: 'pbx' }] },
    ...(speaks ? { speaks } : {}),
  },
  server: { kind: 'full' },
  ...(outer ? { outer } : {}),
});

const NAT_PMP: Speech = { protocols: ['nat-pmp'] };

const CARRIER: OuterNat = { inside: '100.64.0.2' };
const BOX: OuterNat = { inside: '192.168.1.2' };

const OPEN: Expectation = { verdict: 'supported', reason: null, ports: { [UDP]: { result: 'open', cause: null } } };
const CLOSED: Expectation = {
  verdict: 'unsupported',
  reason: 'all-ports',
  ports: { [UDP]: { result: 'closed', cause: 'not-forwarded' } },
};

const once = (expect: Expectation) => [{ check: { udp: UDP }, expect }];

/**
 * Routers that say which address they have, in front of which another NAT may stand. The ports do not depend on it.
 * What else routers say is in src/app/router.test.ts, and a real one's in test/router.kernel.test.ts.
 */
export const NATS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'one-nat-told',
    about: 'The router says that it has the public address itself.',
    network: network(NAT_PMP),
    steps: once({ ...OPEN, nats: 'one-nat' }),
  },
  {
    name: 'carrier-nat',
    about: 'The forward is right, and the provider translates once more.',
    network: network(NAT_PMP, CARRIER),
    steps: once({
      ...CLOSED,
      nats: 'carrier-nat',
      findings: ['carrier-nat', 'nothing-forwarded'],
      facts: { 'carrier-nat': { wanAddress: '100.64.0.2', publicAddress: '203.0.113.44', gateway: '192.168.0.1' } },
    }),
  },
  {
    name: 'carrier-nat-passes',
    about: 'A carrier that forwards the ports (PCP, or by contract): a good configuration, with a note.',
    network: network(NAT_PMP, { ...CARRIER, forwards: PORTS }),
    steps: once({ ...OPEN, nats: 'carrier-nat', findings: ['carrier-nat'] }),
  },
  {
    name: 'double-nat',
    about: "The provider's box in front of the router forwards nothing.",
    network: network(NAT_PMP, BOX),
    steps: once({ ...CLOSED, nats: 'double-nat', findings: ['double-nat', 'nothing-forwarded'] }),
  },
  {
    name: 'double-nat-silent',
    about: 'The same, and the router says nothing of itself.',
    network: network(undefined, BOX),
    steps: once({ ...CLOSED, nats: null, routerReason: 'silent', findings: ['nothing-forwarded'] }),
  },
  {
    name: 'double-nat-passes',
    about: 'Both forward.',
    network: network(NAT_PMP, { ...BOX, forwards: PORTS }),
    steps: once({ ...OPEN, nats: 'double-nat', findings: ['double-nat'] }),
  },
  {
    name: 'other-public-address',
    about: 'The router names a public address that is not the one that is seen: several lines, a tunnel, or a lie.',
    network: network({ ...NAT_PMP, address: '198.51.100.99' }),
    steps: once({ ...OPEN, nats: 'other-public-address', findings: ['other-public-address'] }),
  },
  {
    name: 'unexpected-public-address',
    about: 'The phone system tells others the address that the line had last week.',
    network: network(undefined),
    steps: [
      {
        check: { udp: UDP, publicAddress: '203.0.113.99' },
        expect: {
          ...OPEN,
          findings: ['unexpected-public-address'],
          facts: { 'unexpected-public-address': { expectedAddress: '203.0.113.99', publicAddress: '203.0.113.44' } },
        },
      },
    ],
  },
];
