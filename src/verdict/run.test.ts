import { describe, expect, it } from 'vitest';
import type { CallEvidence, PortEvidence, RunEvidence } from '../evidence/index.ts';
import { judgeRun } from './index.ts';
import { runFacts } from './run-facts.ts';
import { type Known, legOf, PORT, runOf, seen, server } from './test-evidence.ts';
import type { ServerState } from './types.ts';

const OPEN = { cold: 'yes', outbound: 'yes', mapped: PORT } as const;
const CLOSED = { cold: 'no', warm: 'no', outbound: 'yes', mapped: PORT } as const;

/** The same evidence for other ports. */
const ports = (...known: readonly Known[]): PortEvidence[] =>
  known.map(({ mapped, ...one }, index) => {
    const port = PORT + index;
    return seen({ ...one, port, ...(mapped === undefined ? {} : { mapped: mapped === PORT ? port : mapped }) });
  });

const judge = (evidence: RunEvidence | null, states: readonly ServerState[] = ['ok'], cancelled = false) =>
  judgeRun({
    servers: states.map((state) => server(state)),
    asked: [9001, PORT],
    legs: evidence ? [legOf(evidence)] : [],
    calls: [],
    askedCalls: [],
    cancelled,
    family: 'ipv4',
  });

const verdict = (...args: Parameters<typeof judge>): string => {
  const { verdict, reason } = judge(...args);
  return reason ? `${verdict}: ${reason}` : verdict;
};

const fails = (kind: 'in-use' | 'permission' | 'other'): Known => ({
  rest: { listening: { kind: 'no', failure: { kind, code: 'E' } } },
});
const MALFORMED: Known = { outbound: 'no', rest: { strange: ['malformed'] } };
const NEIGHBOUR: Known = { cold: 'yes', outbound: 'yes', mapped: 4711 };

describe('who turns packets back', () => {
  const turnedBack = (by: string) => ({ turnedBack: { by, type: 3, code: 13 } });
  const mute = (by?: string): Known => ({ outbound: 'no', relay: 'no', ...(by ? { rest: turnedBack(by) } : {}) });
  const causes = (...known: readonly Known[]) =>
    judge(runOf(ports(...known))).ports.map(({ cause, turnedBack: told }) => [cause, told?.by]);

  it('is the same for all ports of which nothing gets out, if one was told', () => {
    expect(causes(mute('192.168.0.1'), mute(), OPEN)).toEqual([
      ['rejected', '192.168.0.1'],
      ['rejected', '192.168.0.1'],
      [null, undefined],
    ]);
  });

  it('is not known of the others, if several do', () => {
    expect(causes(mute('192.168.0.1'), mute('10.0.0.1'), mute())).toEqual([
      ['rejected', '192.168.0.1'],
      ['rejected', '10.0.0.1'],
      ['outbound-blocked', undefined],
    ]);
  });
});

const BOX = { address: '172.17.0.2', port: 9000 };

