/** What was seen: observations folded, in any order, into yes, no or unknown per question. */
export { collectEvidence } from './ports.ts';
export { collectServer } from './servers.ts';
export type { Answer, Elsewhere, Listening, PortEvidence, RunEvidence, ServerEvidence, Unknown } from './types.ts';
