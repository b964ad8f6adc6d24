/** The phone systems that we know: which of their ports must be reachable from the internet, and who says so; and which of them is here. */

export type { ConfigWarning, FoundPort, FoundProduct, Origin, WarningCode } from './config/types.ts';
export { discover } from './discover.ts';
export { parseOwnServices } from './own-services.ts';
export { findProfile, PROFILES } from './profiles.ts';
export { closure, type HeldPort, type Ports, planServices, type ServiceGroup, type ServicePlan } from './services.ts';
export { withoutParameters, withParameters } from './three-cx/parameters.ts';
export { isTlsPort } from './tls.ts';
export type { Profile, ProfilePort, Protocol, Purpose } from './types.ts';
