import { describe, expect, it } from 'vitest';
import type { PortEvidence } from '../evidence/index.ts';
import { PORT_RULES } from './port-rules.ts';
import { judgePort } from './run.ts';
import { type Facts, facts, type Known, PORT, type Says, seen } from './test-evidence.ts';
import type { Cause, PortResult } from './types.ts';

/** What routers make of 9000: another number, and a third one. */
const OTHER = 20_000;
const THIRD = 30_000;

const OPEN = { cold: 'yes', outbound: 'yes', mapped: PORT } as const;
const CLOSED = { cold: 'no', warm: 'no', outbound: 'yes', mapped: PORT } as const;
const FORWARDED = { cold: 'yes', outbound: 'yes', mapped: OTHER } as const;
const REWRITTEN = { cold: 'no', outbound: 'yes', mapped: OTHER } as const;
const MUTE = { cold: 'no', warm: 'no', outbound: 'no' } as const;

const held = (kind: 'in-use' | 'permission' | 'no-more-sockets'): Known => ({
  rest: { listening: { kind: 'no', failure: { kind, code: 'E' } } },
});
const strange = (...what: PortEvidence['strange']): Partial<PortEvidence> => ({ strange: what });

type Row = readonly [rule: string, known: Known, run?: Facts, about?: string];

const random: Facts = { mostPreserved: false };

const BOX = { address: '172.17.0.2', port: 9000 };
const BY_ROUTER = { by: '192.168.0.1', type: 3, code: 13 };

