import type { Endpoint } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import type { ProbePlan, Question } from '../plan/index.ts';
import { ControlRecord } from './controls.ts';
import { type PortSightings, type Sightings, sift } from './sift.ts';
import type { Answer, Elsewhere, Listening, PortEvidence, RunEvidence, Unknown } from './types.ts';

type Answered = Extract<Observation, { kind: 'answered' }>;

const ELSEWHERE: readonly Elsewhere[] = ['elsewhere', 'far-elsewhere', 'fresh-elsewhere'];
const QUESTIONS: readonly Question[] = ['cold', 'warm', 'outbound', 'change-port', 'relay', 'sentinel', ...ELSEWHERE];

/**
 * Folds the observations of a run into what they say of each port. Their order does not matter, nor does it
 * whether one is there twice.
 */
export function collectEvidence(plan: ProbePlan, observations: readonly Observation[]): RunEvidence {
  const sightings = sift(plan.slices.flat(), observations);
  const controls = new ControlRecord(plan, sightings);
  const ports = [...sightings.ports].map(([port, seen]) => collectPort(port, seen, plan, controls));
  return {
    ports,
    cancelled: sightings.cancelled,
    publicAddresses: publicAddresses(sightings, ports),
    bystanders: bystanders(sightings),
    warmIsFresh: plan.warmIsFresh,
    serverAlive: sightings.controls.length > 0,
    controlFailure: sightings.controlFailure,
  };
}

function collectPort(port: number, seen: PortSightings, plan: ProbePlan, controls: ControlRecord): PortEvidence {
  const answers = {} as Record<Question, Answer>;
  for (const question of QUESTIONS) answers[question] = answerTo(question, port, seen, plan, controls);
  const at = (question: Question) => mapping(seen.byQuestion[question]);
  return {
    port,
    listening: listening(seen),
    answers,
    mapped: at('warm') ?? at('outbound') ?? at('relay') ?? at('change-port'),
    mappedElsewhere: mappedElsewhere(seen),
    arrivedOn: arrivedOn(port, seen),
    notSent: seen.notSent,
    strange: seen.strange,
  };
}

const answeredOf = (seen: readonly Observation[]): Answered[] => seen.filter((one) => one.kind === 'answered');

/** The earliest counts: a later one may be coloured by what came in meanwhile. */
function mapping(seen: readonly Observation[] = []): Endpoint | null {
  const answered = answeredOf(seen);
  return answered.reduce((first, one) => (one.at < first.at ? one : first), answered[0] ?? NOTHING).mapped;
}

const NOTHING = { at: Number.POSITIVE_INFINITY, mapped: null } as const;

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
  const others: number[] = [];
  for (const question of QUESTIONS)
    if (question !== 'relay')
      for (const one of byQuestion[question] ?? [])
        if (one.kind === 'answered' && one.arrivedOn !== port) others.push(one.arrivedOn);
  return others.length > 0 ? Math.min(...others) : null;
}

const listening = ({ notListening, listens }: PortSightings): Listening =>
  notListening ? { kind: 'no', failure: notListening } : { kind: listens ? 'yes' : 'unknown' };

const NOT_ASKED: Answer = { kind: 'unknown', why: 'not-asked', because: [] };
const CANNOT_ASK: Answer = { kind: 'unknown', why: 'cannot-ask', because: [] };

function answerTo(
  question: Question,
  port: number,
  all: PortSightings,
  plan: ProbePlan,
  controls: ControlRecord,
): Answer {
  if (!plan.steps[question]) return CANNOT_ASK;
  const seen = all.byQuestion[question];
  if (!seen) return NOT_ASKED;
  const unknown = (why: Unknown): Answer => ({ kind: 'unknown', why, because: seen });
  const answered = answeredOf(seen);
  const arrived = answered.filter((one) => question === 'relay' || one.arrivedOn === port);
  const inTime = question === 'cold' ? arrived.filter(({ at }) => at <= all.firstOwnPacket) : arrived;
  if (inTime.length > 0) return { kind: 'yes', because: inTime };
  if (arrived.length > 0) return unknown('late');
  // It came to the machine, but on another port: this one was not reached, and no further tries are needed to know.
  if (answered.length > 0) return { kind: 'no', because: answered };
  return silence(question, seen, plan, controls);
}

/** Nothing came that counts. Why not? */
function silence(question: Question, seen: readonly Observation[], plan: ProbePlan, controls: ControlRecord): Answer {
  const unknown = (why: Unknown): Answer => ({ kind: 'unknown', why, because: seen });
  if (seen.some(({ kind }) => kind === 'refused')) return unknown('refused');
  if (seen.some(({ kind }) => kind === 'given-up')) return unknown('loss');
  const silent = seen.find((one) => one.kind === 'silent');
  if (!silent) return unknown('not-asked');
  // A server that was never seen to honour CHANGE-REQUEST proves nothing by not answering one.
  if (question === 'warm' && !plan.server.changeRequest) return unknown('cannot-ask');
  if (!controls.back(silent)) return unknown('server-silent');
  return controls.refusedSince(silent) ? unknown('scan-protection') : { kind: 'no', because: [silent] };
}

function bystanders({ controls }: Sightings): RunEvidence['bystanders'] {
  return [...new Map(controls.map(({ local, mapped }) => [local, { local, mapped: mapped.port }])).values()];
}

function publicAddresses({ controls }: Sightings, ports: readonly PortEvidence[]): string[] {
  const addresses = new Set<string>();
  for (const { role, mapped } of controls) if (role === 'primary') addresses.add(mapped.address);
  for (const { mapped } of ports) if (mapped) addresses.add(mapped.address);
  return [...addresses].sort();
}