describe('the verdict', () => {
  it.each<[about: string, known: readonly Known[], says: string]>([
    ['all are open', [OPEN, OPEN, OPEN], 'supported'],
    ['all are closed', [CLOSED, CLOSED], 'unsupported: all-ports'],
    ['one is closed', [OPEN, OPEN, CLOSED], 'unsupported: some-ports'],
    ['none gets out', [{ outbound: 'no' }, { outbound: 'no' }], 'unsupported: all-ports'],
    ['all that is known is bad, but not all is known', [CLOSED, {}], 'unsupported: some-ports'],
    ['one is not known', [OPEN, {}], 'inconclusive: servers-unreachable'],
    ['one is held', [OPEN, fails('in-use')], 'inconclusive: ports-in-use'],
    ['one is passed on', [OPEN, { ...CLOSED, rest: { passedOn: { cold: BOX } } }], 'inconclusive: passed-on'],
    [
      'one is passed on, and one is closed',
      [CLOSED, { ...CLOSED, rest: { passedOn: { cold: BOX } } }],
      'unsupported: some-ports',
    ],
    ['one is held, and one is closed', [CLOSED, fails('in-use')], 'unsupported: some-ports'],
    ['one may not be opened', [OPEN, fails('permission'), fails('in-use')], 'inconclusive: permission'],
    ['one cannot be opened', [OPEN, fails('other')], 'inconclusive: servers-unreachable'],
    ['one gets rubbish', [OPEN, MALFORMED], 'inconclusive: servers-malformed'],
    ['too much is lost', [OPEN, { ...CLOSED, cold: 'loss' }], 'inconclusive: loss'],
    ['the server refuses', [OPEN, { ...CLOSED, cold: 'refused' }], 'inconclusive: throttled'],
    [
      'it leaves by another address',
      [OPEN, { ...OPEN, rest: { mapped: { address: '203.0.113.99', port: 9001 } } }],
      'inconclusive: different-public-address',
    ],
    ['the router refuses us', [OPEN, { ...CLOSED, cold: 'scan-protection' }], 'inconclusive: scan-protection'],
    [
      'the router refuses us, and much is lost',
      [
        { ...CLOSED, cold: 'scan-protection' },
        { ...CLOSED, cold: 'loss' },
      ],
      'inconclusive: scan-protection',
    ],
    ['a neighbour has one', [OPEN, OPEN, OPEN, NEIGHBOUR], 'inconclusive: taken-by-neighbour'],
    ['the server falls silent', [OPEN, { ...CLOSED, cold: 'server-silent' }], 'inconclusive: servers-unreachable'],
  ])('%s', (_about, known, says) => {
    expect(verdict(runOf(ports(...known)))).toBe(says);
  });

  it.each<[states: readonly ServerState[], says: string]>([
    [['ok'], 'inconclusive: servers-unreachable'],
    [['basic', 'no-second-address'], 'inconclusive: no-second-address'],
    [['unreachable', 'ok'], 'inconclusive: servers-unreachable'],
  ])('of ports of which nothing is proven, with servers %j', (states, says) => {
    expect(
      verdict(runOf(ports({ outbound: 'yes', mapped: PORT, cold: 'cannot-ask', warm: 'cannot-ask' })), states),
    ).toBe(says);
  });

  it.each<[details: readonly string[], says: string]>([
    [['same-address'], 'inconclusive: servers-malformed'],
    [['not-public'], 'inconclusive: servers-malformed'],
    // It was not asked anything.
    [['no-valid-answer', 'other'], 'inconclusive: no-second-address'],
  ])('of ports of which nothing is proven, with servers that are malformed for %j', (details, says) => {
    const { verdict, reason } = judgeRun({
      servers: details.map((detail) =>
        detail === 'other' ? server('no-second-address') : server('malformed', { detail }),
      ),
      asked: [PORT],
      legs: [legOf(runOf(ports({ outbound: 'yes', mapped: PORT, cold: 'cannot-ask', warm: 'cannot-ask' })))],
      ...{ calls: [], askedCalls: [], cancelled: false, family: 'ipv4' },
    });
    expect(`${verdict}: ${reason}`).toBe(says);
  });

  it('of a server in the own network is about that, whatever else is known', () => {
    const inside = (...publicAddresses: readonly string[]) => verdict(runOf(ports(OPEN, CLOSED), { publicAddresses }));
    expect(inside('192.168.0.100')).toBe('inconclusive: server-inside');
    expect(inside('10.0.0.1', '169.254.1.1')).toBe('inconclusive: server-inside');
    expect(inside('192.168.0.100', '203.0.113.44')).toBe('unsupported: some-ports');
    expect(inside('100.64.0.1')).toBe('unsupported: some-ports');
    expect(inside('127.0.0.1')).toBe('unsupported: some-ports');
    expect(inside()).toBe('unsupported: some-ports');
  });

  it('without a right to a single socket is about that right', () => {
    const controlFailure = { kind: 'permission', code: 'EPERM' } as const;
    expect(verdict(runOf(ports({}, {}), { controlFailure }))).toBe('inconclusive: permission');
  });

  it.each<[states: readonly ServerState[], says: string]>([
    [[], 'inconclusive: dns'],
    [['unresolvable'], 'inconclusive: dns'],
    [['unresolvable', 'unresolvable'], 'inconclusive: dns'],
    [['unresolvable', 'unreachable'], 'inconclusive: servers-unreachable'],
    [['unreachable'], 'inconclusive: servers-unreachable'],
    [['unreachable', 'malformed'], 'inconclusive: servers-malformed'],
  ])('of no ports at all, with servers %j', (states, says) => {
    expect(verdict(null, states)).toBe(says);
    expect(judge(null, states).ports.map(({ port, result, rule }) => [port, result, rule])).toEqual([
      [PORT, 'untested', 'not-asked'],
      [9001, 'untested', 'not-asked'],
    ]);
  });

  it('of a cancelled run is that it was cancelled, whatever is known', () => {
    expect(verdict(runOf(ports(CLOSED)), ['ok'], true)).toBe('cancelled');
    expect(verdict(runOf(ports(CLOSED), { cancelled: true }))).toBe('cancelled');
    expect(verdict(null, [], true)).toBe('cancelled');
  });
});

