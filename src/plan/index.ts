/** What to ask: from the ports, the server and the host to a ProbePlan, as printable data. */
export { askAgain, askRest, type Judged } from './again.ts';
export { CALLED_AT_ONCE, type CallPlan, type CallPlanInput, planCalls } from './calls.ts';
export { LIFETIME_LIMITS, lifetimeWaits } from './lifetimes.ts';
export { fewestSockets, type PlanInput, planProbes, planSlices } from './plan.ts';
export { MOST_REFINING, nextSample, type Shown } from './refine.ts';
export { type DrawNumbers, samplePorts, shuffle } from './select.ts';
export type {
  Control,
  ControlRole,
  Pass,
  ProbePlan,
  ProbeRole,
  Question,
  Rate,
  ServerFacts,
  Step,
  TryPolicy,
} from './types.ts';
