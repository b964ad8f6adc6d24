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

export type ControlAnswer = Extract<Observation, { kind: 'control-answered' }>;

export interface Sightings {
  readonly ports: ReadonlyMap<number, PortSightings>;
  readonly controls: readonly ControlAnswer[];
  readonly controlFailure: SocketFailure | null;
  readonly cancelled: boolean;
}

/** Sorts all observations in one pass: there may be a hundred thousand. */
export function sift(ports: readonly number[], observations: readonly Observation[]): Sightings {
  const byPort = new Map(ports.map((port) => [port, noSightings()]));
  const controls: ControlAnswer[] = [];
  let controlFailure: SocketFailure | null = null;
  let cancelled = false;
  for (const seen of observations) {
    if (seen.kind === 'control-answered') controls.push(seen);
    else if (seen.kind === 'control-failed') controlFailure = seen.failure;
    else if (seen.kind === 'cancelled') cancelled = true;
    else if ('port' in seen) note(byPort.get(seen.port), seen);
  }
  return { ports: byPort, controls, controlFailure, cancelled };
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
  if (seen.kind === 'sent' && seen.question !== 'cold') port.firstOwnPacket = Math.min(port.firstOwnPacket, seen.at);
  const about = port.byQuestion[seen.question];
  if (about) about.push(seen);
  else port.byQuestion[seen.question] = [seen];
}
