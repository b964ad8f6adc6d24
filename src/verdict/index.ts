/** What it means: rules, each with an id, from evidence to the result of a port and the verdict of a run. */
export { type Behaviour, judgeNat, judgePath, type NatBehaviour, type PathQuality } from './nat.ts';
export type { PortRule } from './port-rules.ts';
export { judgeRun } from './run.ts';
export { canAskInbound, canAskOutbound, judgeServer, type ServerIdentity, unresolvable } from './servers.ts';
export type {
  Cause,
  PortResult,
  PortVerdict,
  Reason,
  RunVerdict,
  ServerState,
  ServerVerdict,
  Verdict,
} from './types.ts';
