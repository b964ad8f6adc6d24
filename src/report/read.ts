import { asList, asRecord, err, ok, type Result, textToValue } from '../base/index.ts';
import type { Report } from './contract.ts';

/** Why a text is no report that could be shown. */
export type ReportProblem = { readonly kind: 'no-schema' } | { readonly kind: 'not-as-agreed'; readonly at: string };

/** The report in a text that anybody may have written. Whatever is in it, nothing throws. */
export function readReport(text: string): Promise<Result<Report, ReportProblem>> {
  const value = asRecord(textToValue(text));
  if (value['schema'] !== 'fullcone.report/1') return Promise.resolve(err({ kind: 'no-schema' }));
  const isWhole = ['ports', 'findings', 'servers', 'publicAddresses'].every((name) => Array.isArray(value[name]));
  const isFinding = (one: unknown) => asList(asRecord(one)['ports']).every((label) => typeof label === 'string');
  if (!isWhole || !asList(value['findings']).every(isFinding))
    return Promise.resolve(err({ kind: 'not-as-agreed', at: 'findings' }));
  return Promise.resolve(ok(value as unknown as Report));
}