const ROWS: readonly Row[] = [
  ['held-by-process', held('in-use')],
  ['may-not-bind', held('permission')],
  ['not-listening', held('no-more-sockets')],
  ['not-listening', { rest: { listening: { kind: 'unknown' } } }, {}, 'its turn did not come'],

  ['other-family', { outbound: 'yes', mapped: PORT }, { family: 'ipv6' }],
  ['other-family', { ...OPEN, mapped: OTHER }, { family: 'ipv6' }, 'whatever else is known'],
  ['different-public-address', OPEN, { controlAddress: '203.0.113.99' }],
  ['different-public-address', { outbound: 'yes', mapped: OTHER }, { controlAddress: '203.0.113.99' }],
  ['forwarded', OPEN, { controlAddress: null }, 'the controls have several addresses themselves'],
  ['forwarded', OPEN],
  ['forwarded', { ...OPEN, at: { 'fresh-elsewhere': PORT } }, random, 'confirmed'],
  ['forwarded', { ...OPEN, at: { 'fresh-elsewhere': OTHER, elsewhere: PORT } }, random, 'a neighbour over there'],
  ['preserved-by-chance', { ...OPEN, at: { 'fresh-elsewhere': OTHER, elsewhere: THIRD } }, random],
  [
    'preserved-by-chance',
    { ...OPEN, at: { 'fresh-elsewhere': OTHER, elsewhere: OTHER } },
    { bystandersRewritten: true },
  ],
  ['forwarded', { ...OPEN, at: { 'fresh-elsewhere': OTHER, elsewhere: OTHER } }, {}, 'no other port is rewritten'],
  ['lets-answers-in', { cold: 'cannot-ask', warm: 'yes', mapped: PORT }],
  ['accident-possible', { cold: 'cannot-ask', warm: 'yes', mapped: PORT }, { filter: 'open' }],
  [
    'accident-possible',
    { cold: 'cannot-ask', warm: 'yes', mapped: PORT },
    { filter: 'unknown' },
    'where nothing is known',
  ],

  ['neighbour-holds-mapping', { ...FORWARDED, at: { 'fresh-elsewhere': PORT, elsewhere: PORT } }],
  ['neighbour-holds-mapping', { ...FORWARDED, at: { 'fresh-elsewhere': PORT, elsewhere: PORT } }, random],
  ['neighbour-holds-mapping', { ...FORWARDED, at: { 'fresh-elsewhere': PORT, elsewhere: THIRD } }, {}, 'two of them'],
  [
    'source-port-rewritten',
    { ...FORWARDED, sentinel: 'yes', at: { 'fresh-elsewhere': PORT, elsewhere: THIRD } },
    {},
    'a sentinel came from there, and made it look preserved',
  ],
  [
    'source-port-rewritten',
    { ...FORWARDED, at: { 'fresh-elsewhere': PORT, elsewhere: THIRD } },
    random,
    'its own number once, by chance',
  ],
  ['neighbour-suspected', { ...FORWARDED, at: { 'fresh-elsewhere': OTHER, elsewhere: OTHER } }],
  ['neighbour-suspected', FORWARDED, {}, 'no other place answered'],
  ['source-port-rewritten', FORWARDED, random],
  ['source-port-rewritten', { ...FORWARDED, at: { 'fresh-elsewhere': THIRD } }, random],
  [
    'source-port-rewritten',
    { ...FORWARDED, at: { 'fresh-elsewhere': THIRD } },
    {},
    'among preserved ones, but different everywhere',
  ],
  ['source-port-rewritten', { ...FORWARDED, at: { 'fresh-elsewhere': OTHER, elsewhere: OTHER } }, random],

  ['not-forwarded-neighbour', { ...REWRITTEN, at: { elsewhere: OTHER } }],
  [
    'neighbour-possible',
    { ...REWRITTEN, cold: 'cannot-ask', at: { elsewhere: OTHER, 'far-elsewhere': OTHER } },
    {},
    'Linux keeps the other number',
  ],
  [
    'neighbour-possible',
    { ...REWRITTEN, cold: 'cannot-ask', at: { elsewhere: PORT, 'far-elsewhere': PORT } },
    {},
    'it is preserved elsewhere',
  ],
  [
    'neighbour-possible',
    { outbound: 'yes', cold: 'cannot-ask', warm: 'cannot-ask', mapped: OTHER },
    {},
    'a server of one address',
  ],
  ['neighbour-possible', { ...REWRITTEN, cold: 'server-silent' }],
  ['neighbour-possible', { ...REWRITTEN, cold: 'late', at: { elsewhere: OTHER } }],
  ['symmetric', { ...REWRITTEN, at: { elsewhere: THIRD } }, random],
  ['symmetric', { ...REWRITTEN, at: { elsewhere: PORT } }, random, 'its own number by chance'],
  ['symmetric', { ...REWRITTEN, cold: 'cannot-ask', at: { elsewhere: THIRD } }],
  ['symmetric', { ...REWRITTEN, at: { elsewhere: OTHER, 'far-elsewhere': THIRD } }, random],
  ['mapped-elsewhere', { ...REWRITTEN, at: { elsewhere: OTHER, 'far-elsewhere': OTHER } }, random],
  ['mapped-elsewhere', { ...REWRITTEN, cold: 'cannot-ask', at: { elsewhere: OTHER, 'far-elsewhere': OTHER } }, random],
  ['translated', { ...REWRITTEN, at: { elsewhere: OTHER } }, random, 'the far end did not answer'],
  ['translated', { outbound: 'yes', cold: 'cannot-ask', warm: 'cannot-ask', mapped: OTHER }, random],
  ['translated', { ...REWRITTEN, cold: 'server-silent' }, random],
  ['preserved-by-chance-closed', { ...CLOSED, at: { elsewhere: OTHER } }, random],
  ['preserved-by-chance-closed', { ...CLOSED, cold: 'cannot-ask', at: { elsewhere: OTHER } }, random],

  ['shut-out', { ...CLOSED, 'cold-near': 'yes' }, { shutOut: true }],
  ['shut-out', CLOSED, { shutOut: true }, 'its neighbours in the sample are'],
  ['shut-out', { ...CLOSED, warm: 'yes' }, { shutOut: true }],
  ['shut-out', { cold: 'no', warm: 'no', outbound: 'no' }, { shutOut: true }],
  ['not-forwarded', CLOSED],
  ['not-forwarded', { ...CLOSED, cold: 'cannot-ask' }],
  ['not-forwarded', { ...CLOSED, at: { elsewhere: OTHER } }, {}, 'a neighbour over there'],
  [
    'not-forwarded',
    { ...CLOSED, 'change-port': 'no' },
    { changePort: 'yes' },
    'its own answer counts more than the sample',
  ],
  ['address-restricted', { ...CLOSED, 'change-port': 'yes' }],
  ['address-restricted', CLOSED, { changePort: 'yes' }, 'as all that were asked'],
  ['works-by-accident', { ...CLOSED, warm: 'yes' }],
  ['shifted', { cold: 'no', outbound: 'yes', mapped: PORT, rest: { arrivedOn: 9001 } }],
  ['shifted', { cold: 'cannot-ask', warm: 'no', mapped: PORT, rest: { arrivedOn: 9001 } }],

  ['blocked-here', { ...MUTE, rest: { notSent: { kind: 'permission', code: 'EPERM' } } }],
  ['deaf', { ...MUTE, relay: 'yes' }],
  ['deaf', MUTE, { relay: 'yes' }],
  ['host-firewall', { ...CLOSED, rest: { heldBack: { cold: 2 } } }],
  ['host-firewall', { ...CLOSED, rest: { heldBack: { cold: 1, warm: 1 } } }],
  ['not-forwarded', { ...CLOSED, rest: { heldBack: { cold: 1 } } }, {}, 'one packet may be an accident'],
  ['not-forwarded', { ...CLOSED, rest: { heldBack: { 'change-port': 2 } } }, {}, 'not what nobody asked for'],
  ['forwarded', { ...OPEN, rest: { heldBack: { warm: 2 } } }, {}, 'it is let in all the same'],
  ['passed-on', { ...CLOSED, rest: { heldBack: { cold: 2 }, passedOn: { cold: BOX } } }],
  ['passed-on', { ...MUTE, rest: { passedOn: { cold: BOX } } }, {}, 'deaf from here'],
  ['passed-on', { ...CLOSED, cold: 'cannot-ask', rest: { heldBack: { warm: 2 }, passedOn: { warm: BOX } } }],
  ['not-forwarded', { ...CLOSED, rest: { passedOn: { warm: BOX } } }, {}, 'what nobody asked for did not come'],
  ['host-firewall-warm', { ...CLOSED, cold: 'cannot-ask', rest: { heldBack: { warm: 2 } } }],
  ['not-asked', { ...CLOSED, cold: 'not-asked', rest: { heldBack: { cold: 2, warm: 2 } } }, {}, 'not settled'],
  ['scan-protection', { ...CLOSED, cold: 'scan-protection', rest: { heldBack: { warm: 2 } } }, {}, 'withdrawn'],
  ['host-firewall-deaf', { ...MUTE, relay: 'yes', rest: { heldBack: { outbound: 2 } } }],
  ['outbound-rejected', { ...MUTE, relay: 'no', rest: { turnedBack: BY_ROUTER } }],
  ['outbound-rejected', { ...MUTE, relay: 'no' }, { turnedBack: BY_ROUTER }, 'another port was told'],
  ['outbound-rejected', { ...MUTE, rest: { turnedBack: BY_ROUTER } }, {}, 'nobody was asked to relay'],
  ['deaf', { ...MUTE, relay: 'yes' }, { turnedBack: BY_ROUTER }, 'it does get out'],
  ['not-forwarded', { ...CLOSED, rest: { turnedBack: BY_ROUTER } }, {}, 'answers came'],
  [
    'server-silent',
    { ...MUTE, outbound: 'server-silent', rest: { turnedBack: BY_ROUTER } },
    {},
    'no proof of a silence',
  ],
  ['outbound-blocked', { ...MUTE, relay: 'no' }],
  ['outbound-blocked', MUTE, { relay: 'no' }],
  ['outbound-blocked', { ...MUTE, cold: 'yes' }, { relay: 'no' }, 'the forward is right'],
  ['malformed', { ...MUTE, rest: strange('malformed') }],
  ['malformed', { ...CLOSED, cold: 'malformed' }],
  ['malformed', { ...CLOSED, warm: 'malformed' }],
  ['mapping-changes', FORWARDED, { mappingChanges: true }],
  ['preserved-by-a-stray-answer', { ...OPEN, rest: strange('wrong-source') }, random],
  ['mapping-changes', REWRITTEN, { mappingChanges: true }],
  ['malformed', { cold: 'cannot-ask', outbound: 'server-silent', rest: strange('wrong-source', 'no-mapping') }],
  ['no-answer', MUTE],
  ['no-answer', { ...MUTE, rest: strange('wrong-source', 'wrong-socket') }],
  ['no-answer', { ...MUTE, relay: 'loss' }, { relay: 'yes' }, 'asked itself, and not known'],

  ['too-lossy', { ...CLOSED, warm: 'loss' }],
  ['too-lossy', { ...CLOSED, cold: 'late' }],
  ['too-lossy', { cold: 'no', warm: 'no', outbound: 'loss' }],
  ['scan-protection', { ...CLOSED, cold: 'scan-protection', warm: 'scan-protection' }],
  ['server-silent', { ...CLOSED, cold: 'server-silent' }],
  ['server-silent', { ...CLOSED, warm: 'server-silent' }],
  ['server-silent', { cold: 'no', warm: 'no', outbound: 'server-silent' }],
  ['not-asked', {}],
  [
    'not-asked',
    { cold: 'cannot-ask', warm: 'cannot-ask', outbound: 'yes', mapped: PORT },
    {},
    'a preserved port proves nothing',
  ],
  ['refused-by-server', { ...CLOSED, cold: 'refused' }],
  ['refused-by-server', { cold: 'yes', outbound: 'refused' }],
  ['not-asked', { ...CLOSED, warm: 'cannot-ask' }, {}, 'a server that was never seen to honour CHANGE-REQUEST'],
  ['not-asked', { cold: 'yes' }, {}, 'ended before the port spoke'],
];

