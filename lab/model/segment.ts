import type { Segment } from './packet.ts';

const NOTHING = new Uint8Array(0);

export const answerTo = ({ from, to, sequence }: Segment, kind: Segment['kind']): Segment => ({
  ...{ protocol: 'tcp', from: to, to: from, kind, sequence },
  bytes: NOTHING,
});

/** What a machine says to a segment that nobody there expects. A reset is never answered: two machines would go on for ever. */
export const refusal = (segment: Segment): Segment | null =>
  segment.kind === 'reset' ? null : answerTo(segment, 'reset');

/** What a program says that is not ours: it takes every connection and all that comes, and says nothing itself. */
export function strangersAnswer(segment: Segment): Segment | null {
  if (segment.kind === 'syn') return answerTo(segment, 'syn-ack');
  return segment.kind === 'data' ? answerTo(segment, 'ack') : null;
}
