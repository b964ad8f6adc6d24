import { adviseText, type Language, loadPages, type Need, needsOf } from '../advice/index.ts';
import type { ReportFinding } from './contract.ts';
import { cleanFinding } from './finding.ts';

/** A finding in words: of this report, and of the page about its code. */
export interface ExplainedFinding extends Pick<ReportFinding, 'code' | 'severity' | 'ports'> {
  /** A few words, without a full stop. */
  readonly heading: string;
  readonly title: string;
  readonly meaning: string;
  /** What callers notice, where it is more than that; null: it is not. */
  readonly calls: string | null;
  /** How it was found out. */
  readonly seen: string;
  /** For whichever router. */
  readonly steps: readonly string[];
  /** Which steps of `RouterAdvice` mend it; empty: no setting of a router does. */
  readonly needs: readonly Need[];
  readonly also: readonly string[];
  /** How to see that it worked. */
  readonly worked: string;
}

export async function explainFinding(found: ReportFinding, language: Language): Promise<ExplainedFinding> {
  const finding = cleanFinding(found);
  const { heading, seen, calls = null, also = [], worked } = (await loadPages()).pageTextsOf(finding.code, language);
  const { code, severity, ports } = finding;
  const needs = needsOf(finding);
  return { code, severity, ports, heading, ...adviseText(finding, language), calls, seen, needs, also, worked };
}
