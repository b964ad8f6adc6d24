import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Problem, RunSummary } from '../../../src/console/api/index.ts';
import type { Report } from '../../../src/report/index.ts';
import { ask, type Reply, useSession } from '../client/index.ts';
import { Button, ButtonLink, Shape, Status, type Tone, Trouble } from '../frame/index.ts';
import { timeOf } from './before.tsx';
import css from './check.module.css';
import { Export } from './export.tsx';
import { Findings } from './findings.tsx';
import { cellsOf } from './map-layout.ts';
import { PortMap } from './port-map.tsx';
import { PortsTable } from './ports-table.tsx';

/** The verdict, what to change, and then the ports. */
export function Result({ run }: { readonly run: Reply<'run'> }) {
  const { t } = useTranslation();
  const report = run.report as Report | null;
  const cells = useMemo(() => (report === null ? null : cellsOf(report.ports)), [report]);
  return (
    <>
      <div className={css.head}>
        <p>
          {t('place.history')} / {t('run.number', { id: run.id })}
        </p>
        {report !== null && (
          <span className={css.actions}>
            <ButtonLink to={`/history/compare?b=${run.id}`}>{t('compare.title')}</ButtonLink>
            <Export id={run.id} />
          </span>
        )}
      </div>
      <div className={css.stack}>
        <Verdict run={run} />
        {report !== null && report.findings.length > 0 && <Findings id={run.id} report={report} />}
        {cells !== null && report !== null && report.ports.length > 0 && <PortMap of={cells} />}
        {report !== null && report.ports.length > 0 && <PortsTable report={report} />}
      </div>
    </>
  );
}

const TONES: Readonly<Record<string, Tone>> = { supported: 'ok', unsupported: 'bad' };

function Verdict({ run }: { readonly run: RunSummary }) {
  const { t, i18n } = useTranslation();
  const tone = TONES[run.verdict ?? ''] ?? 'idle';
  const word = run.verdict === null ? 'state.interrupted' : `verdict.${run.verdict}`;
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  const about = [
    when.format(new Date(run.startedAt)),
    run.durationMs === null ? null : timeOf(run.durationMs, t),
    run.mode === null ? null : t(`mode.${run.mode}`),
  ];
  return (
    <section className={`${css.verdict} ${css[tone]}`} role="status">
      <Shape tone={tone} size={48} />
      <div>
        <p className={css.kicker}>
          <Status tone={tone}>{t(word)}</Status> {about.filter(Boolean).join(' · ')}
        </p>
        <h1 className={css.sentence}>
          {run.headline?.[i18n.language === 'de' ? 'de' : 'en'] ?? t(`state.${run.state}`)}
        </h1>
        {run.counts !== null && <p className={css.lead}>{t('dashboard.counts', run.counts)}</p>}
        {run.state === 'interrupted' && <p className={css.lead}>{t('run.interrupted')}</p>}
        <Again run={run} />
      </div>
    </section>
  );
}

/** The next thing to do: after a repair, only what failed; else all of it. */
function Again({ run: { id, verdict, counts } }: { readonly run: RunSummary }) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const [, go] = useLocation();
  const [problem, setProblem] = useState<Problem | null>(null);
  const failed = (counts?.closed ?? 0) + (counts?.other ?? 0);
  const onlyFailed = verdict === 'unsupported' && failed > 0;
  const start = async (): Promise<void> => {
    const scope = onlyFailed ? ({ kind: 'failed', run: id } as const) : ({ kind: 'all' } as const);
    const outcome = await ask('startRun', { body: { scope } });
    if (outcome.kind === 'done') go(`/check/${outcome.value.id}`);
    // Nobody says yes to stopping services by accident: that page asks.
    else if (outcome.problem.code === 'stops-services') go(onlyFailed ? `/check?failed=${id}` : '/check');
    else setProblem(outcome.problem);
  };
  if (!isAdmin) return null;
  return (
    <>
      <Button filled={verdict !== 'supported'} onClick={start}>
        {onlyFailed ? t('run.again-failed', { count: failed }) : t('run.again')}
      </Button>
      {problem && <Trouble problem={problem} />}
    </>
  );
}
