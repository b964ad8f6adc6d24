import { TOKEN_LASTS } from '../base/index.ts';
import type { ServerObservation, ServerQuestion } from '../engine/index.ts';
import { isInvalid } from './outcomes.ts';
import { firstTurnedBack } from './turned-back.ts';
import type { ServerEvidence } from './types.ts';

/** Folds what was seen of one server. */
export function collectServer(observations: readonly ServerObservation[]): ServerEvidence {
  const answered = (question: ServerQuestion) =>
    observations.find((seen) => seen.kind === 'server-answered' && seen.question === question);
  const binding = observations.find((seen) => seen.kind === 'server-answered' && seen.question === 'binding');
  const first = binding?.kind === 'server-answered' ? binding : null;
  const alternateAlive = !!answered('alternate') && !!answered('alternate-primary-port');
  return {
    binding: first ? 'answered' : bindingFailure(observations),
    garbled: first !== null && isGarbled(observations, first.source.address),
    mapsElsewhere: !answered('response-port') && !!answered('own-port'),
    repeats: isRepeating(observations),
    mapped: first?.mapped ?? null,
    other: first?.other ?? null,
    otherUnusable: first?.otherUnusable ?? null,
    alternateAlive,
    otherPortAlive: !!answered('primary-alternate-port'),
    responsePort: !!answered('response-port'),
    changeRequest: changeRequest(observations),
    allowedRate: first?.allowedRate ?? null,
    pass: first && first.token !== null ? { token: first.token, until: first.at + TOKEN_LASTS } : null,
    // It would call from its second address.
    calls: alternateAlive && (first?.calls ?? false),
    turnedBack: firstTurnedBack(observations),
    failure: observations.find((seen) => seen.kind === 'server-socket-failed')?.failure ?? null,
  };
}

/** So few may be chance. */
const REPEATS_NEEDED = 3;

/** All of its answers came again; but those that came last of all, after which nobody waited. */
function isRepeating(observations: readonly ServerObservation[]): boolean {
  const answers = observations.filter((seen) => seen.kind === 'server-answered');
  const again = new Set(observations.flatMap((seen) => (seen.kind === 'server-repeated' ? [seen.question] : [])));
  const last = Math.max(...answers.map(({ at }) => at));
  const watched = answers.filter(({ at }) => at < last);
  return watched.length >= REPEATS_NEEDED && watched.every(({ question }) => again.has(question));
}

/**
 * An answer from the primary in the place of another role is none of it: a server without a second address, or one that
 * does not know the question, sends it.
 */
function isGarbled(observations: readonly ServerObservation[], primary: string): boolean {
  const answered = new Set<ServerQuestion>();
  for (const seen of observations) if (seen.kind === 'server-answered') answered.add(seen.question);
  // Of these two one answer is enough, and the other question is dropped.
  if (answered.has('change-and-response-port')) answered.add('change-request');
  return observations.some((seen) => {
    return seen.kind === 'server-strange' && !answered.has(seen.question) && isInvalid(seen, primary);
  });
}

function bindingFailure(observations: readonly ServerObservation[]): ServerEvidence['binding'] {
  const binding = observations.filter((seen) => 'question' in seen && seen.question === 'binding');
  const codes = binding.flatMap((seen) => (seen.kind === 'server-refused' ? [seen.code] : []));
  // RFC 8489 section 14.8: the server's own trouble, which may be over at another time.
  if (codes.length > 0) return codes.every((code) => code >= 500) ? 'throttled' : 'refused';
  if (binding.some(({ kind }) => kind === 'server-strange')) return 'malformed';
  return binding.some(({ kind }) => kind === 'server-silent') ? 'silent' : 'unknown';
}

function changeRequest(observations: readonly ServerObservation[]): ServerEvidence['changeRequest'] {
  const asked = observations.filter(
    (seen) =>
      'question' in seen && (seen.question === 'change-request' || seen.question === 'change-and-response-port'),
  );
  if (asked.some(({ kind }) => kind === 'server-answered')) return 'works';
  if (asked.some((seen) => seen.kind === 'server-strange' && seen.what === 'wrong-source')) return 'ignored';
  // An error on both together may be about RESPONSE-PORT; alone it is about CHANGE-REQUEST.
  return asked.some((seen) => seen.kind === 'server-refused' && seen.question === 'change-request')
    ? 'refused'
    : 'unknown';
}