const EXPECTED: Readonly<Record<string, readonly [PortResult, Cause | null]>> = {
  'held-by-process': ['in-use', 'process'],
  'may-not-bind': ['untested', 'permission'],
  'not-listening': ['untested', null],
  'other-family': ['untested', 'wrong-family'],
  'different-public-address': ['untested', 'different-public-address'],
  'refused-by-server': ['untested', 'throttled-by-server'],
  'preserved-by-chance': ['translated', 'source-port-rewritten'],
  'preserved-by-chance-closed': ['translated', 'symmetric'],
  'neighbour-holds-mapping': ['open', 'taken-by-neighbour'],
  'neighbour-suspected': ['untested', 'taken-by-neighbour'],
  'neighbour-possible': ['untested', 'taken-by-neighbour'],
  'source-port-rewritten': ['translated', 'source-port-rewritten'],
  'shut-out': ['untested', 'scan-protection'],
  'not-forwarded-neighbour': ['closed', 'not-forwarded'],
  symmetric: ['translated', 'symmetric'],
  'mapped-elsewhere': ['translated', 'mapped-elsewhere'],
  translated: ['translated', null],
  forwarded: ['open', null],
  'lets-answers-in': ['open', null],
  'accident-possible': ['untested', 'accident-possible'],
  shifted: ['closed', 'shifted'],
  'works-by-accident': ['closed', 'works-by-accident'],
  'address-restricted': ['closed', 'address-restricted'],
  'not-forwarded': ['closed', 'not-forwarded'],
  'blocked-here': ['no-answer', 'outbound-blocked'],
  deaf: ['no-answer', null],
  'passed-on': ['untested', 'passed-on'],
  'host-firewall': ['closed', 'host-firewall'],
  'host-firewall-warm': ['closed', 'host-firewall'],
  'host-firewall-deaf': ['no-answer', 'host-firewall'],
  'outbound-rejected': ['no-answer', 'rejected'],
  'outbound-blocked': ['no-answer', 'outbound-blocked'],
  malformed: ['malformed', null],
  'mapping-changes': ['malformed', null],
  'preserved-by-a-stray-answer': ['malformed', null],
  'no-answer': ['no-answer', null],
  'too-lossy': ['untested', 'loss'],
  'scan-protection': ['untested', 'scan-protection'],
  'server-silent': ['untested', 'server-silent'],
  'not-asked': ['untested', null],
};

