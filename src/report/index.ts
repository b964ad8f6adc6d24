/** How it reads: the report contract, and its renderers for people and for programs. */

export { makeTexts } from '../advice/index.ts';
export { buildReport } from './build.ts';
export type { Report, ReportPort } from './contract.ts';
export { renderJson, renderNatJson } from './json.ts';
export { buildNatReport, type NatReport, renderNat } from './nat.ts';
export { renderText } from './text.ts';
