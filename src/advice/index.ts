/** What to do: ports grouped into findings, one cause each, and the texts by code in every language. */
export { FINDING_CODES, type FindingCode, type Severity } from './catalogue.ts';
export { type Block, type Explanation, explain, findCode, summaries } from './explain.ts';
export { findFindings } from './find.ts';
export { adviseText } from './texts.ts';
export { makeTexts } from './translate.ts';
export type { Facts, Finding, Holder, Language } from './types.ts';
