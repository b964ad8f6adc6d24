import { type Endpoint, familyOf, type Milliseconds, sameEndpoint } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import type { ProbePlan, Question } from '../plan/index.ts';
import { ControlRecord } from './controls.ts';
import { collectPauses } from './pauses.ts';
import { type PortSightings, type Sightings, sift } from './sift.ts';
import { firstTurnedBack } from './turned-back.ts';
import type { Answer, Elsewhere, Listening, PortEvidence, RunEvidence, Unknown } from './types.ts';

type Answered = Extract<Observation, { kind: 'answered' }>;

const ELSEWHERE: readonly Elsewhere[] = ['elsewhere', 'far-elsewhere', 'fresh-elsewhere'];
/** What the port itself sends. */
const OWN: readonly Question[] = ['warm', 'outbound', 'change-port', 'relay', ...ELSEWHERE];
const QUESTIONS: readonly Question[] = [
  'cold',
  'cold-near',
  'warm',
  'outbound',
  'change-port',
  'relay',
  'sentinel',
  ...ELSEWHERE,
];

/**
 * Folds the observations of a run into what they say of each port. Their order does not matter, nor does it
 * whether one is there twice.
 */
export function collectEvidence(plan: ProbePlan, observations: readonly Observation[]): RunEvidence {
  const sightings = sift(plan.slices.flat(), observations);
  const controls = new ControlRecord(plan, sightings);
  const ports = [...sightings.ports].map(([port, seen]) => collectPort(port, seen, { ...sightings, plan, controls }));
  return {
    family: familyOf(plan.server.primary.address) ?? 'ipv4',
    ports,
    cancelled: sightings.cancelled,
    publicAddresses: publicAddresses(sightings, ports),
    bystanders: bystanders(sightings),
    mappingChanges: mappingChanges(sightings),
    controlAddress: controlAddress(sightings),
    throttled: sightings.throttled,
    filter: sightings.filter,
    pauses: collectPauses(observations),
    controlFailure: sightings.controlFailure,
  };
}

/** What the answers of all ports depend on. */
interface Circumstances {
  readonly plan: ProbePlan;
  readonly controls: ControlRecord;
  readonly refused: boolean;
  readonly lost: boolean;
  readonly throttled: boolean;
}

function collectPort(port: number, seen: PortSightings, all: Circumstances): PortEvidence {
  const answers = {} as Record<Question, Answer>;
  for (const question of QUESTIONS) answers[question] = answerTo(question, port, seen, all);
  const at = (question: Question) => mapping(seen.byQuestion[question]);
  return {
    port,
    listening: listening(seen),
    answers,
    mapped: at('warm') ?? at('outbound') ?? at('relay') ?? at('change-port'),
    mappedElsewhere: mappedElsewhere(seen),
    arrivedOn: arrivedOn(port, seen),
    notSent: seen.notSent?.failure ?? null,
    strange: [...seen.strange].sort(),
    heldBack: heldBack(seen, answers),
    passedOn: passedOn(seen, answers),
    turnedBack: firstTurnedBack(Object.values(seen.byQuestion).flat()),
  };
}

const answeredOf = (seen: readonly Observation[]): Answered[] => seen.filter((one) => one.kind === 'answered');

/** The earliest counts: a later one may be coloured by what came in meanwhile. */
function mapping(seen: readonly Observation[] = []): Endpoint | null {
  let first: Answered | null = null;
  for (const one of seen) if (one.kind === 'answered' && (first === null || one.at < first.at)) first = one;
  return first?.mapped ?? null;
}

function mappedElsewhere({ byQuestion }: PortSightings): PortEvidence['mappedElsewhere'] {
  const found: Partial<Record<Elsewhere, Endpoint>> = {};
  for (const question of ELSEWHERE) {
    const mapped = mapping(byQuestion[question]);
    if (mapped) found[question] = mapped;
  }
  return found;
}

/** The lowest one, if packets for this port came in on several. */
function arrivedOn(port: number, { byQuestion }: PortSightings): number | null {
  let lowest: number | null = null;
  for (const about of Object.values(byQuestion))
    for (const one of about)
      if (one.kind === 'answered' && one.question !== 'relay' && one.arrivedOn !== port)
        lowest = Math.min(lowest ?? one.arrivedOn, one.arrivedOn);
  return lowest;
}

/** What arrived was not held back, however late. */
function heldBack({ byQuestion }: PortSightings, answers: PortEvidence['answers']): PortEvidence['heldBack'] {
  const counts: Partial<Record<Question, number>> = {};
  const attempts = new Map<Question, Set<number>>();
  for (const about of Object.values(byQuestion))
    for (const one of about)
      if (one.kind === 'captured')
        attempts.set(one.question, (attempts.get(one.question) ?? new Set()).add(one.attempt));
  if (attempts.size === 0) return counts;
  // In their own order, whatever was seen first.
  for (const question of QUESTIONS) {
    const numbers = attempts.get(question);
    if (numbers && answers[question].kind === 'no') counts[question] = numbers.size;
  }
  return counts;
}

/** The first one of each question that came to nothing. */
function passedOn({ byQuestion }: PortSightings, answers: PortEvidence['answers']): PortEvidence['passedOn'] {
  const found: Partial<Record<Question, Endpoint>> = {};
  for (const question of QUESTIONS) {
    if (answers[question].kind !== 'no') continue;
    const seen = byQuestion[question]?.filter((one) => one.kind === 'passed-on') ?? [];
    const [first] = seen.sort((a, b) => a.at - b.at);
    if (first) found[question] = first.to;
  }
  return found;
}

const listening = ({ notListening, listens }: PortSightings): Listening =>
  notListening ? { kind: 'no', failure: notListening } : { kind: listens ? 'yes' : 'unknown' };

