import { describe, expect, it } from 'vitest';
import type { CallEvidence } from '../evidence/index.ts';
import { CALL_RULES, type CallFacts, judgeCall, NOTHING_OF_UDP } from './call-rules.ts';
import { PORT_RULES } from './port-rules.ts';

const PORT = 5061;

const seen = (more: Partial<CallEvidence>): CallEvidence => ({
  port: PORT,
  listening: { kind: 'yes' },
  arrivedOn: [],
  isVisited: false,
  isReached: false,
  isShutOut: false,
  ended: [],
  knocks: { held: 0, answered: 0 },
  passedTo: null,
  callsNeeded: 2,
  canAsk: true,
  isAsked: true,
  isGivenUp: false,
  ...more,
});

const BOX = { address: '172.17.0.2', port: PORT };

const held = (kind: 'in-use' | 'permission' | 'no-more-sockets'): Partial<CallEvidence> => ({
  listening: { kind: 'no', failure: { kind, code: 'E' } },
  isAsked: false,
});

const knocks = (held: number, answered = 0) => ({ held, answered });

const judge = (evidence: CallEvidence, known: Partial<CallFacts> = {}) =>
  judgeCall(evidence, { ...NOTHING_OF_UDP, isContradicted: false, ...known }, 'ipv4');

const ROWS: readonly (readonly [
  rule: string,
  known: Partial<CallEvidence>,
  says: string,
  more?: Partial<CallFacts>,
])[] = [
  ['tcp-held-by-process', held('in-use'), 'in-use process'],
  ['tcp-may-not-bind', held('permission'), 'untested permission'],
  ['tcp-not-listening', held('no-more-sockets'), 'untested null'],
  ['tcp-not-listening', { listening: { kind: 'unknown' }, isAsked: false }, 'untested null'],
  ['tcp-server-lost', { listening: { kind: 'unknown' }, isAsked: false, isGivenUp: true }, 'untested server-silent'],
  [
    'tcp-shut-out-before',
    { listening: { kind: 'unknown' }, isAsked: false, isShutOut: true },
    'untested scan-protection',
  ],
  ['tcp-server-silent', { isGivenUp: true }, 'untested server-silent'],
  ['tcp-nobody-calls', { canAsk: false, isAsked: false }, 'untested no-call-back'],
  ['tcp-nobody-calls', { canAsk: false, isAsked: false, listening: { kind: 'unknown' } }, 'untested no-call-back'],
  ['tcp-forwarded', { arrivedOn: [PORT] }, 'open null'],
  ['tcp-forwarded', { arrivedOn: [PORT], ended: ['timed-out', 'timed-out'] }, 'open null'],
  ['tcp-forwarded', { arrivedOn: [5060, PORT] }, 'open null'],
  ['tcp-shifted', { arrivedOn: [5060], ended: ['connected', 'connected'] }, 'closed shifted'],
  ['tcp-not-called', { ended: ['not-called'] }, 'untested throttled-by-server'],
  ['tcp-not-called', { ended: ['timed-out', 'not-called'] }, 'untested throttled-by-server'],
  ['tcp-not-called-inside', { ended: ['not-called'] }, 'untested not-called-inside', { isInside: true }],
  ['tcp-not-forwarded', { ended: ['timed-out', 'timed-out'] }, 'closed not-forwarded', { isInside: true }],
  ['tcp-passed-on', { ended: ['connected', 'connected'], passedTo: BOX, knocks: knocks(0, 2) }, 'untested passed-on'],
  ['tcp-passed-on', { ended: ['refused', 'refused'], passedTo: BOX, knocks: knocks(2) }, 'untested passed-on'],
  ['tcp-passed-on', { ended: ['timed-out', 'timed-out'], passedTo: BOX, knocks: knocks(2) }, 'untested passed-on'],
  ['tcp-forwarded', { arrivedOn: [PORT], passedTo: BOX }, 'open null'],
  ['tcp-server-silent', { passedTo: BOX, ended: ['connected'] }, 'untested server-silent'],
  ['tcp-contradicted', { ended: ['timed-out', 'timed-out'] }, 'untested scan-protection', { isContradicted: true }],
  ['tcp-forwarded', { arrivedOn: [PORT] }, 'open null', { isContradicted: true }],
  ['tcp-payload-lost', { ended: ['connected', 'connected'], knocks: knocks(0, 1) }, 'malformed payload-dropped'],
  ['own-service-on-router', { ended: ['connected', 'connected'] }, 'closed own-service-on-router'],
  ['tcp-payload-lost', { ended: ['connected', 'connected'], isVisited: true }, 'malformed payload-dropped'],
  ['tcp-payload-lost', { ended: ['timed-out', 'connected'], isVisited: true }, 'malformed payload-dropped'],
  ['tcp-forwarded', { arrivedOn: [PORT], isVisited: true }, 'open null'],
  ['rejected', { ended: ['refused', 'refused'], isVisited: true }, 'closed rejected'],
  ['tcp-not-forwarded', { ended: ['timed-out', 'timed-out'], isVisited: true }, 'closed not-forwarded'],
  ['tcp-not-taken', { ended: ['refused', 'refused'], isVisited: true, isReached: true }, 'untested not-taken'],
  ['tcp-not-taken', { ended: ['timed-out', 'timed-out'], isVisited: true, isReached: true }, 'untested not-taken'],
  [
    'tcp-payload-lost',
    { ended: ['connected', 'connected'], isVisited: true, isReached: true },
    'malformed payload-dropped',
  ],
  ['tcp-came-so-far', { ended: ['timed-out', 'timed-out'], isReached: true, knocks: knocks(0, 2) }, 'closed null'],
  ['tcp-server-silent', { ended: ['refused'], isVisited: true, isReached: true }, 'untested server-silent'],
  ['own-service-on-router', { ended: ['timed-out', 'connected'] }, 'closed own-service-on-router'],
  ['rejected', { ended: ['refused', 'refused'] }, 'closed rejected'],
  ['rejected', { ended: ['refused', 'timed-out'] }, 'closed rejected'],
  ['rejected', { ended: ['unreachable', 'unreachable'] }, 'closed rejected'],
  ['tcp-not-forwarded', { ended: ['timed-out', 'timed-out'] }, 'closed not-forwarded'],
  ['tcp-host-firewall', { ended: ['timed-out', 'timed-out'], knocks: knocks(2) }, 'closed host-firewall'],
  ['tcp-host-firewall', { ended: ['refused', 'unreachable'], knocks: knocks(3) }, 'closed host-firewall'],
  ['tcp-came-so-far', { ended: ['timed-out', 'timed-out'], knocks: knocks(1) }, 'closed null'],
  ['tcp-came-so-far', { ended: ['timed-out', 'timed-out'], knocks: knocks(1, 1) }, 'closed null'],
  ['tcp-came-so-far', { ended: ['timed-out', 'timed-out'], knocks: knocks(2, 1) }, 'closed null'],
  ['own-service-on-router', { ended: ['timed-out', 'connected'], knocks: knocks(2) }, 'closed own-service-on-router'],
  ['tcp-forwarded', { arrivedOn: [PORT], knocks: knocks(2) }, 'open null'],
  ['tcp-server-silent', { ended: ['timed-out'], knocks: knocks(2) }, 'untested server-silent'],
  ['tcp-shut-out', { ended: [], knocks: knocks(2), isShutOut: true }, 'untested scan-protection'],
  ['tcp-shut-out', { ended: ['timed-out'], isShutOut: true }, 'untested scan-protection'],
  ['tcp-shut-out', { ended: ['refused'], isShutOut: true }, 'untested scan-protection'],
  ['tcp-shut-out', { ended: ['timed-out', 'timed-out'] }, 'untested scan-protection', { isRefused: true }],
  ['tcp-forwarded', { arrivedOn: [PORT] }, 'open null', { isRefused: true, otherAddress: true }],
  ['tcp-other-family', { ended: ['timed-out', 'refused'] }, 'untested wrong-family', { isTranslated: true }],
  ['tcp-other-family', { canAsk: false, isAsked: false }, 'untested wrong-family', { isTranslated: true }],
  ['tcp-forwarded', { arrivedOn: [PORT] }, 'open null', { isTranslated: true }],
  [
    'tcp-other-address',
    { ended: ['timed-out', 'refused'] },
    'untested different-public-address',
    { otherAddress: true },
  ],
  ['tcp-server-silent', {}, 'untested server-silent'],
  ['tcp-server-silent', { ended: ['timed-out'] }, 'untested server-silent'],
  ['tcp-server-silent', { ended: ['connected'] }, 'untested server-silent'],
  ['tcp-server-silent', { ended: ['timed-out'] }, 'untested server-silent', { isTranslated: true }],
  ['tcp-not-asked', { isAsked: false }, 'untested null'],
];

