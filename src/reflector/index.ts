/** The other side: an RFC 5780 server as a pure function from one datagram to one action. It knows no client. */
export { type CallEnd, CallTable } from './calls.ts';
export type { Capabilities, Fault } from './capabilities.ts';
export {
  type Action,
  admit,
  type CallAction,
  callAnswer,
  type Datagram,
  type DropReason,
  type Letter,
  reflect,
} from './reflect.ts';
export { ROLE_NAMES, ROLES, type Role, type RoleName } from './roles.ts';
export { Strangers } from './strangers.ts';
