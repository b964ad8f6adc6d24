import type { CallObservation, CallState } from '../engine/index.ts';
import type { CallPlan } from '../plan/index.ts';
import type { Listening } from './types.ts';

/** What the observations of one TCP port add up to. */
export interface CallEvidence {
  readonly port: number;
  readonly listening: Listening;
  /** The checked ports on which calls for this one arrived, ascending. */
  readonly arrivedOn: readonly number[];
  /** How calls ended that count: the reflector was alive, and the path open, all the time. */
  readonly ended: readonly CallState[];
  /** So many make a no. */
  readonly callsNeeded: number;
  /** The server calls back, for those who show a token. */
  readonly canAsk: boolean;
  /** It was asked for at least one call. */
  readonly isAsked: boolean;
}

export interface CallRunEvidence {
  /** In the order of the plan. */
  readonly ports: readonly CallEvidence[];
  readonly cancelled: boolean;
}

/** Folds the observations of a run; their order does not matter, nor does it whether one is there twice. */
export function collectCalls(plan: CallPlan, observations: readonly CallObservation[]): CallRunEvidence {
  const byPort = new Map<number, CallObservation[]>(plan.slices.flat().map((port) => [port, []]));
  for (const seen of observations) if ('port' in seen) byPort.get(seen.port)?.push(seen);
  return {
    ports: [...byPort].map(([port, seen]) => collectPort(port, seen, plan)),
    cancelled: observations.some(({ kind }) => kind === 'call-cancelled'),
  };
}

function collectPort(port: number, seen: readonly CallObservation[], plan: CallPlan): CallEvidence {
  const arrived = seen.flatMap((one) => (one.kind === 'call-arrived' ? [one.arrivedOn] : []));
  const ended = new Map<number, CallState>();
  for (const one of seen)
    if (one.kind === 'call-ended' && one.counts && one.state !== null) ended.set(one.call, one.state);
  return {
    port,
    listening: listening(seen),
    arrivedOn: [...new Set(arrived)].sort((a, b) => a - b),
    ended: [...ended].sort(([a], [b]) => a - b).map(([, state]) => state),
    callsNeeded: plan.callsNeeded,
    canAsk: plan.token !== null,
    isAsked: seen.some(({ kind }) => kind === 'call-asked'),
  };
}

function listening(seen: readonly CallObservation[]): Listening {
  const failed = seen.find((one) => one.kind === 'call-not-listening');
  if (failed) return { kind: 'no', failure: failed.failure };
  return { kind: seen.some(({ kind }) => kind === 'call-listening') ? 'yes' : 'unknown' };
}
