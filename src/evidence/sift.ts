import type { Milliseconds, Probe } from '../base/index.ts';
import type { Observation, StrangeAnswer } from '../engine/index.ts';
import type { ProbeRole, Question } from '../plan/index.ts';
import type { SocketFailure } from '../system/index.ts';

/** The observations of one port, by what they are about. */
export interface PortSightings {
  listens: boolean;
  notListening: SocketFailure | null;
  notSent: Extract<Failed, { kind: 'not-sent' }> | null;
  /** When each question was asked for the first time. */
  readonly firstSent: Partial<Record<Question, Milliseconds>>;
  readonly strange: Set<StrangeAnswer>;
  readonly byQuestion: Partial<Record<Question, Observation[]>>;
}

export type ControlAnswer = Extract<Observation, { kind: 'control-answered' }>;

export interface Sightings {
  readonly ports: ReadonlyMap<number, PortSightings>;
  /** By whom they were asked, and how they were seen. */
  readonly controlAnswers: readonly ControlAnswer[];
  /** Answered and lost, in no order, some perhaps twice. */
  readonly controls: ReadonlyMap<ProbeRole, readonly Probe[]>;
  readonly sentinels: readonly Probe[];
  /** Ports that had been let in were refused later on. */
  readonly refused: boolean;
  /** The run ended because control probes were no longer answered. */
  readonly lost: boolean;
  /** The server said that it was asked too much. */
  readonly throttled: boolean;
  readonly filter: 'open' | 'closed' | 'unknown';
  readonly controlFailure: SocketFailure | null;
  readonly cancelled: boolean;
}

/** What the system refused; the first time counts. */
type Failed = Extract<Observation, { kind: 'control-failed' | 'not-sent' }>;

const earlier = <T extends Failed>(known: T | null, seen: T): T => (known && known.at <= seen.at ? known : seen);

interface Flags {
  cancelled: boolean;
  refused: boolean;
  lost: boolean;
  throttled: boolean;
  filter: Sightings['filter'];
  failed: Extract<Failed, { kind: 'control-failed' }> | null;
}

/** Sorts all observations in one pass: there may be a hundred thousand. */
export function sift(ports: readonly number[], observations: readonly Observation[]): Sightings {
  const byPort = new Map(ports.map((port) => [port, noSightings()]));
  const controlAnswers: ControlAnswer[] = [];
  const controls = new Map<ProbeRole, Probe[]>();
  const sentinels: Probe[] = [];
  const flags: Flags = {
    cancelled: false,
    refused: false,
    lost: false,
    throttled: false,
    filter: 'unknown',
    failed: null,
  };
  for (const seen of observations) {
    if (seen.kind === 'control-answered') controlAnswers.push(seen);
    if (seen.kind === 'control-answered' || seen.kind === 'control-lost') noteControl(controls, seen);
    else if ('port' in seen) noteOfPort(byPort.get(seen.port), sentinels, seen);
    else noteOfRun(flags, seen);
  }
  const { failed, ...known } = flags;
  return { ports: byPort, controlAnswers, controls, sentinels, controlFailure: failed?.failure ?? null, ...known };
}

type OfControl = Extract<Observation, { kind: 'control-answered' | 'control-lost' }>;

function noteControl(controls: Map<ProbeRole, Probe[]>, { role, sentAt, kind }: OfControl): void {
  const probes = controls.get(role) ?? [];
  probes.push({ sentAt, answered: kind === 'control-answered' });
  controls.set(role, probes);
}

function noteOfRun(flags: Flags, seen: Observation): void {
  if (seen.kind === 'control-failed') flags.failed = earlier(flags.failed, seen);
  else if (seen.kind === 'cancelled') flags.cancelled = true;
  else if (seen.kind === 'refused-by-router') flags.refused = true;
  else if (seen.kind === 'server-lost') flags.lost = true;
  else if (seen.kind === 'throttled') flags.throttled = true;
  else if (seen.kind === 'filter-open') flags.filter = 'open';
  else if (seen.kind === 'filter-closed' && flags.filter === 'unknown') flags.filter = 'closed';
}

function noteOfPort(
  port: PortSightings | undefined,
  sentinels: Probe[],
  seen: Extract<Observation, { port: number }>,
): void {
  note(port, seen);
  const sentinel = sentinelTry(seen);
  if (sentinel) sentinels.push(sentinel);
}

function sentinelTry(seen: Observation): Probe | null {
  if (seen.kind === 'sent' && seen.question === 'sentinel') return { sentAt: seen.at, answered: false };
  const answered = seen.kind === 'answered' && seen.question === 'sentinel' && seen.arrivedOn === seen.port;
  return answered ? { sentAt: seen.sentAt, answered } : null;
}

const noSightings = (): PortSightings => ({
  listens: false,
  notListening: null,
  notSent: null,
  firstSent: {},
  strange: new Set(),
  byQuestion: {},
});

function note(port: PortSightings | undefined, seen: Extract<Observation, { port: number }>): void {
  if (!port) return;
  if (seen.kind === 'listening') port.listens = true;
  else if (seen.kind === 'not-listening') port.notListening = seen.failure;
  else if (seen.kind === 'not-sent') port.notSent = earlier(port.notSent, seen);
  else if (seen.kind !== 'finished') noteAboutQuestion(port, seen);
}

function noteAboutQuestion(
  port: PortSightings,
  seen: Extract<Observation, { question: Question; port: number }>,
): void {
  if (seen.kind === 'strange') port.strange.add(seen.what);
  if (seen.kind === 'sent')
    port.firstSent[seen.question] = Math.min(port.firstSent[seen.question] ?? Number.POSITIVE_INFINITY, seen.at);
  const about = port.byQuestion[seen.question];
  if (about) about.push(seen);
  else port.byQuestion[seen.question] = [seen];
}
