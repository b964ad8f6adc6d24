import type { PortRange } from '../../src/base/index.ts';
import type { Expectation, Lie, NetworkSpec, RouterSpec, Scenario } from './types.ts';

const UDP = '5060,9000-9005';
const TCP = '5060,5090';

const range = (from: number, to = from): PortRange => ({ from, to });

/** Half of the ports are open: neither answer is right for all of them. */
const HALF: RouterSpec = {
  outward: 'preserve',
  filtering: 'address-and-port',
  forwards: [{ ports: [range(5060), range(9000, 9002)], to: 'pbx' }],
};

/** What is true behind it. */
const TRUTH: Expectation = {
  verdict: 'unsupported',
  reason: 'some-ports',
  ports: {
    '5060,9000-9002': { result: 'open', cause: null },
    '9003-9005': { result: 'closed', cause: 'not-forwarded' },
  },
  findings: ['range-ends-early'],
};

const behind = (lie: Lie, router: RouterSpec | null = HALF): NetworkSpec => ({ router, server: { kind: 'full', lie } });

const nothing = (reason: string, server: string, detail: string | null, finding: string): Expectation => ({
  verdict: 'inconclusive',
  reason,
  server,
  serverDetail: detail,
  ports: { [UDP]: { result: 'untested', cause: null } },
  findings: [finding],
});

const malformed = (detail = 'no-valid-answer'): Expectation =>
  nothing('servers-malformed', 'malformed', detail, 'server-malformed');

const once = (expect: Expectation): Scenario['steps'] => [{ check: { udp: UDP }, expect }];

const TRUTHFUL = { coturn: 'coturn tells the truth' };
/** What does not hang on how the sockets hear it. */
const SAME = { ...TRUTHFUL, live: 'it is believed or not in either mode' };

/**
 * Servers that lie: whatever they say, no port is called open or closed that is not. More of them, and behind more
 * networks, are in src/app/lies.test.ts; what leads to which state is in docs/decisions/0007.
 */
export const LIES_SCENARIOS: readonly Scenario[] = [
  {
    name: 'lie-third-address',
    about: 'All answers come from an address that nobody asked; nothing keeps them from coming in.',
    network: behind('from a third address', null),
    steps: once(malformed()),
    notIn: TRUTHFUL,
  },
  {
    name: 'lie-third-address-behind-a-router',
    about: 'The same behind a router, which lets in only who was asked: nothing is heard.',
    network: behind('from a third address'),
    steps: once(nothing('servers-unreachable', 'unreachable', null, 'server-unreachable')),
    notIn: TRUTHFUL,
  },
  {
    name: 'lie-alternate-is-a-third-address',
    about: 'Only what should come from the second address comes from a third one.',
    network: behind('changed, from a third address', null),
    steps: once(malformed()),
    notIn: TRUTHFUL,
  },
  {
    name: 'lie-wrong-source',
    about: 'Each of its two addresses answers for the other.',
    network: behind('from its other address', null),
    steps: once(malformed()),
    notIn: TRUTHFUL,
  },
  {
    name: 'lie-names-itself',
    about: 'OTHER-ADDRESS is its own: what comes from there proves nothing. What it sees of the way out is used.',
    network: behind('names itself'),
    steps: once(malformed('same-address')),
    notIn: SAME,
  },
  {
    name: 'lie-names-itself-random',
    about: 'The same, and ports are rewritten on the way out: for that one address is enough.',
    network: { ...behind('names itself', { ...HALF, outward: 'random' }) },
    steps: once({
      verdict: 'unsupported',
      reason: 'all-ports',
      server: 'malformed',
      ports: { [UDP]: { result: 'translated', cause: null } },
      findings: ['translated', 'server-malformed'],
    }),
    notIn: SAME,
  },
  {
    name: 'lie-names-a-private-address',
    about: 'OTHER-ADDRESS is one of a network that is not ours: nothing is ever sent there.',
    network: behind('names a private address'),
    steps: once(malformed('not-public')),
    notIn: SAME,
  },
  {
    name: 'lie-mapping-one-higher',
    about:
      'The mapping is wrong, always in the same way; but what it sends there does not arrive, and to our number it does.',
    network: behind('maps one port higher'),
    steps: once(malformed('maps-elsewhere')),
    notIn: TRUTHFUL,
  },
  {
    name: 'lie-mapping-another-each-time',
    about: 'The mapping is another one in each answer, as no router makes it.',
    network: behind('maps to another port each time'),
    steps: once(malformed()),
    notIn: SAME,
  },
  {
    name: 'lie-cut-off',
    about: 'The answers end in their middle.',
    network: behind('cut in the middle'),
    steps: once(malformed()),
    notIn: SAME,
  },
  {
    name: 'lie-twice',
    about: 'Each answer comes twice: it is counted once, and told.',
    network: { ...behind('twice'), loss: { out: 0, in: 0, always: true } },
    steps: once({ ...TRUTH, serverDetail: 'answers-repeated', findings: ['range-ends-early', 'answers-repeated'] }),
    notIn: TRUTHFUL,
  },
  {
    name: 'lie-twice-with-loss',
    about: 'The same where some of them are lost: which came twice by chance is not told.',
    network: behind('twice'),
    steps: once(TRUTH),
    notIn: SAME,
  },
  {
    name: 'lie-late',
    about: 'Each answer comes seconds after its request: nobody waits for so long, and nothing is made of it.',
    network: behind('late'),
    steps: once(nothing('servers-unreachable', 'unreachable', null, 'server-unreachable')),
    notIn: SAME,
  },
  {
    name: 'lie-refuses-to-call',
    about: 'It says of each TCP port that it did not call it, as one does that has been asked too often.',
    network: behind('no calls made', {
      ...HALF,
      // Of UDP alone: it does call, and a call that came in would prove that it lies.
      forwards: [{ ports: [range(5060), range(9000, 9005)], to: 'pbx', protocols: ['udp'] }],
    }),
    steps: [
      {
        check: { udp: UDP, tcp: TCP },
        expect: {
          verdict: 'inconclusive',
          reason: 'throttled',
          ports: { [UDP]: { result: 'open', cause: null } },
          tcp: { [TCP]: { result: 'untested', cause: 'throttled-by-server' } },
          findings: ['throttled-by-server'],
        },
      },
    ],
    notIn: SAME,
  },
];
