import type { Milliseconds } from './time.ts';

/** A probe that would be answered if all were well. */
export interface Probe {
  readonly sentAt: Milliseconds;
  /** null: not known yet. */
  readonly answered: boolean | null;
}

/** `both`: the probes just before and just after were answered; `lost`: one was not, or is missing; `open`: not known yet. */
export type Enclosure = 'both' | 'lost' | 'open';

/**
 * Whether all was well at a time: what the probes just before and just after it say, if they are no farther away than
 * `reach`. `probes` are in the order of their sending.
 */
export function enclosure(probes: readonly Probe[], time: Milliseconds, reach: Milliseconds): Enclosure {
  const next = firstAtOrAfter(probes, time);
  const before = probes[probes[next]?.sentAt === time ? next : next - 1];
  const after = probes[next];
  if (!before || before.answered === false || time - before.sentAt > reach) return 'lost';
  if (!after || before.answered === null || after.answered === null) return 'open';
  return after.answered && after.sentAt - time <= reach ? 'both' : 'lost';
}

/**
 * Without those that were lost alone, as happens by chance: who refuses one, refuses the next one, too. Of the last one
 * that is not known yet.
 */
export const withoutLone = (probes: readonly Probe[]): Probe[] =>
  probes.flatMap((probe, index) => {
    const [before, after] = [probes[index - 1]?.answered, probes[index + 1]?.answered];
    if (probe.answered !== false || before === false || after === false) return [probe];
    return after === true ? [] : [{ ...probe, answered: null }];
  });

/** What several witnesses say together. */
export function worstOf(states: readonly Enclosure[]): Enclosure {
  if (states.includes('lost')) return 'lost';
  return states.includes('open') ? 'open' : 'both';
}

function firstAtOrAfter(probes: readonly Probe[], time: Milliseconds): number {
  let low = 0;
  let high = probes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((probes[middle]?.sentAt ?? 0) >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
