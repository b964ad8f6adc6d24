/** Configuration to paste, each way of writing it a pure function from what is to be told to the router. */
export { DIALECTS, dialectOf } from './dialects.ts';
export { isTranslated, type RepairOptions, type RepairProblem, type RepairSource, readRepair } from './read.ts';
export type { Dialect, Repair, Section } from './types.ts';
