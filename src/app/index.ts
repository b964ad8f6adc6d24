/** The hallway: joins the stages to a check, and the reflector to its sockets. */
export {
  type FoundProduct,
  findProfile,
  PROFILES,
  type Profile,
  parseOwnServices,
  type ServicePlan,
} from '../pbx/index.ts';
export { LIFETIME_LIMITS } from '../plan/index.ts';
export {
  type AdviseOptions,
  ANY_ROUTER,
  adviseRouter,
  configureRouter,
  findKnownRouter,
  type KnownRouter,
  listRouters,
  recogniseRouter,
} from './advise.ts';
export { type AskedServer, askServer } from './ask-server.ts';
export { type FinishedCheck, type RunningCheck, socketsNeeded, startCheck } from './check.ts';
export { conclude } from './conclude.ts';
export { asTrial, EMBEDDED, isEmbedded } from './embedded.ts';
export { CHECK_LIMITS, type CheckRequest, type RunEvent, type ServerName } from './events.ts';
export { type ExclusivePlan, type ExclusiveProblem, planExclusive } from './exclusive-plan.ts';
export { familyFor } from './family.ts';
export {
  findMapRouter,
  MAP_LIMITS,
  MAP_PROTOCOLS,
  type MapEvent,
  type MapRequest,
  type MapRouter,
  type RunningMap,
  startMap,
} from './map.ts';
export { type NatEvent, type NatRequest, type RunningNatCheck, startNat } from './nat.ts';
export type { NatOptions } from './nat-opt-in.ts';
export {
  discoveredIn,
  findProducts,
  isAlike,
  isFoundOut,
  leavesNoPorts,
  listPorts,
  portsOfProduct,
  portsToCheck,
} from './ports.ts';
export {
  type DrawnServers,
  drawServers,
  PUBLIC_SAMPLE,
  PUBLIC_SERVERS,
  parseServerList,
  type ServerList,
} from './public-servers.ts';
export { isStoredRun, LARGEST_RUN, packetsIn, type RunProblem, replayRun, writeRun } from './record.ts';
export { type ReflectorError, type ReflectorOptions, type RunningReflector, startReflector } from './reflector.ts';
export { roundTripsIn } from './round-trips.ts';
export { parseServerName, type ServerNameProblem } from './server-name.ts';
export { askThreeCx, type ThreeCxCredentials } from './three-cx.ts';
export { askWho, type RunningWho, type WhoIs } from './who.ts';
