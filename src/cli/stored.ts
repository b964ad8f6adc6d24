import { isStoredRun, LARGEST_RUN, replayRun } from '../app/index.ts';
import { err, type Result } from '../base/index.ts';
import { type Report, readReport } from '../report/index.ts';
import type { Context, Mistake } from './types.ts';

/** A report that a check has written, or that of a run which it has recorded; else what is wrong, in one sentence. */
export async function readStored(path: string, { system }: Context): Promise<Result<Report, Mistake>> {
  const text = await system.files.readInput(path, LARGEST_RUN);
  if (text.kind === 'error') return err(unreadable(path, text.error));
  const report = await (isStoredRun(text.value) ? replayRun(text.value) : readReport(text.value));
  if (report.kind === 'ok') return report;
  const { kind, ...facts } = report.error;
  return err({ key: `stored.${kind}`, facts: { path, ...facts } });
}

const unreadable = (path: string, code: string): Mistake =>
  code === 'EFBIG'
    ? { key: 'stored.too-large', facts: { path } }
    : { key: 'stored.cannot-read', facts: { path, code } };
