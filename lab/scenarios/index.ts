/** One table of networks and of what a check in them must say; both labs run it. */
export { compare, type ReportShape } from './compare.ts';
export { SCENARIOS } from './table.ts';
export type {
  Check,
  Column,
  Expectation,
  Forward,
  NetworkSpec,
  Protocol,
  RouterSpec,
  Scenario,
  ServerSpec,
  Step,
} from './types.ts';
