import type { ServerObservation, ServerQuestion } from '../engine/index.ts';
import type { TurnedBack } from './types.ts';

/** What became of one question to a server. */
export type Outcome =
  | { readonly kind: 'answered' }
  | { readonly kind: 'refused'; readonly code: number }
  /** What came was no valid answer. */
  | { readonly kind: 'invalid' }
  /** It was answered, but from the address, or to the port, as if nothing else had been asked for. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'turned-back'; readonly by: TurnedBack['by'] }
  | { readonly kind: 'silent' }
  /** Not asked, or dropped before its end. */
  | { readonly kind: 'open' };

/** `primary`: what comes from there in the place of another role is the answer of a server that did not heed the question. */
export function outcomeOf(
  question: ServerQuestion,
  observations: readonly ServerObservation[],
  primary: string,
): Outcome {
  const seen = observations.filter((one) => 'question' in one && one.question === question);
  if (seen.some(({ kind }) => kind === 'server-answered')) return { kind: 'answered' };
  const refused = seen.find((one) => one.kind === 'server-refused');
  if (refused) return { kind: 'refused', code: refused.code };
  const strange = seen.filter((one) => one.kind === 'server-strange');
  if (strange.some((one) => isInvalid(one, primary))) return { kind: 'invalid' };
  if (strange.length > 0) return { kind: 'ignored' };
  const back = seen.find((one) => one.kind === 'server-turned-back');
  if (back) return { kind: 'turned-back', by: back.by };
  return { kind: seen.some(({ kind }) => kind === 'server-silent') ? 'silent' : 'open' };
}

type Strange = Extract<ServerObservation, { kind: 'server-strange' }>;

/** Such as no server sends that merely does not know the question. */
export const isInvalid = ({ what, source }: Strange, primary: string): boolean =>
  what !== 'wrong-socket' && (what !== 'wrong-source' || source.address !== primary);
