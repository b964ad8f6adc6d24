import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { CallObservation, CallState, Observation } from '../engine/index.ts';
import type { ProbePlan, Question, Step } from '../plan/index.ts';
import { ControlRecord, type Witness } from './controls.ts';
import { sift } from './sift.ts';
import type { Answer, PortEvidence, Unknown } from './types.ts';

/** One question to one port, packet by packet: what a person wants to see who doubts an answer. */
export interface Exchange {
  readonly question: Question;
  readonly step: Step;
  readonly answer: Answer['kind'];
  /** null: there is an answer. */
  readonly why: Unknown | null;
  /** In the order of sending; never none. */
  readonly tries: readonly Try[];
  /** As the server saw whoever asked; null: nothing came back that says so. */
  readonly mapped: Endpoint | null;
  /** Of a `no` by silence: who was answered before and after. */
  readonly witnesses: readonly Witness[];
}

export interface Try {
  readonly at: Milliseconds;
  /** null: nothing came. */
  readonly answeredAt: Milliseconds | null;
  /** The checked port where it came in; absent: it was that of the question. */
  readonly arrivedOn?: number;
}

/** By port, in the order of asking. Sentinels are left out: they ask of the router, not of the port. */
export function collectExchanges(
  plan: ProbePlan,
  observations: readonly Observation[],
  ports: readonly PortEvidence[],
): ReadonlyMap<number, readonly Exchange[]> {
  const sightings = sift(
    ports.map(({ port }) => port),
    inOrder(observations),
  );
  const controls = new ControlRecord(plan, sightings);
  return new Map(
    ports.map(({ port, answers }) => {
      const asked = Object.entries(sightings.ports.get(port)?.byQuestion ?? {}) as [Question, Observation[]][];
      const exchanges = asked.flatMap(([question, seen]) => {
        const step = plan.steps[question];
        const tries = triesOf(seen, question === 'relay' ? null : port);
        if (!step || tries.length === 0 || question === 'sentinel') return [];
        return [{ ...{ question, step, tries }, ...outcomeOf(question, answers[question], seen, tries, controls) }];
      });
      return [port, exchanges.sort((a, b) => startOf(a) - startOf(b))] as const;
    }),
  );
}

/** Of two that say the same, the first counts, in whatever order they are stored. */
const inOrder = <T extends { readonly at: Milliseconds }>(seen: readonly T[]): readonly T[] =>
  seen.toSorted((a, b) => a.at - b.at);

const startOf = ({ tries }: Exchange): Milliseconds => tries[0]?.at ?? 0;

function outcomeOf(
  question: Question,
  answer: Answer,
  seen: readonly Observation[],
  tries: readonly Try[],
  controls: ControlRecord,
): Pick<Exchange, 'answer' | 'why' | 'mapped' | 'witnesses'> {
  const answered = seen.find((one) => one.kind === 'answered');
  const isSilence = answer.kind === 'no' && !answered;
  const [first, last] = [tries[0]?.at ?? 0, tries.at(-1)?.at ?? 0];
  return {
    answer: answer.kind,
    why: answer.kind === 'unknown' ? answer.why : null,
    mapped: answered?.mapped ?? null,
    witnesses: isSilence ? controls.beside(question, first, last) : [],
  };
}

/** Each once, though it may have been seen twice. `port`: where answers are awaited; null: elsewhere. */
function triesOf(seen: readonly Observation[], port: number | null): Try[] {
  const tries = new Map<Milliseconds, Try>();
  for (const one of seen)
    if (one.kind === 'sent' && !tries.has(one.at)) tries.set(one.at, { at: one.at, answeredAt: null });
  for (const one of seen) {
    if (one.kind !== 'answered' || tries.get(one.sentAt)?.answeredAt !== null) continue;
    const isHere = port === null || one.arrivedOn === port;
    tries.set(one.sentAt, { at: one.sentAt, answeredAt: one.at, ...(isHere ? {} : { arrivedOn: one.arrivedOn }) });
  }
  return [...tries.values()].sort((a, b) => a.at - b.at);
}

/** One call of a TCP port, as it was asked for, and how it ended. */
export interface CallTry extends Try {
  /** As the reflector says; null: it said nothing, or nothing that counts. */
  readonly state: CallState | null;
}

/** The calls of one TCP port, in the order of asking. */
export function collectCallTries(observations: readonly CallObservation[], port: number): CallTry[] {
  const about = inOrder(observations.filter((one) => 'port' in one && one.port === port));
  const asked = new Map<number, Milliseconds>();
  for (const one of about) if (one.kind === 'call-asked' && !asked.has(one.call)) asked.set(one.call, one.at);
  return [...asked].map(([call, at]) => {
    const arrived = about.find((one) => one.kind === 'call-arrived' && one.call === call);
    const ended = about.find((one) => one.kind === 'call-ended' && one.call === call && one.counts);
    return { at, answeredAt: arrived?.at ?? null, state: ended?.kind === 'call-ended' ? ended.state : null };
  });
}