const NOT_ASKED: Answer = { kind: 'unknown', why: 'not-asked', because: [] };
const CANNOT_ASK: Answer = { kind: 'unknown', why: 'cannot-ask', because: [] };

function answerTo(question: Question, port: number, sightings: PortSightings, all: Circumstances): Answer {
  if (!all.plan.steps[question]) return CANNOT_ASK;
  const seen = sightings.byQuestion[question] ?? [];
  if (seen.length === 0 && !all.refused && !all.lost) return NOT_ASKED;
  const unknown = (why: Unknown): Answer => ({ kind: 'unknown', why, because: seen });
  const answered = answeredOf(seen);
  const arrived = answered.filter((one) => question === 'relay' || one.arrivedOn === port);
  const inTime = arrived.filter(({ at }) => isInTime(question, at, sightings));
  if (inTime.length > 0) return { kind: 'yes', because: inTime };
  if (arrived.length > 0) return unknown('late');
  // It came to the machine, but on another port: this one was not reached, and no further tries are needed to know.
  if (answered.length > 0) return { kind: 'no', because: answered };
  return silence(question, sightings, all);
}

/**
 * The port's own packets that let an answer in, whatever the rules of the router say: any of them may open the way
 * for a cold one, and those to where an answer comes from open it for that (docs/decisions/0001, trap 1).
 */
const OPENED_BY: Partial<Record<Question, readonly Question[]>> = {
  cold: OWN,
  'cold-near': OWN,
  warm: ['far-elsewhere', 'fresh-elsewhere'],
  'change-port': ['elsewhere'],
};

/** At the very moment when the port sends, an answer has made it send; unless the question had been given up. */
function isInTime(question: Question, at: Milliseconds, { firstSent, byQuestion }: PortSightings): boolean {
  let opened = Number.POSITIVE_INFINITY;
  for (const own of OPENED_BY[question] ?? []) opened = Math.min(opened, firstSent[own] ?? opened);
  if (at !== opened) return at < opened;
  return !byQuestion[question]?.some(({ kind }) => kind === 'silent' || kind === 'given-up');
}

/** RFC 8489 section 14.8: the server had no strength for that try; the silence counts those that it had strength for. */
const isTransient = (code: number): boolean => code >= 500;

/** Nothing came that counts. Why not? */
function silence(
  question: Question,
  sightings: PortSightings,
  { plan, controls, refused, lost, throttled }: Circumstances,
): Answer {
  const seen = sightings.byQuestion[question] ?? [];
  const unknown = (why: Unknown): Answer => ({ kind: 'unknown', why, because: seen });
  const silent = seen.find((one) => one.kind === 'silent');
  const broken = whatBroke(seen, sightings, lost);
  if (broken) return unknown(broken);
  if (!silent && refused) return unknown('scan-protection');
  if (!silent && lost) return unknown(throttled ? 'refused' : 'server-silent');
  if (seen.some(({ kind }) => kind === 'given-up')) return unknown(throttled ? 'refused' : 'loss');
  if (!silent) return unknown('not-asked');
  // A server that was never seen to honour CHANGE-REQUEST proves nothing by not answering one.
  if (question === 'warm' && !plan.server.changeRequest) return unknown('cannot-ask');
  const backing = controls.back(silent, triesOf(seen));
  return backing === 'backed' ? { kind: 'no', because: [silent] } : unknown(backing);
}

/** What came, though no answer, and not nothing. What no transaction id tells apart may have been meant for any question. */
function whatBroke(seen: readonly Observation[], { strange }: PortSightings, lost: boolean): Unknown | null {
  const isSilent = seen.some(({ kind }) => kind === 'silent');
  if (seen.some((one) => one.kind === 'refused' && !(isSilent && isTransient(one.code)))) return 'refused';
  const isOver = lost || seen.some(({ kind }) => kind === 'silent' || kind === 'given-up');
  return isOver && (strange.has('unasked') || seen.some(({ kind }) => kind === 'strange')) ? 'malformed' : null;
}

/** When the tries were sent, each once. */
const triesOf = (seen: readonly Observation[]): Milliseconds[] => [
  ...new Set(seen.flatMap((one) => (one.kind === 'sent' ? [one.at] : []))),
];

/** Each by its first mapping, ascending. */
function bystanders({ controlAnswers }: Sightings): RunEvidence['bystanders'] {
  const lastFirst = controlAnswers.toSorted((a, b) => b.sentAt - a.sentAt || b.mapped.port - a.mapped.port);
  const first = new Map(lastFirst.map(({ local, mapped }) => [local, { local, mapped: mapped.port }]));
  return [...first.values()].sort((a, b) => a.local - b.local);
}

/** No router forgets a flow while the probes keep it alive. */
function mappingChanges({ controlAnswers }: Sightings): boolean {
  const known = new Map<number, Endpoint>();
  return controlAnswers.some(({ role, local, mapped }) => {
    const before = role === 'primary' ? known.get(local) : undefined;
    if (role === 'primary') known.set(local, mapped);
    return before !== undefined && !sameEndpoint(before, mapped);
  });
}

function controlAddress({ controlAnswers }: Sightings): string | null {
  const addresses = new Set(
    controlAnswers.filter(({ role }) => role === 'primary').map(({ mapped }) => mapped.address),
  );
  const [only = null] = addresses;
  return addresses.size === 1 ? only : null;
}

function publicAddresses({ controlAnswers }: Sightings, ports: readonly PortEvidence[]): string[] {
  const addresses = new Set<string>();
  for (const { role, mapped } of controlAnswers) if (role === 'primary') addresses.add(mapped.address);
  for (const { mapped } of ports) if (mapped) addresses.add(mapped.address);
  return [...addresses].sort();
}