describe('the rules', () => {
  const ids = PORT_RULES.map(({ id }) => id);

  it('have an id each, a reason each, and the last one applies to everything', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(PORT_RULES.filter(({ why }) => why.length < 40)).toEqual([]);
    expect(PORT_RULES.at(-1)?.applies(seen({}), facts({}))).toBe(true);
  });

  it('have a row here each, and what it is to say', () => {
    expect(ids.filter((id) => !ROWS.some(([rule]) => rule === id))).toEqual([]);
    expect(Object.keys(EXPECTED).toSorted()).toEqual(ids.toSorted());
  });
});

describe('a port', () => {
  const rows = ROWS.map(([rule, known, run = {}, about = '']) => ({ rule, known, run, about }));

  it.each(rows)('$rule $about: $known $run', ({ rule, known, run }) => {
    const { port, mapped, arrivedOn, turnedBack, passedTo, ...verdict } = judgePort(seen(known), facts(run));
    expect(passedTo).toEqual(rule === 'passed-on' ? BOX : undefined);
    expect(turnedBack).toEqual(rule === 'outbound-rejected' ? BY_ROUTER : undefined);
    const [result, cause] = EXPECTED[rule] ?? [];
    expect(verdict).toEqual({ protocol: 'udp', family: run.family ?? 'ipv4', rule, result, cause });
    expect([port, mapped, arrivedOn]).toEqual([PORT, seen(known).mapped, seen(known).arrivedOn]);
  });
});

