import { enclosure, type Milliseconds, type Probe, sameEndpoint, withoutLone } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import type { ProbePlan, ProbeRole, Question } from '../plan/index.ts';
import type { Sightings } from './sift.ts';

/** How near to a try its control probes must be. */
const WINDOW: Milliseconds = 5000;

/** Questions whose silence may be the router's having no room for one more flow, of whichever direction. */
const NEED_ROOM: ReadonlySet<Question> = new Set<Question>([
  ...['outbound', 'relay', 'warm', 'change-port'],
  ...['cold', 'cold-near'],
] as const);
/** Those that say "nothing gets out": they count only where others are seen to get out. */
const FROM_THE_PORT: ReadonlySet<Question> = new Set<Question>(['outbound', 'relay']);

/** As many in a row are a refusal, for which the run pauses; what comes after it is asked more slowly. */
const REFUSED_AFTER = 8;
/** The chance that the line's own loss takes so many sentinels in a row, anywhere in the run. */
const NO_CHANCE = 1e-4;

/** What a silence is worth: proof; or nothing, because the server, or the router, was not to be reached then. */
export type Backing = 'backed' | 'server-silent' | 'scan-protection';

/** A probe of that role was answered before, and another one after. */
export interface Witness {
  readonly role: ProbeRole;
  readonly before: Milliseconds;
  readonly after: Milliseconds;
}

type Silence = Extract<Observation, { kind: 'silent' }>;

/** Whether all was well when a question stayed without an answer (docs/decisions/0001). */
export class ControlRecord {
  readonly #plan: ProbePlan;
  readonly #window: Milliseconds;
  readonly #controls: ReadonlyMap<ProbeRole, readonly Probe[]>;
  readonly #sentinels: readonly Probe[];
  /** Newcomers, without those that may have been lost by chance. */
  readonly #room: readonly Probe[];
  /** The router lets in only so many new flows in a while: then a sentinel that has rested says nothing of tries that come in a crowd. */
  readonly #isLimited: boolean;

  constructor(plan: ProbePlan, { controls, sentinels }: Pick<Sightings, 'controls' | 'sentinels'>) {
    this.#plan = plan;
    this.#window = Math.max(WINDOW, 3 * plan.controlEvery);
    this.#controls = new Map([...controls].map(([role, probes]) => [role, inOrder(probes)]));
    this.#sentinels = inOrder(sentinels);
    this.#room = withoutLone(this.#controls.get('newcomer') ?? []);
    this.#isLimited = this.#findLimit();
  }

  /** Enough tries lie between probes of all roles that were answered, and between sentinels that were. */
  back({ at, question, needed }: Silence, tries: readonly Milliseconds[]): Backing {
    const alive = tries.filter((time) => this.#rolesOf(question).every((role) => this.#livedAt(role, time)));
    if (alive.length < needed) return 'server-silent';
    if (this.#isLimited && !FROM_THE_PORT.has(question)) return 'scan-protection';
    const flowing = alive.filter((time) => isFine(this.#sentinels, time, at) && this.#hasRoom(time, at, question));
    return flowing.length < needed ? 'scan-protection' : 'backed';
  }

  /** Of each role that a question needs: the answered probes next to these tries, on either side. */
  beside(question: Question, first: Milliseconds, last: Milliseconds): Witness[] {
    return this.#rolesOf(question).flatMap((role) => {
      const answered = (this.#controls.get(role) ?? []).filter((probe) => probe.answered);
      const before = answered.findLast(({ sentAt }) => sentAt <= first);
      const after = answered.find(({ sentAt }) => sentAt >= last);
      return before && after ? [{ role, before: before.sentAt, after: after.sentAt }] : [];
    });
  }

  /** Several sentinels in a row were lost, more than the control probes explain, and soon one came in all the same. */
  #findLimit(): boolean {
    const probes = [...this.#controls].flatMap(([role, of]) => (role === 'newcomer' ? [] : of));
    const line = { lost: probes.filter(({ answered }) => !answered).length, of: probes.length };
    const roles = this.#rolesOf('sentinel');
    let inARow = 0;
    return this.#sentinels.some(({ sentAt, answered }) => {
      const lost = inARow;
      const isAlive = roles.every((role) => this.#livedAt(role, sentAt));
      inARow = answered ? 0 : inARow + Number(isAlive);
      return answered && lost < REFUSED_AFTER && this.#sentinels.length * chanceOf(lost, line) < NO_CHANCE;
    });
  }

  #rolesOf(question: Question): ProbeRole[] {
    const from = this.#plan.steps[question]?.answerFrom;
    const awaited = this.#plan.controls.filter(({ endpoint }) => from !== undefined && sameEndpoint(endpoint, from));
    return ['primary', ...awaited.map(({ role }) => role)];
  }

  #livedAt(role: ProbeRole, time: Milliseconds): boolean {
    return enclosure(this.#controls.get(role) ?? [], time, this.#window) === 'both';
  }

  /** Flows that were new to the router got out at that time: then the silence is not its having no room for this one. */
  #hasRoom(time: Milliseconds, over: Milliseconds, question: Question): boolean {
    if (FROM_THE_PORT.has(question)) return this.#livedAt('newcomer', time);
    return !NEED_ROOM.has(question) || isFine(this.#room, time, over);
  }
}

/**
 * The chance that so many more are lost in a row. What the probes say of the line may be chance, too, so that each loss
 * makes the next one likelier (Laplace's rule of succession).
 */
function chanceOf(inARow: number, { lost, of }: { readonly lost: number; readonly of: number }): number {
  let chance = 1;
  for (let more = 0; more < inARow; more++) chance *= (lost + 1 + more) / (of + 2 + more);
  return chance;
}

/**
 * Before the first sentinel nobody had been refused yet, as far as is known. Those that were asked when the silence
 * was over say nothing of it: it was held to be over because none was left.
 */
function isFine(probes: readonly Probe[], time: Milliseconds, over: Milliseconds): boolean {
  const before = probes.findLast(({ sentAt }) => sentAt <= time);
  const after = probes.find(({ sentAt }) => sentAt >= time && sentAt < over);
  return before?.answered !== false && after?.answered !== false;
}

/** Once each: what is there twice was sent once, and is answered if any of the two says so. */
function inOrder(probes: readonly Probe[]): Probe[] {
  const byTime = new Map<Milliseconds, Probe>();
  for (const probe of probes) if (!byTime.get(probe.sentAt)?.answered) byTime.set(probe.sentAt, probe);
  return [...byTime.values()].sort((a, b) => a.sentAt - b.sentAt);
}
