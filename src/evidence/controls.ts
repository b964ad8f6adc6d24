import type { Milliseconds } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import type { ControlRole, ProbePlan, Question } from '../plan/index.ts';
import type { SentinelTry, Sightings } from './sift.ts';

/** How near to a silence its control probes must be. */
const WINDOW: Milliseconds = 5000;

type Silence = Extract<Observation, { kind: 'silent' }>;

/** Which silences are backed by control probes that were answered before and after them. */
export class ControlRecord {
  readonly #sent = new Map<ControlRole, readonly Milliseconds[]>();
  readonly #plan: ProbePlan;
  readonly #window: Milliseconds;
  readonly #sentinels: readonly SentinelTry[];

  constructor(plan: ProbePlan, { controls: answers, sentinels }: Pick<Sightings, 'controls' | 'sentinels'>) {
    this.#sentinels = sentinels;
    this.#plan = plan;
    this.#window = Math.max(WINDOW, 3 * plan.controlEvery);
    for (const { role } of plan.controls) {
      const times = answers.filter((answer) => answer.role === role).map(({ sentAt }) => sentAt);
      this.#sent.set(
        role,
        times.sort((a, b) => a - b),
      );
    }
  }

  /** docs/decisions/0001: the primary, and the role whose answer was awaited, lived before and after. */
  back(silence: Silence): boolean {
    return this.#rolesOf(silence.question).every((role) => this.#livedAround(role, silence));
  }

  /**
   * What came from the alternate address was let in before, and after this silence no longer: the router has begun
   * to refuse us, and the silence says nothing of the port.
   */
  refusedSince({ question, lastSentAt }: Silence): boolean {
    if (this.#plan.steps[question]?.answerFrom.address !== this.#plan.server.alternate?.address) return false;
    const later = this.#sentinels.filter(({ sentAt }) => sentAt >= lastSentAt);
    return later.length > 0 && !later.some(({ answered }) => answered);
  }

  #rolesOf(question: Question): ControlRole[] {
    const from = this.#plan.steps[question]?.answerFrom;
    const awaited = this.#plan.controls.filter(
      ({ endpoint }) => endpoint.address === from?.address && endpoint.port === from.port,
    );
    return ['primary', ...awaited.map(({ role }) => role)];
  }

  #livedAround(role: ControlRole, { firstSentAt, lastSentAt }: Silence): boolean {
    const times = this.#sent.get(role) ?? [];
    const before = times[firstAfter(times, firstSentAt) - 1];
    const after = times[firstAtOrAfter(times, lastSentAt)];
    if (before === undefined || after === undefined) return false;
    return firstSentAt - before <= this.#window && after - lastSentAt <= this.#window;
  }
}

/** Index of the first time that is later than `time`. */
const firstAfter = (times: readonly number[], time: number): number => search(times, (at) => at > time);

const firstAtOrAfter = (times: readonly number[], time: number): number => search(times, (at) => at >= time);

function search(times: readonly number[], holds: (time: number) => boolean): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(times[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
