import { headlineOf, type Report } from '../../report/index.ts';
import type { NewRun, RunSummary } from '../api/index.ts';

/** What the history says of a run beside its number, its state and its times. */
export type Summary = Omit<RunSummary, 'id' | 'state' | 'startedAt' | 'endedAt'>;

/** Before anything is known. */
export const beginning = (by: Summary['by'], scope: NewRun['scope']): Summary => ({
  ...{ by, scope, mode: null, verdict: null, reason: null, durationMs: null, counts: null, headline: null },
});

export function summaryOf(report: Report, by: Summary['by'], scope: NewRun['scope']): Summary {
  const amount = (result: string) => report.ports.filter((port) => port.result === result).length;
  const [open, closed] = [amount('open'), amount('closed')];
  return {
    by,
    scope,
    mode: report.mode,
    verdict: report.verdict,
    reason: report.reason,
    durationMs: report.durationMs,
    counts: { open, closed, other: report.ports.length - open - closed },
    headline: { en: headlineOf(report, 'en'), de: headlineOf(report, 'de') },
  };
}
