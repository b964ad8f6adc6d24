import { type Endpoint, isSilence, type Milliseconds, type Probe, sameEndpoint } from '../base/index.ts';
import type { LifetimeObservation, OptInObservation, OptInQuestion } from '../engine/index.ts';

/** What was seen of hairpinning and fragments. */
export interface OptInEvidence {
  /** `no`: so many tries were silent, while the way to the server lived, that it counts. Absent: not known. */
  readonly answers: Readonly<Partial<Record<OptInQuestion, 'yes' | 'no'>>>;
  /** Code of the error answer. */
  readonly refusals: Readonly<Partial<Record<OptInQuestion, number>>>;
  /** Bytes of the longest answer. */
  readonly sizes: Readonly<Partial<Record<OptInQuestion, number>>>;
  /** Each of our sockets kept its mapping all the time, as far as was seen. */
  readonly steady: boolean;
}

/** How far a plain packet that came back may be away from the try that it vouches for. */
const OPT_IN_REACH: Milliseconds = 450;

export function collectOptIn(observations: readonly OptInObservation[]): OptInEvidence {
  const sent = observations.filter((seen) => seen.kind === 'opt-in-sent');
  const answered = observations.filter((seen) => seen.kind === 'opt-in-answered');
  const refused = observations.filter((seen) => seen.kind === 'opt-in-refused');
  const probes = probesOf(
    sent.filter(({ question }) => question === 'beside').map(({ at }) => at),
    answered.filter(({ question }) => question === 'beside').map(({ sentAt }) => sentAt),
  );
  const answers: Partial<Record<OptInQuestion, 'yes' | 'no'>> = {};
  const refusals: Partial<Record<OptInQuestion, number>> = {};
  const sizes: Partial<Record<OptInQuestion, number>> = {};
  for (const { question, code } of refused) refusals[question] = code;
  for (const { question, size } of answered) {
    answers[question] = 'yes';
    sizes[question] = Math.max(size, sizes[question] ?? 0);
  }
  for (const question of new Set(sent.map((one) => one.question))) {
    const tries = sent.filter((one) => one.question === question).map(({ at }) => at);
    if (refusals[question] === undefined && isSilence(tries, probes, OPT_IN_REACH)) answers[question] ??= 'no';
  }
  return { answers, refusals, sizes, steady: isSteady(answered) };
}

const LISTENERS: readonly OptInQuestion[] = ['own-listener', 'beside'];

function isSteady(answered: readonly { readonly question: OptInQuestion; readonly mapped: Endpoint }[]): boolean {
  const [first, ...rest] = answered.filter(({ question }) => LISTENERS.includes(question)).map(({ mapped }) => mapped);
  return first !== undefined && rest.every((mapped) => sameEndpoint(mapped, first));
}

/** In the order of their sending; what has not come back by now is lost. */
function probesOf(sent: readonly Milliseconds[], back: readonly Milliseconds[]): readonly Probe[] {
  const returned = new Set(back);
  return [...sent].sort((a, b) => a - b).map((sentAt) => ({ sentAt, answered: returned.has(sentAt) }));
}

/** What became of a mapping that slept for so long. */
export interface Sleep {
  readonly wait: Milliseconds;
  /** null: not known. */
  readonly lived: boolean | null;
  /** Since the last packet of any direction, when the packet was ordered that found the mapping alive. */
  readonly idle: Milliseconds;
  /** Since the last packet that left, when the last packet was ordered that found nothing. */
  readonly age: Milliseconds;
}

export interface LifetimeEvidence {
  /** Shortest first. */
  readonly sleeps: readonly Sleep[];
  /** Of the same way, median; null: nothing came back. */
  readonly roundTrip: Milliseconds | null;
  /** At least one mapping was there, and an answer found the way to it. */
  readonly began: boolean;
}

/** As the engine has it. */
const LIFETIME_REACH: Milliseconds = 250;

export function collectLifetime(observations: readonly LifetimeObservation[]): LifetimeEvidence {
  const asked = observations.filter((seen) => seen.kind === 'lifetime-asked');
  const arrived = observations.filter((seen) => seen.kind === 'lifetime-arrived');
  const back = observations.filter((seen) => seen.kind === 'lifetime-probe-arrived');
  const probes = probesOf(
    observations.filter(({ kind }) => kind === 'lifetime-probed').map(({ at }) => at),
    back.map(({ sentAt }) => sentAt),
  );
  const sleeps = [...new Set(asked.map(({ wait }) => wait))]
    .sort((a, b) => a - b)
    .map((wait): Sleep => {
      const tries = asked.filter((one) => one.wait === wait).sort((a, b) => a.at - b.at);
      const found = arrived.find((one) => one.wait === wait);
      const times = tries.map(({ at }) => at);
      const gone = isSilence(times, probes, LIFETIME_REACH) ? false : null;
      return {
        wait,
        lived: found ? true : gone,
        idle: tries.find(({ at }) => at === found?.sentAt)?.idle ?? 0,
        age: tries.at(-1)?.age ?? 0,
      };
    });
  const trips = back.map(({ at, sentAt }) => at - sentAt).sort((a, b) => a - b);
  return {
    sleeps,
    roundTrip: trips[trips.length >> 1] ?? null,
    began: observations.some(({ kind }) => kind === 'lifetime-waits'),
  };
}
