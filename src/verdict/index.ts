/** What it means: rules, each with an id, from evidence to the result of a port and the verdict of a run. */
export { type CallLeg, judgeCalls, NOTHING_OF_UDP } from './call-rules.ts';
export { type CertificateFault, type CertificateVerdict, judgeCertificate } from './certificates.ts';
export type { Leg } from './legs.ts';
export { type Behaviour, judgeNat, judgePath, type NatBehaviour, type PathQuality } from './nat.ts';
export {
  type AddressNote,
  type Fragments,
  type FragmentWay,
  type Hairpin,
  judgeAddresses,
  judgeFragments,
  judgeHairpin,
  judgeLifetime,
  type Lifetime,
} from './opt-in.ts';
export type { PortRule } from './port-rules.ts';
export { isOpen } from './results.ts';
export { judgeRouter, type Nats, type RouterReason, type RouterVerdict } from './router.ts';
export { judgeLegs, judgeRun } from './run.ts';
export { judgeSample } from './sample.ts';
export {
  canAskInbound,
  canAskOutbound,
  judgeServer,
  outOfFamily,
  type ServerIdentity,
  unresolvable,
} from './servers.ts';
export type {
  Cause,
  Inferred,
  Opinion,
  PortResult,
  PortVerdict,
  Reason,
  RunVerdict,
  SampleVerdict,
  ServerState,
  ServerVerdict,
  TurnedBack,
  Verdict,
} from './types.ts';
