import { type Enclosure, enclosure, type Milliseconds, worstOf } from '../base/index.ts';
import type { ProbePlan, Question, Step } from '../plan/index.ts';
import type { Controls } from './controls.ts';
import type { Newcomers } from './newcomers.ts';
import type { Path } from './path.ts';
import type { Sentinels } from './sentinels.ts';

/** Who can tell whether all was well when a try was sent. */
export interface Witnesses {
  readonly plan: ProbePlan;
  readonly path: Path;
  readonly controls: Controls;
  readonly sentinels: Sentinels;
  readonly newcomers: Newcomers;
}

export interface Unanswered {
  readonly question: Question;
  readonly step: Step;
  readonly sent: readonly Milliseconds[];
}

/**
 * What is to be done with a question that has no answer yet. A try counts only between probes that were answered: else
 * an interruption of the path, or a router that has begun to refuse us, would pass for a closed port
 * (docs/decisions/0001).
 */
export function whatNext(
  { sent, step, question }: Unanswered,
  witnesses: Witnesses,
): 'try' | 'wait' | 'silent' | 'given-up' {
  const { path, plan } = witnesses;
  if (sent.length < plan.tries.atLeast) return 'try';
  const needed = path.triesNeeded(plan.tries);
  if (sent.length < Math.min(needed, plan.tries.atMost)) return 'try';
  const states = sent.map((time) => stateAt(time, { step, question }, witnesses));
  const good = sent.filter((_, index) => states[index] === 'both');
  if (good.length >= needed && areApart(good, witnesses)) return 'silent';
  const mayCount = sent.filter((_, index) => states[index] !== 'lost');
  const isSoon = areApart(mayCount, witnesses) || !isRoundSince(sent.at(-1), witnesses);
  if (mayCount.length >= needed && isSoon) return 'wait';
  return sent.length < plan.tries.atMost ? 'try' : 'given-up';
}

/**
 * An interruption that falls between two rounds of probes must not take all tries: where rounds are rare, as with a
 * slow server, it would leave no other trace.
 */
function areApart(tries: readonly Milliseconds[], { controls }: Witnesses): boolean {
  const [first = 0, last = 0] = [tries[0], tries.at(-1)];
  const between = controls.probes('primary').findLast(({ sentAt }) => sentAt <= last);
  return between !== undefined && between.sentAt > first;
}

const isRoundSince = (time: Milliseconds = 0, { controls }: Witnesses): boolean =>
  (controls.probes('primary').at(-1)?.sentAt ?? 0) > time;

/** What the probes of all roles that the question needs, and the sentinels, say of that time. */
function stateAt(
  time: Milliseconds,
  { step, question }: Pick<Unanswered, 'step' | 'question'>,
  { controls, sentinels, newcomers }: Witnesses,
): Enclosure {
  return worstOf([controls.around(time, step), sentinelState(sentinels, time), newcomers.around(time, question)]);
}

/** Where no sentinel is to be had, nothing can be asked of it; the last one may be farther away. */
function sentinelState({ probes, coming }: Sentinels, time: Milliseconds): Enclosure {
  const first = probes[0];
  if (!first) return coming ? 'open' : 'both';
  const before = time < first.sentAt ? [{ sentAt: Number.NEGATIVE_INFINITY, answered: true }, ...probes] : probes;
  const state = enclosure(before, time, Number.POSITIVE_INFINITY);
  return state === 'open' && !coming && probes.every(({ answered }) => answered !== null) ? 'both' : state;
}
