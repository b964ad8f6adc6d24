/** The model lab: hosts, a lossy link and a NAT in memory, on virtual time, so that a nine-minute check runs in milliseconds. */
export { createModel, type Model } from './model.ts';
export type { ModelOptions } from './options.ts';
export type { UnitsSpec } from './services.ts';
export type { UnitSpec } from './units.ts';