describe('a TCP port', () => {
  it.each(ROWS.map(([rule, known, says, udp = {}]) => ({ rule, known, says, udp })))(
    '$rule: $known',
    ({ rule, known, says, udp }) => {
      const verdict = judge(seen(known), udp);
      expect([verdict.rule, `${verdict.result} ${verdict.cause}`]).toEqual([rule, says]);
      expect(verdict).toMatchObject({ protocol: 'tcp', port: PORT, mapped: null });
    },
  );

  it('is said where it arrives, if that is somewhere else', () => {
    expect(judge(seen({ arrivedOn: [5060] })).arrivedOn).toBe(5060);
    expect(judge(seen({ arrivedOn: [PORT] })).arrivedOn).toBeNull();
  });
});

describe('the rules', () => {
  it('have a row here each, an id that no other rule has, and a reason', () => {
    const ids = CALL_RULES.map(({ id }) => id);
    expect(ids.filter((id) => !ROWS.some(([rule]) => rule === id))).toEqual([]);
    expect(new Set([...ids, ...PORT_RULES.map(({ id }) => id)]).size).toBe(ids.length + PORT_RULES.length);
    expect(CALL_RULES.filter(({ why }) => why.length < 30)).toEqual([]);
  });

  it('call nothing open that did not arrive, and nothing closed after a single call', () => {
    for (const state of ['connected', 'refused', 'timed-out', 'unreachable', 'under-way'] as const) {
      expect(judge(seen({ ended: [state, state, state] })).result).not.toBe('open');
      expect(judge(seen({ ended: [state] })).result).toBe('untested');
    }
  });
});
