/** What to ask: from the ports, the server and the host to a ProbePlan, as printable data. */
export { CALLED_AT_ONCE, type CallPlan, type CallPlanInput, planCalls } from './calls.ts';
export { fewestSockets, type PlanInput, planProbes } from './plan.ts';
export { type DrawNumbers, samplePorts } from './select.ts';
export type {
  Control,
  ControlRole,
  Pass,
  ProbePlan,
  Question,
  Rate,
  ServerFacts,
  Step,
  TryPolicy,
} from './types.ts';
