import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import type { ProbePlan, Question } from '../plan/index.ts';
import { ControlRecord } from './controls.ts';
import type { Answer, Listening, PortEvidence, RunEvidence, Unknown } from './types.ts';

type Answered = Extract<Observation, { kind: 'answered' }>;

const ELSEWHERE = ['elsewhere', 'far-elsewhere', 'fresh-elsewhere'] as const;
const QUESTIONS: readonly Question[] = ['cold', 'warm', 'outbound', 'change-port', 'relay', ...ELSEWHERE];

/**
 * Folds the observations of a run into what they say of each port. Their order does not matter, nor does it
 * whether one is there twice.
 */
export function collectEvidence(plan: ProbePlan, observations: readonly Observation[]): RunEvidence {
  const controls = new ControlRecord(plan, observations);
  const byPort = new Map<number, Observation[]>(plan.slices.flat().map((port) => [port, []]));
  for (const seen of observations) if ('port' in seen) byPort.get(seen.port)?.push(seen);
  const ports = [...byPort].map(([port, seen]) => collectPort(port, seen, plan, controls));
  const failed = observations.find((seen) => seen.kind === 'control-failed');
  return {
    ports,
    cancelled: observations.some(({ kind }) => kind === 'cancelled'),
    publicAddresses: publicAddresses(observations, ports),
    bystanders: bystanders(observations),
    warmIsFresh: plan.warmIsFresh,
    serverAlive: observations.some(({ kind }) => kind === 'control-answered'),
    controlFailure: failed?.failure ?? null,
  };
}

function collectPort(
  port: number,
  seen: readonly Observation[],
  plan: ProbePlan,
  controls: ControlRecord,
): PortEvidence {
  const answered = seen.filter((one) => one.kind === 'answered').sort((a, b) => a.at - b.at);
  const byQuestion = groupByQuestion(seen);
  const firstOwn = firstOwnPacket(seen);
  const answer = (question: Question) =>
    answerTo(question, port, byQuestion.get(question) ?? [], firstOwn, plan, controls);
  const answers = Object.fromEntries(QUESTIONS.map((question) => [question, answer(question)])) as Record<
    Question,
    Answer
  >;
  const away = answered.find(({ arrivedOn, question }) => question !== 'relay' && arrivedOn !== port);
  return {
    port,
    listening: listening(seen),
    answers,
    mapped: mapping(answered, ['warm', 'outbound']) ?? mapping(answered, ['relay', 'change-port']),
    mappedElsewhere: mappedElsewhere(answered),
    arrivedOn: away?.arrivedOn ?? null,
    notSent: seen.find((one) => one.kind === 'not-sent')?.failure ?? null,
    strange: seen.flatMap((one) => (one.kind === 'strange' ? [one.what] : [])),
  };
}

/** The earliest counts: a later one may be coloured by what came in meanwhile. */
const mapping = (answered: readonly Answered[], questions: readonly Question[]): Endpoint | null =>
  answered.find(({ question }) => questions.includes(question))?.mapped ?? null;

function mappedElsewhere(answered: readonly Answered[]): PortEvidence['mappedElsewhere'] {
  const seen = ELSEWHERE.map((question) => [question, mapping(answered, [question])] as const);
  return Object.fromEntries(seen.filter(([, mapped]) => mapped !== null));
}

function listening(seen: readonly Observation[]): Listening {
  const failed = seen.find((one) => one.kind === 'not-listening');
  if (failed) return { kind: 'no', failure: failed.failure };
  return { kind: seen.some((one) => one.kind === 'listening') ? 'yes' : 'unknown' };
}

function answerTo(
  question: Question,
  port: number,
  seen: readonly Observation[],
  firstOwn: Milliseconds,
  plan: ProbePlan,
  controls: ControlRecord,
): Answer {
  const unknown = (why: Unknown, because: readonly Observation[] = seen): Answer => ({ kind: 'unknown', why, because });
  if (!plan.steps[question]) return unknown('cannot-ask');
  if (seen.length === 0) return unknown('not-asked');
  const answered = seen.filter((one) => one.kind === 'answered');
  const arrived = answered.filter(({ arrivedOn }) => question === 'relay' || arrivedOn === port);
  const inTime = question === 'cold' ? arrived.filter(({ at }) => at <= firstOwn) : arrived;
  if (inTime.length > 0) return { kind: 'yes', because: inTime };
  if (arrived.length > 0) return unknown('late');
  // It came to the machine, but on another port: this one was not reached, and no further tries are needed to know.
  if (answered.length > 0) return { kind: 'no', because: answered };
  if (seen.some(({ kind }) => kind === 'refused')) return unknown('refused');
  if (seen.some(({ kind }) => kind === 'given-up')) return unknown('loss');
  const silence = seen.find((one) => one.kind === 'silent');
  if (!silence) return unknown('not-asked');
  // A server that was never seen to honour CHANGE-REQUEST proves nothing by not answering one.
  if (question === 'warm' && !plan.server.changeRequest) return unknown('cannot-ask');
  return controls.back(silence) ? { kind: 'no', because: [silence] } : unknown('server-silent');
}

/** From then on a packet may have been let in because of the port's own packets. */
const firstOwnPacket = (seen: readonly Observation[]): Milliseconds =>
  seen.reduce(
    (first, one) => (one.kind === 'sent' && one.question !== 'cold' ? Math.min(first, one.at) : first),
    Number.POSITIVE_INFINITY,
  );

function groupByQuestion(seen: readonly Observation[]): Map<Question, Observation[]> {
  const groups = new Map<Question, Observation[]>();
  for (const one of seen) {
    if (!('question' in one)) continue;
    const group = groups.get(one.question);
    if (group) group.push(one);
    else groups.set(one.question, [one]);
  }
  return groups;
}

function bystanders(observations: readonly Observation[]): RunEvidence['bystanders'] {
  const seen = observations.filter((one) => one.kind === 'control-answered');
  return [...new Map(seen.map(({ local, mapped }) => [local, { local, mapped: mapped.port }])).values()];
}

function publicAddresses(observations: readonly Observation[], ports: readonly PortEvidence[]): string[] {
  const seen = observations.flatMap((one) =>
    one.kind === 'control-answered' && one.role === 'primary' ? [one.mapped.address] : [],
  );
  const addresses = [...seen, ...ports.flatMap(({ mapped }) => mapped?.address ?? [])];
  return [...new Set(addresses)].sort();
}
