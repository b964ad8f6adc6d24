/** Tables of networks, and of what a check, or `nat`, must say in them; both labs run them. */
export { isRepresentative, mayBeExclusive, reasonToSkip } from './columns.ts';
export { compare, isContradiction, type ReportShape } from './compare.ts';
export { compareNat, type NatShape } from './compare-nat.ts';
export { NAT_SCENARIOS, type NatScenario } from './nat-table.ts';
export { serversOf } from './servers.ts';
export { type PortService, servicesOf, withServices } from './services.ts';
export { SCENARIOS } from './table.ts';
export type {
  Check,
  Column,
  Expectation,
  Forward,
  NetworkSpec,
  OuterNat,
  Protocol,
  RouterSpec,
  Scenario,
  ServerSpec,
  Speech,
  Step,
} from './types.ts';