describe('where two rules apply, the first decides', () => {
  it.each<[first: string, second: string, known: Known, run?: Facts]>([
    ['held-by-process', 'not-listening', { ...held('in-use'), ...OPEN }],
    [
      'not-listening',
      'different-public-address',
      { ...held('no-more-sockets'), ...OPEN },
      { controlAddress: '192.0.2.1' },
    ],
    ['different-public-address', 'forwarded', OPEN, { controlAddress: '192.0.2.1' }],
    ['preserved-by-chance', 'forwarded', { ...OPEN, at: { 'fresh-elsewhere': OTHER, elsewhere: OTHER } }, random],
    ['preserved-by-chance-closed', 'not-forwarded', { ...CLOSED, at: { elsewhere: OTHER } }, random],
    ['preserved-by-chance-closed', 'works-by-accident', { ...CLOSED, warm: 'yes', at: { elsewhere: OTHER } }, random],
    [
      'neighbour-holds-mapping',
      'source-port-rewritten',
      { ...FORWARDED, at: { 'fresh-elsewhere': PORT, elsewhere: PORT } },
    ],
    ['neighbour-suspected', 'source-port-rewritten', FORWARDED],
    ['shut-out', 'not-forwarded', { ...CLOSED, 'cold-near': 'yes' }, { shutOut: true }],
    ['shut-out', 'not-forwarded-neighbour', REWRITTEN, { shutOut: true }],
    ['not-forwarded-neighbour', 'symmetric', { ...REWRITTEN, at: { elsewhere: THIRD } }],
    [
      'neighbour-possible',
      'mapped-elsewhere',
      { ...REWRITTEN, cold: 'cannot-ask', at: { elsewhere: OTHER, 'far-elsewhere': OTHER } },
    ],
    ['neighbour-possible', 'translated', { ...REWRITTEN, cold: 'late' }],
    ['symmetric', 'translated', { ...REWRITTEN, at: { elsewhere: THIRD } }, random],
    ['translated', 'shifted', { ...REWRITTEN, rest: { arrivedOn: 9001 } }, random],
    ['forwarded', 'outbound-blocked', { ...OPEN, outbound: 'no', relay: 'no' }],
    ['shifted', 'not-forwarded', { ...CLOSED, rest: { arrivedOn: 9001 } }],
    ['address-restricted', 'not-forwarded', { ...CLOSED, 'change-port': 'yes' }],
    ['blocked-here', 'outbound-blocked', { ...MUTE, relay: 'no', rest: { notSent: { kind: 'other', code: 'E' } } }],
    ['host-firewall', 'works-by-accident', { ...CLOSED, warm: 'yes', rest: { heldBack: { cold: 2 } } }],
    ['host-firewall', 'address-restricted', { ...CLOSED, 'change-port': 'yes', rest: { heldBack: { cold: 2 } } }],
    ['passed-on', 'host-firewall', { ...CLOSED, rest: { heldBack: { cold: 2 }, passedOn: { cold: BOX } } }],
    ['passed-on', 'not-forwarded-neighbour', { ...REWRITTEN, rest: { passedOn: { cold: BOX } } }],
    ['passed-on', 'shut-out', { ...CLOSED, 'cold-near': 'yes', rest: { passedOn: { cold: BOX } } }],
    ['symmetric', 'translated', { ...REWRITTEN, at: { elsewhere: THIRD }, rest: { passedOn: { cold: BOX } } }, random],
    ['shut-out', 'host-firewall', { ...CLOSED, 'cold-near': 'yes', rest: { heldBack: { cold: 2 } } }],
    [
      'blocked-here',
      'outbound-rejected',
      { ...MUTE, rest: { notSent: { kind: 'other', code: 'E' }, turnedBack: BY_ROUTER } },
    ],
    ['host-firewall-deaf', 'deaf', { ...MUTE, relay: 'yes', rest: { heldBack: { outbound: 2 } } }],
    ['outbound-rejected', 'outbound-blocked', { ...MUTE, relay: 'no', rest: { turnedBack: BY_ROUTER } }],
    ['deaf', 'no-answer', { ...MUTE, relay: 'yes' }],
    ['outbound-blocked', 'no-answer', { ...MUTE, relay: 'no' }],
    ['malformed', 'no-answer', { ...MUTE, rest: strange('malformed') }],
    ['malformed', 'outbound-blocked', { ...MUTE, relay: 'no', rest: strange('no-mapping') }],
    [
      'malformed',
      'blocked-here',
      { ...MUTE, rest: { ...strange('malformed'), notSent: { kind: 'other', code: 'E' } } },
    ],
    ['scan-protection', 'refused-by-server', { ...CLOSED, cold: 'scan-protection', warm: 'refused' }],
    ['refused-by-server', 'server-silent', { ...CLOSED, cold: 'refused', warm: 'server-silent' }],
    ['no-answer', 'too-lossy', { cold: 'loss', warm: 'no', outbound: 'no' }],
    ['too-lossy', 'server-silent', { ...CLOSED, cold: 'late', warm: 'server-silent' }],
    ['scan-protection', 'server-silent', { ...CLOSED, cold: 'scan-protection', warm: 'server-silent' }],
  ])('%s before %s', (first, second, known, run = {}) => {
    const applying = PORT_RULES.filter(({ applies }) => applies(seen(known), facts(run))).map(({ id }) => id);
    expect(applying).toContain(second);
    expect(applying[0]).toBe(first);
  });
});

describe('a question that was not settled', () => {
  const unsettled: readonly Says[] = ['not-asked', 'server-silent', 'scan-protection', 'loss', 'refused', 'late'];

  it.each(unsettled)('never makes a preserved port open or closed: cold %s', (cold) => {
    const results = (['yes', 'no'] as const).map(
      (warm) => judgePort(seen({ ...CLOSED, cold, warm }), facts({})).result,
    );
    expect(results).toEqual(['untested', 'untested']);
  });

  it.each(unsettled)('never makes a port closed: warm %s', (warm) => {
    expect(judgePort(seen({ ...CLOSED, warm }), facts({})).result).toBe('untested');
  });
});
