import { type Enclosure, enclosure, type Milliseconds, sameEndpoint } from '../base/index.ts';
import type { ProbePlan, Step } from '../plan/index.ts';
import type { Controls } from './controls.ts';
import type { Path } from './path.ts';
import type { Sentinels } from './sentinels.ts';

/** Who can tell whether all was well when a try was sent. */
export interface Witnesses {
  readonly plan: ProbePlan;
  readonly path: Path;
  readonly controls: Controls;
  readonly sentinels: Sentinels;
}

/** How near to a try its probes must be. */
const FARTHEST_PROBE: Milliseconds = 5000;

/**
 * What is to be done with a question that has no answer yet. A try counts only between probes that were answered: else
 * an interruption of the path, or a router that has begun to refuse us, would pass for a closed port
 * (docs/decisions/0001).
 */
export function whatNext(
  { sent, step }: { readonly sent: readonly Milliseconds[]; readonly step: Step },
  witnesses: Witnesses,
): 'try' | 'wait' | 'silent' | 'given-up' {
  const { path, plan } = witnesses;
  if (sent.length < plan.tries.atLeast) return 'try';
  const needed = path.triesNeeded(plan.tries);
  if (sent.length < Math.min(needed, plan.tries.atMost)) return 'try';
  const states = sent.map((time) => stateAt(time, step, witnesses));
  const good = states.filter((state) => state === 'both').length;
  if (good >= needed) return 'silent';
  if (good + states.filter((state) => state === 'open').length >= needed) return 'wait';
  return sent.length < plan.tries.atMost ? 'try' : 'given-up';
}

/** What the probes of all roles that the question needs, and the sentinels, say of that time. */
function stateAt(time: Milliseconds, { answerFrom }: Step, { plan, controls, sentinels }: Witnesses): Enclosure {
  const reach = Math.max(FARTHEST_PROBE, 3 * plan.controlEvery);
  const roles = plan.controls.filter(({ role, endpoint }) => role === 'primary' || sameEndpoint(endpoint, answerFrom));
  const states = roles.map(({ role }) => enclosure(controls.probes(role), time, reach));
  states.push(sentinelState(sentinels, time));
  if (states.includes('lost')) return 'lost';
  return states.includes('open') ? 'open' : 'both';
}

/** Where no sentinel is to be had, nothing can be asked of it; the last one may be farther away. */
function sentinelState({ probes, coming }: Sentinels, time: Milliseconds): Enclosure {
  const first = probes[0];
  if (!first) return coming ? 'open' : 'both';
  const before = time < first.sentAt ? [{ sentAt: Number.NEGATIVE_INFINITY, answered: true }, ...probes] : probes;
  const state = enclosure(before, time, Number.POSITIVE_INFINITY);
  return state === 'open' && !coming && probes.every(({ answered }) => answered !== null) ? 'both' : state;
}
