/** When to ask: transactions, pacing, tries and their order; one input in, outputs out, no socket and no clock. */
export type { UnusableAlternate } from './alternate.ts';
export { CallCheck } from './call-check.ts';
export { LifetimeCheck } from './lifetime-check.ts';
export { NatCheck, type NatTarget } from './nat-check.ts';
export { NatOptIn } from './nat-opt-in.ts';
export { RangeCheck, type Refinement } from './range-check.ts';
export { ServerCheck, type ServerTarget } from './server-check.ts';
export type {
  CallObservation,
  CallState,
  Engine,
  Input,
  LifetimeObservation,
  NatObservation,
  NatQuestion,
  Observation,
  OptInObservation,
  OptInQuestion,
  Output,
  ServerObservation,
  ServerQuestion,
  SocketKey,
  StrangeAnswer,
} from './types.ts';
