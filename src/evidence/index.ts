/** What was seen: observations folded, in any order, into yes, no or unknown per question. */
export type { CallState } from '../engine/index.ts';
export { type CallEvidence, type CallRunEvidence, collectCalls } from './calls.ts';
export { type CallTry, collectCallTries, collectExchanges, type Exchange } from './exchanges.ts';
export { collectNat, type NatEvidence, type Trip } from './nat.ts';
export { collectLifetime, collectOptIn, type LifetimeEvidence, type OptInEvidence, type Sleep } from './opt-in.ts';
export { type Outcome, outcomeOf } from './outcomes.ts';
export { collectEvidence } from './ports.ts';
export { collectRouter, type RouterEvidence, type RouterUnknown } from './router.ts';
export { collectServer } from './servers.ts';
export {
  collectServices,
  type ServiceEvidence,
  type ServiceStep,
  type ServicesEvidence,
  type ServiceTrouble,
} from './services.ts';
export type {
  Answer,
  Elsewhere,
  Listening,
  PauseEvidence,
  PortEvidence,
  RunEvidence,
  ServerEvidence,
  TurnedBack,
  Unknown,
} from './types.ts';
