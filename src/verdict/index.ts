/** What it means: rules, each with an id, from evidence to the result of a port and the verdict of a run. */
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
