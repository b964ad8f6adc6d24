import { err, type Result } from '../base/index.ts';
import { LARGEST_REPORT, type Report, type ReportProblem, readReport } from '../report/index.ts';
import type { Context, Mistake } from './types.ts';

/** A report that a check has written, from the file of that name; else what is wrong with it, in one sentence. */
export async function readStoredReport(path: string, { system }: Context): Promise<Result<Report, Mistake>> {
  const text = await system.files.readInput(path, LARGEST_REPORT);
  if (text.kind === 'error') return err(unreadable(path, text.error));
  const report = await readReport(text.value);
  return report.kind === 'ok' ? report : err(problemOf(path, report.error));
}

const unreadable = (path: string, code: string): Mistake =>
  code === 'EFBIG'
    ? { key: 'stored.too-large', facts: { path } }
    : { key: 'stored.cannot-read', facts: { path, code } };

const problemOf = (path: string, { kind, ...facts }: ReportProblem): Mistake => ({
  key: `stored.${kind}`,
  facts: { path, ...facts },
});
