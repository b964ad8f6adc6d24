/** How it reads: the report contract, and its renderers for people and for programs. */

export { makeTexts } from '../advice/index.ts';
export { type RouterAdvice, type RouterConfig, renderAdvice, renderConfig } from './advice.ts';
export { buildReport } from './build.ts';
export { type Comparison, compareReports } from './compare.ts';
export { renderComparison } from './compare-text.ts';
export type { Report, ReportDiscovered, ReportFinding, ReportPort, ReportProof } from './contract.ts';
export { renderCodes, renderExplanation } from './explain.ts';
export { type ExplainedFinding, explainFinding } from './explain-finding.ts';
export { findingPages } from './explain-pages.ts';
export { FORMATS, type FormatName, formatOf, formatOfFile, isFormat } from './formats.ts';
export { headlineOf } from './head.ts';
export {
  renderAdviceJson,
  renderComparisonJson,
  renderJson,
  renderMapJson,
  renderNatJson,
  renderPortsJson,
  renderRoutersJson,
} from './json.ts';
export { isGood, type MapGroup, type MapReport, portsMade, type ReportEntry, renderMap } from './map.ts';
export { buildNatReport, type NatReport, renderNat } from './nat.ts';
export type { ReportOrigin, ReportWarning } from './origin.ts';
export {
  groupHolders,
  type HeldPort,
  type ListedPort,
  type PortsReport,
  type ReportProduct,
  renderPorts,
  warningTexts,
} from './ports.ts';
export { type ProvenCalls, type ProvenPort, proofOfCalls, proofOfPort } from './proof.ts';
export { type ReportProblem, readReport } from './read.ts';
export { redact } from './redact.ts';
