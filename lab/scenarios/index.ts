/** One table of networks and of what a check in them must say; both labs run it. */
export { reasonToSkip } from './columns.ts';
export { compare, type ReportShape } from './compare.ts';
export { serversOf } from './servers.ts';
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
