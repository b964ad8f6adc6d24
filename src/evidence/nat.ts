import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { NatObservation, NatQuestion } from '../engine/index.ts';

/** One packet there and back. */
export interface Trip {
  readonly sentAt: Milliseconds;
  /** null: it did not come back. */
  readonly returnedAt: Milliseconds | null;
}

export interface NatEvidence {
  /** The asking port as the machine itself knows it; null: nothing was sent. */
  readonly local: number | null;
  /** The mapping that each destination saw; absent: no answer. */
  readonly mapped: Readonly<Partial<Record<NatQuestion, Endpoint>>>;
  readonly answers: Readonly<Partial<Record<NatQuestion, 'yes' | 'no'>>>;
  /** In the order of sending. */
  readonly trips: readonly Trip[];
  readonly cancelled: boolean;
}

/** How many packets of the path must have come back in the end, after the last question of the filter was asked. */
const ALIVE = 3;

/** Folds what was seen, in any order. A silence counts only if the path lived before and after it. */
export function collectNat(observations: readonly NatObservation[]): NatEvidence {
  const sent = observations.filter((seen) => seen.kind === 'nat-sent');
  const answered = observations.filter((seen) => seen.kind === 'nat-answered').sort((a, b) => a.at - b.at);
  const trips = sent
    .filter(({ question }) => question === 'path')
    .map(({ at }) => ({
      sentAt: at,
      returnedAt: answered.find(({ question, sentAt }) => question === 'path' && sentAt === at)?.at ?? null,
    }))
    .sort((a, b) => a.sentAt - b.sentAt);
  const mapped: Partial<Record<NatQuestion, Endpoint>> = {};
  const answers: Partial<Record<NatQuestion, 'yes' | 'no'>> = {};
  for (const { question, mapped: at } of answered) {
    mapped[question] ??= at;
    answers[question] = 'yes';
  }
  for (const seen of observations)
    if (seen.kind === 'nat-silent' && seen.tries >= 7 && livedAround(seen.question, sent, trips))
      answers[seen.question] ??= 'no';
  return {
    local: sent.find(({ question }) => question === 'mapping-1')?.local ?? null,
    mapped,
    answers,
    trips,
    cancelled: observations.some(({ kind }) => kind === 'nat-cancelled'),
  };
}

type Sent = Extract<NatObservation, { kind: 'nat-sent' }>;

function livedAround(question: NatQuestion, sent: readonly Sent[], trips: readonly Trip[]): boolean {
  const times = sent.filter((one) => one.question === question).map(({ at }) => at);
  const alive = trips.filter(({ returnedAt }) => returnedAt !== null);
  const during = alive.filter(({ sentAt }) => sentAt >= Math.min(...times) && sentAt <= Math.max(...times));
  const after = alive.filter(({ sentAt }) => sentAt > Math.max(...times));
  return during.length >= ALIVE && after.length >= ALIVE;
}
