/** How it reads: the report contract, and its renderers for people and for programs. */
export { buildReport, type ReportMeta } from './build.ts';
export type { Report, ReportFinding, ReportPort, ReportServer } from './contract.ts';
export { renderJson } from './json.ts';
export { makeTexts, type Texts } from '../advice/index.ts';
export { renderText, type TextOptions } from './text.ts';
