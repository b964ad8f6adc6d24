/** What to do: ports grouped into findings, one cause each, and the texts by code in every language. */
export { FINDING_CODES, type FindingCode, type Severity } from './catalogue.ts';
export type { RepairOptions, RepairProblem, Section } from './config/index.ts';
export type { Block, Explanation } from './explain.ts';
export { findFindings } from './find.ts';
export type { FilledStep, Localised, Need, Router, RouterSays, Values } from './routers/index.ts';
export { needsOf } from './routers/needs.ts';
export { adviseText } from './texts.ts';
export { makeTexts } from './translate.ts';
export type { Facts, Finding, Holder, Language } from './types.ts';

/** What every router is told, and how: loaded when it is asked for. */
export const routerKnowledge = () => import('./knowledge.ts');

/** A page for each code: a part of its own, for who asks for one; no check pays for reading it. */
export const loadPages = () => import('./explain.ts');