describe('a judged run', () => {
  it('has its ports ascending, its servers as they were, and the public addresses', () => {
    const run = judge(runOf(ports(OPEN, CLOSED).toReversed()), ['unreachable', 'ok']);
    expect(run.ports.map(({ port, result }) => [port, result])).toEqual([
      [PORT, 'open'],
      [9001, 'closed'],
    ]);
    expect(run.servers.map(({ state }) => state)).toEqual(['unreachable', 'ok']);
    expect(run.publicAddresses).toEqual(['203.0.113.44']);
  });

  it('tells whether the cold question could be asked', () => {
    const of = (responsePort: boolean) =>
      judgeRun({
        servers: [],
        asked: [],
        legs: [{ ...legOf(runOf([])), coldAsked: responsePort }],
        calls: [],
        askedCalls: [],
        cancelled: false,
        family: 'ipv4',
      }).coldAsked;
    expect([of(true), of(false), judge(null).coldAsked]).toEqual([true, false, false]);
  });
});

describe('what holds for the whole run', () => {
  const preserved = seen({ mapped: PORT });
  const rewritten = seen({ mapped: 4711 });
  const mute = seen({});
  const kept = { local: 50_001, mapped: 50_001 };
  const changed = { local: 50_002, mapped: 4711 };

  it.each<[about: string, ports: readonly PortEvidence[], bystanders: RunEvidence['bystanders'], most: boolean]>([
    ['all preserved', [preserved, preserved], [], true],
    ['half', [preserved, rewritten], [], true],
    ['less than half', [preserved, rewritten, rewritten], [], false],
    ['none', [rewritten], [], false],
    ['nothing known', [mute], [], false],
    ['those that do not answer do not count', [preserved, mute, mute], [], true],
    ['a bystander is a neighbour: one of each', [rewritten], [kept], true],
    ['one of three', [rewritten, rewritten], [kept], false],
    ['bystanders rewritten, too', [preserved], [changed, changed], false],
  ])('most are preserved: %s', (_about, evidence, bystanders, most) => {
    expect(runFacts(runOf(evidence, { bystanders })).mostPreserved).toBe(most);
  });

  it.each([
    [['yes', 'yes'], 'yes'],
    [['no', 'no'], 'no'],
    [['yes', 'no'], 'mixed'],
    [['yes', 'not-asked'], 'yes'],
    [['no', 'server-silent'], 'no'],
    [['not-asked'], 'mixed'],
    [[], 'mixed'],
  ] as const)('a sample of %j says %s', (answers, says) => {
    const sampled = (question: 'relay' | 'change-port') =>
      runFacts(runOf(answers.map((answer) => seen({ [question]: answer })))).sampled;
    expect(sampled('relay')).toEqual({ relay: says, changePort: 'mixed' });
    expect(sampled('change-port')).toEqual({ relay: 'mixed', changePort: says });
  });

  it.each<[about: string, bystanders: RunEvidence['bystanders'], rewritten: boolean]>([
    ['there are none', [], false],
    ['it is preserved', [kept], false],
    ['it is rewritten', [changed], true],
    ['one of each', [changed, kept], false],
  ])('the sockets of the controls are rewritten: %s', (_about, bystanders, rewritten) => {
    expect(runFacts(runOf([], { bystanders })).bystandersRewritten).toBe(rewritten);
  });

  it.each<[near: readonly ('yes' | 'no')[], shutOut: boolean]>([
    [[], false],
    [['no', 'no'], false],
    [['yes'], true],
    [['yes', 'no', 'no'], false],
    [['yes', 'yes', 'no'], true],
  ])('the alternate address is shut out if the primary gets in: %j, %s', (near, shutOut) => {
    const all = near.map((kind, index) => seen({ ...CLOSED, 'cold-near': kind, port: PORT + index }));
    expect(runFacts(runOf(all)).shutOut).toBe(shutOut);
  });

  it.each([
    ['closed', true],
    ['open', false],
    ['unknown', false],
  ] as const)('or if it gets in itself, though only later, where the filter is %s: %s', (filter, shutOut) => {
    const all = [seen({ ...CLOSED, warm: 'yes' }), seen({ ...CLOSED, port: PORT + 1 })];
    expect(runFacts(runOf(all, { filter })).shutOut).toBe(shutOut);
  });

  it.each(['192.0.2.1', null])('passes on by which address the controls leave: %s', (controlAddress) => {
    expect(runFacts(runOf([], { controlAddress })).controlAddress).toBe(controlAddress);
  });
});

