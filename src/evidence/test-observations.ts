import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import { ALTERNATE, ALTERNATE_FIRST, PRIMARY, PRIMARY_OTHER, planOf, seenFrom } from '../engine/test-plan.ts';
import type { ProbeRole, Question } from '../plan/index.ts';

/** For the tests: what an engine might have seen of port 9000, written by hand. */

export const PORT = 9000;
/** Cold answers come from the alternate address with the primary's port, warm ones with its other port. */
export const PLAN = planOf([PORT, 9001, 9002]);

const FROM: Record<Question, Endpoint> = {
  cold: ALTERNATE_FIRST,
  'cold-near': PRIMARY_OTHER,
  sentinel: ALTERNATE,
  warm: ALTERNATE,
  outbound: PRIMARY,
  relay: PRIMARY,
  'change-port': PRIMARY_OTHER,
  elsewhere: PRIMARY_OTHER,
  'far-elsewhere': ALTERNATE_FIRST,
  'fresh-elsewhere': ALTERNATE,
};

type Of<K extends Observation['kind']> = Extract<Observation, { kind: K }>;

export const listening = (port = PORT): Observation => ({ kind: 'listening', at: 1000, port });

export const sent = (question: Question, at: Milliseconds, port = PORT): Observation => ({
  kind: 'sent',
  at,
  port,
  question,
  attempt: 1,
});

export const answered = (question: Question, at: Milliseconds, rest: Partial<Of<'answered'>> = {}): Observation => ({
  kind: 'answered',
  at,
  port: PORT,
  question,
  attempt: 1,
  sentAt: at - 20,
  arrivedOn: question === 'relay' ? 0 : (rest.port ?? PORT),
  source: FROM[question],
  mapped: seenFrom(PORT),
  ...rest,
});

/** Four tries, 100 ms apart, all of which are needed; given up 100 ms after the last. */
export const silent = (question: Question, firstSentAt: Milliseconds, port = PORT): Observation[] => [
  ...[0, 100, 200, 300].map((after) => sent(question, firstSentAt + after, port)),
  { kind: 'silent', at: firstSentAt + 400, port, question, tries: 4, needed: 4, lastSentAt: firstSentAt + 300 },
];

export const refused = (question: Question, code = 420): Observation => ({
  kind: 'refused',
  at: 2000,
  port: PORT,
  question,
  code,
});

export const givenUp = (question: Question, at = 2000): Observation => ({ kind: 'given-up', at, port: PORT, question });

export const strange = (what: Of<'strange'>['what'], at = 2000): Observation => ({
  kind: 'strange',
  at,
  port: PORT,
  question: 'outbound',
  what,
  source: endpoint('192.0.2.66', 1),
});

export const control = (
  role: ProbeRole,
  sentAt: Milliseconds,
  rest: Partial<Of<'control-answered'>> = {},
): Observation => ({
  kind: 'control-answered',
  at: sentAt + 20,
  role,
  sentAt,
  local: 50_001,
  mapped: seenFrom(50_001),
  ...rest,
});

export const controlLost = (role: ProbeRole, sentAt: Milliseconds): Observation => ({
  kind: 'control-lost',
  at: sentAt + 1000,
  role,
  sentAt,
});

const ROLES: readonly ProbeRole[] = ['primary', 'alternate', 'alternate-primary-port', 'newcomer'];

/** All roles answer what is sent at these times. */
export const alive = (...times: readonly Milliseconds[]): Observation[] =>
  times.flatMap((at) => ROLES.map((role) => control(role, at)));

export const captured = (question: Question, attempt: number, port = PORT): Observation => ({
  kind: 'captured',
  at: 2000,
  port,
  question,
  attempt,
});

export const passedOn = (question: Question, address: string, at = 2000): Observation => ({
  kind: 'passed-on',
  at,
  port: PORT,
  question,
  attempt: 2,
  to: { address, port: PORT },
});

export const turnedBack = (question: Question, by: string, at = 2000): Observation => ({
  kind: 'turned-back',
  at,
  port: PORT,
  question,
  by,
  type: 3,
  code: 13,
});
