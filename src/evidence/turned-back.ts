import type { Observation, ServerObservation } from '../engine/index.ts';
import type { TurnedBack } from './types.ts';

type Seen = Extract<Observation | ServerObservation, { kind: 'turned-back' | 'server-turned-back' }>;

/** The earliest; of several at one time the one that comes first by name. */
export function firstTurnedBack(observations: readonly (Observation | ServerObservation)[]): TurnedBack | null {
  const seen = observations.filter(
    (one): one is Seen => one.kind === 'turned-back' || one.kind === 'server-turned-back',
  );
  const [first] = seen.sort((a, b) => a.at - b.at || a.by.localeCompare(b.by) || a.type - b.type || a.code - b.code);
  return first ? { by: first.by, type: first.type, code: first.code } : null;
}