describe('TCP ports beside UDP ports', () => {
  const failed = (port: number): CallEvidence => ({
    port,
    listening: { kind: 'yes' },
    arrivedOn: [],
    isVisited: false,
    isReached: false,
    isShutOut: false,
    ended: ['timed-out', 'timed-out'],
    callsNeeded: 2,
    canAsk: true,
    isAsked: true,
    isGivenUp: false,
    knocks: { held: 0, answered: 0 },
    passedTo: null,
  });
  const tcp = (evidence: RunEvidence, servers = [server('ok')]): string => {
    const run = judgeRun({
      servers,
      asked: [],
      legs: [legOf(evidence)],
      calls: [{ server: 'a', evidence: { ports: [failed(5061)], cancelled: false } }],
      askedCalls: [],
      cancelled: false,
      family: 'ipv4',
    });
    return run.ports
      .flatMap(({ protocol, result, cause }) => (protocol === 'tcp' ? [`${result} ${cause}`] : []))
      .join();
  };

  it('are closed where no call arrives', () => {
    expect(tcp(runOf(ports(OPEN)))).toBe('closed not-forwarded');
  });

  it('are not where the router refuses the address that calls', () => {
    expect(tcp(runOf(ports({ ...CLOSED, 'cold-near': 'yes' })))).toBe('untested scan-protection');
  });

  it('nor where the server that calls saw an address of the other family, though no UDP port was asked', () => {
    const translated = server('no-second-address', { detail: 'wrong-family' });
    expect(tcp(runOf([]), [translated])).toBe('untested wrong-family');
    expect(tcp(runOf([]), [server('no-second-address')])).toBe('closed not-forwarded');
    // The other one has asked, and called.
    expect(tcp(runOf([]), [translated, server('ok')])).toBe('closed not-forwarded');
  });

  it('nor where the UDP ports leave by another address than the one that is called', () => {
    expect(tcp(runOf(ports(OPEN), { controlAddress: '203.0.113.99' }))).toBe('untested different-public-address');
  });
});
