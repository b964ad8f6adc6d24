/** How it reads: the report contract, and its renderers for people and for programs. */

export { makeTexts } from '../advice/index.ts';
export { buildReport } from './build.ts';
export type { Report, ReportDiscovered, ReportPort, ReportProof } from './contract.ts';
export { renderJson, renderNatJson, renderPortsJson } from './json.ts';
export { buildNatReport, type NatReport, renderNat } from './nat.ts';
export type { ReportOrigin, ReportWarning } from './origin.ts';
export { renderHtml } from './paper/html/html.ts';
export { renderPdf } from './paper/pdf/pdf.ts';
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
export { renderText } from './text.ts';
