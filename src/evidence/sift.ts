import type { Milliseconds } from '../base/index.ts';
import type { Observation, StrangeAnswer } from '../engine/index.ts';
import type { Question } from '../plan/index.ts';
import type { SocketFailure } from '../system/index.ts';

/** The observations of one port, by what they are about. */
export interface PortSightings {
  listens: boolean;
  notListening: SocketFailure | null;
  notSent: SocketFailure | null;
  /** When the port sent its first own packet: from then on one may be let in because of it. */
  firstOwnPacket: Milliseconds;
  readonly strange: StrangeAnswer[];
  readonly byQuestion: Partial<Record<Question, Observation[]>>;
}

/** A try to reach again a port that had been let in. */
export interface SentinelTry {
  readonly sentAt: Milliseconds;
  readonly answered: boolean;
}

export type ControlAnswer = Extract<Observation, { kind: 'control-answered' }>;

export interface Sightings {
  readonly ports: ReadonlyMap<number, PortSightings>;
  readonly controls: readonly ControlAnswer[];
  readonly sentinels: readonly SentinelTry[];
  readonly controlFailure: SocketFailure | null;
  readonly cancelled: boolean;
}

/** Questions that are asked for a port, not by it. */
const ASKED_FOR_IT: ReadonlySet<Question> = new Set(['cold', 'sentinel']);

/** Sorts all observations in one pass: there may be a hundred thousand. */
export function sift(ports: readonly number[], observations: readonly Observation[]): Sightings {
  const byPort = new Map(ports.map((port) => [port, noSightings()]));
  const controls: ControlAnswer[] = [];
  const sentinels: SentinelTry[] = [];
  let controlFailure: SocketFailure | null = null;
  let cancelled = false;
  for (const seen of observations) {
    if (seen.kind === 'control-answered') controls.push(seen);
    else if (seen.kind === 'control-failed') controlFailure = seen.failure;
    else if (seen.kind === 'cancelled') cancelled = true;
    else if ('port' in seen) {
      note(byPort.get(seen.port), seen);
      const sentinel = sentinelTry(seen);
      if (sentinel) sentinels.push(sentinel);
    }
  }
  return { ports: byPort, controls, sentinels, controlFailure, cancelled };
}

function sentinelTry(seen: Observation): SentinelTry | null {
  if (seen.kind === 'sent' && seen.question === 'sentinel') return { sentAt: seen.at, answered: false };
  const answered = seen.kind === 'answered' && seen.question === 'sentinel' && seen.arrivedOn === seen.port;
  return answered ? { sentAt: seen.sentAt, answered } : null;
}

const noSightings = (): PortSightings => ({
  listens: false,
  notListening: null,
  notSent: null,
  firstOwnPacket: Number.POSITIVE_INFINITY,
  strange: [],
  byQuestion: {},
});

function note(port: PortSightings | undefined, seen: Extract<Observation, { port: number }>): void {
  if (!port) return;
  if (seen.kind === 'listening') port.listens = true;
  else if (seen.kind === 'not-listening') port.notListening = seen.failure;
  else if (seen.kind === 'not-sent') port.notSent = seen.failure;
  else if (seen.kind !== 'finished') noteAboutQuestion(port, seen);
}

function noteAboutQuestion(
  port: PortSightings,
  seen: Extract<Observation, { question: Question; port: number }>,
): void {
  if (seen.kind === 'strange') port.strange.push(seen.what);
  if (seen.kind === 'sent' && !ASKED_FOR_IT.has(seen.question))
    port.firstOwnPacket = Math.min(port.firstOwnPacket, seen.at);
  const about = port.byQuestion[seen.question];
  if (about) about.push(seen);
  else port.byQuestion[seen.question] = [seen];
}
