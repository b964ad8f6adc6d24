import type { MapAnswer, MapDialect } from './map-dialect.ts';
import type { MapOutcome, Mapping, MapTask } from './mapping.ts';

/** One request of NAT-PMP or PCP. `seconds` 0: it deletes. */
export interface MapQuestion {
  readonly mapping: Mapping;
  readonly seconds: number;
  readonly firm: boolean;
}

/** Asks, hears the answer that belongs to it (null: none came), and in the end knows what became of the mapping. */
export type MapDialogue = Generator<MapQuestion, MapOutcome | 'unsupported', ToMapping | null>;

/** An answer to a request for a mapping. */
export type ToMapping = Extract<MapAnswer, { kind: 'mapped' | 'refused' }>;

export const dialogueFor = (task: MapTask, mapping: Mapping, dialect: MapDialect): MapDialogue =>
  task.kind === 'make' ? make(mapping, task.lifetime, dialect) : remove(mapping, dialect);

/** Another public port than the one that was asked for is never a success: it is given back at once. */
function* make(mapping: Mapping, seconds: number, dialect: MapDialect): MapDialogue {
  let answer = yield { mapping, seconds, firm: true };
  if (answer?.kind === 'refused' && dialect.outcomeOf(answer.code) === 'not-firm')
    answer = yield { mapping, seconds, firm: false };
  if (answer === null) return { kind: 'no-answer' };
  if (answer.kind === 'refused') return refusal(answer.code, dialect);
  if (answer.externalPort === mapping.port) return { kind: 'made', lifetime: answer.lifetime };
  const undone = yield { mapping, seconds: 0, firm: false };
  return { kind: 'conflict', owner: null, left: undone?.kind === 'mapped' ? null : answer.externalPort };
}

function* remove(mapping: Mapping, dialect: MapDialect): MapDialogue {
  const answer = yield { mapping, seconds: 0, firm: false };
  if (answer === null) return { kind: 'no-answer' };
  if (answer.kind === 'mapped') return { kind: 'deleted' };
  const outcome = refusal(answer.code, dialect);
  return outcome !== 'unsupported' && outcome.kind === 'denied' ? { kind: 'not-ours', owner: null } : outcome;
}

function refusal(code: number, dialect: MapDialect): MapOutcome | 'unsupported' {
  const outcome = dialect.outcomeOf(code);
  return outcome === 'not-firm' ? { kind: 'failed', code } : outcome;
}
