import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { Problem, RunSummary } from '../../../src/console/api/index.ts';
import type { Report } from '../../../src/report/index.ts';
import { ask, type Reply, useAnswer, useSession } from '../client/index.ts';
import { Button, ButtonLink, Icon, Shape, Status, type Tone, Trouble, useMoments } from '../frame/index.ts';
import { About } from './about.tsx';
import css from './check.module.css';
import { Export } from './export.tsx';
import { Findings } from './findings.tsx';
import { cellsOf } from './map-layout.ts';
import { PortMap } from './port-map.tsx';
import { PortsTable } from './ports-table.tsx';
import { amountOf, timeOf } from './time.ts';

/** The verdict, what to change, and then the ports. */
export function Result({ run }: { readonly run: Reply<'run'> }) {
  const { t } = useTranslation();
  const report = run.report as Report | null;
  const cells = useMemo(() => (report === null ? null : cellsOf(report.ports)), [report]);
  return (
    <>
      <div className={css.head}>
        <p>
          <Link href="/history">{t('place.history')}</Link> / {t('run.number', { id: run.id })}
        </p>
        {report !== null && (
          <span className={css.actions}>
            <CompareLink id={run.id} />
            <Export id={run.id} />
          </span>
        )}
      </div>
      <div className={css.stack}>
        <Verdict run={run} report={report} />
        {report !== null && report.findings.length > 0 && <Findings id={run.id} report={report} />}
        {cells !== null && report !== null && report.ports.length > 0 && <PortMap of={cells} hasTable />}
        {report !== null && report.ports.length > 0 && <PortsTable id={run.id} report={report} />}
        {report !== null && <About report={report} />}
      </div>
    </>
  );
}

/** Older runs among which there may be one with a report. */
const LOOKED_AT = 20;

/** With the last one before it that came to an end. */
function CompareLink({ id }: { readonly id: number }) {
  const { t } = useTranslation();
  const { data } = useAnswer('runs', { query: { before: id, limit: LOOKED_AT } });
  const last = data?.items.find(({ verdict }) => verdict !== null);
  if (!last) return null;
  return (
    <ButtonLink to={`/history/compare/${last.id}/${id}`}>
      <Icon name="history" size={16} /> {t('run.compare')}
    </ButtonLink>
  );
}

const TONES: Readonly<Record<string, Tone>> = { supported: 'ok', unsupported: 'bad' };

function Verdict({ run, report }: { readonly run: RunSummary; readonly report: Report | null }) {
  const { t, i18n } = useTranslation();
  const tone = TONES[run.verdict ?? ''] ?? 'idle';
  const { at } = useMoments();
  const about = [
    at(run.startedAt),
    run.durationMs === null ? null : timeOf(run.durationMs, t),
    run.mode === null ? null : t(`mode.${run.mode}`),
  ];
  return (
    <section className={`${css.verdict} ${css[tone]}`} role="status">
      <Shape tone={tone} size={48} />
      <div>
        <p className={css.kicker}>
          <Status tone={tone}>{t(run.verdict === null ? 'run.cut-off' : `verdict.${run.verdict}`)}</Status>
          <span>{about.filter((one) => one !== null).join(' · ')}</span>
        </p>
        <h1 className={css.sentence}>
          {run.headline?.[i18n.language === 'de' ? 'de' : 'en'] ?? t(`state.${run.state}`)}
        </h1>
        <p className={css.lead}>
          <Lead run={run} report={report} />
        </p>
        <Again run={run} />
      </div>
    </section>
  );
}

/** How many, and what became of services that were stopped. */
function Lead({
  run: { state, counts, verdict },
  report,
}: {
  readonly run: RunSummary;
  readonly report: Report | null;
}) {
  const { t, i18n } = useTranslation();
  const n = (count: number): string => amountOf(count, i18n.language);
  if (state === 'interrupted' || counts === null) return t('run.interrupted');
  const { open, closed, other } = counts;
  const all = open + closed + other;
  const causes = report?.findings.filter(({ severity }) => severity !== 'info').length ?? 0;
  const said = [
    verdict === 'supported' ? t(causes === 0 ? 'run.all-well' : 'run.notes') : null,
    verdict !== 'supported' && closed > 0 ? t('run.closed-of', { closed: n(closed), all: n(all), count: all }) : null,
    verdict !== 'supported' && closed === 0 ? t('run.open-of', { open: n(open), all: n(all), count: all }) : null,
    verdict === 'unsupported' && causes > 1 ? t('run.causes', { count: causes }) : null,
    verdict === 'cancelled' ? t('run.cancelled') : null,
    verdict === 'inconclusive' ? t('run.inconclusive') : null,
    report?.services ? t(servicesSay(report.services)) : null,
  ];
  return said.filter((one) => one !== null).join(' ');
}

function servicesSay({ services, failures }: NonNullable<Report['services']>): string {
  const areBack = services.every(({ downMs, steps }) => downMs !== null || steps.length === 0);
  return areBack && failures.length === 0 ? 'services.restored' : 'services.not-restored';
}

/** The next thing to do: after a repair, only what failed; else all of it. */
function Again({ run: { id, verdict, counts } }: { readonly run: RunSummary }) {
  const { t, i18n } = useTranslation();
  const { isAdmin } = useSession();
  const [, go] = useLocation();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const failed = (counts?.closed ?? 0) + (counts?.other ?? 0);
  const onlyFailed = verdict === 'unsupported' && failed > 0;
  const start = async (): Promise<void> => {
    setBusy(true);
    const scope = onlyFailed ? ({ kind: 'failed', run: id } as const) : ({ kind: 'all' } as const);
    const outcome = await ask('startRun', { body: { scope } });
    if (outcome.kind === 'done') return go(`/check/${outcome.value.id}`);
    // Nobody says yes to stopping services by accident: that page asks.
    if (outcome.problem.code === 'stops-services') return go(onlyFailed ? `/check?failed=${id}` : '/check');
    setBusy(false);
    setProblem(outcome.problem);
  };
  if (!isAdmin) return null;
  return (
    <>
      <div className={css.acts}>
        <Button filled={verdict !== 'supported'} disabled={isBusy} onClick={start}>
          <Icon name="again" /> {t(onlyFailed ? 'run.again-failed' : 'run.again')}
        </Button>
        {onlyFailed && (
          <span className={css.beside}>{t('run.failed', { count: failed, n: amountOf(failed, i18n.language) })}</span>
        )}
      </div>
      {problem && <Trouble problem={problem} />}
    </>
  );
}
