import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { Dashboard, Problem, RunPlan, RunSummary } from '../../../src/console/api/index.ts';
import { ask, useAnswer, useSession } from '../client/index.ts';
import {
  Button,
  ButtonLink,
  Icon,
  Play,
  runTone,
  Shape,
  Status,
  type Tone,
  Trouble,
  useMoments,
  useRunWords,
} from '../frame/index.ts';
import css from './dashboard.module.css';

/** What the last check came to, and the next one. */
export function FirewallCheck({ data: { last, lastGood, running } }: { readonly data: Dashboard }) {
  const { t } = useTranslation();
  const tone: Tone = running === null ? runTone(last) : 'run';
  return (
    <section className={`${css.verdict} ${css[tone]}`} aria-labelledby="firewall-check">
      <div className={css.says}>
        <Shape tone={tone} size={48} />
        <div>{running === null ? <Last last={last} lastGood={lastGood} /> : <Runs last={last} />}</div>
      </div>
      <div className={css.act}>
        {running === null ? (
          <Act last={last} />
        ) : (
          <ButtonLink filled to={`/check/${running}`}>
            {t('dashboard.watch')}
          </ButtonLink>
        )}
      </div>
    </section>
  );
}

function Kicker({ last, children }: { readonly last: RunSummary | null; readonly children?: ReactNode }) {
  const { t } = useTranslation();
  const { ago, at } = useMoments();
  return (
    <div className={css.kicker}>
      <h2 id="firewall-check">{t('place.check')}</h2>
      {children}
      {last && (
        <span title={at(last.startedAt)}>
          {t('dashboard.run-at', { ago: ago(last.startedAt), id: last.id })},{' '}
          {t(`by.${last.by.kind}`, { name: last.by.name ?? '' })}
        </span>
      )}
    </div>
  );
}

function Runs({ last }: { readonly last: RunSummary | null }) {
  const { t } = useTranslation();
  const words = useRunWords();
  return (
    <>
      <Kicker last={last}>{last && <Status tone={runTone(last)}>{words.verdict(last)}</Status>}</Kicker>
      <p className={css.sentence} role="status">
        {t('state.running')}
      </p>
      <p className={css.lead}>{t('dashboard.joined')}</p>
    </>
  );
}

function Last({ last, lastGood }: Pick<Dashboard, 'last' | 'lastGood'>) {
  const { t } = useTranslation();
  const words = useRunWords();
  const { at, day, amount } = useMoments();
  if (last === null)
    return (
      <>
        <Kicker last={null} />
        <p className={css.sentence}>{t('dashboard.never')}</p>
        <p className={css.lead}>{t('dashboard.first')}</p>
      </>
    );
  const { counts } = last;
  const all = counts && counts.open + counts.closed + counts.other;
  return (
    <>
      <Kicker last={last}>
        <Status tone={runTone(last)}>{words.verdict(last)}</Status>
      </Kicker>
      <p className={css.sentence}>{words.sentence(last)}</p>
      <p className={css.lead}>
        {counts && all !== null && t('dashboard.lead', { open: amount(counts.open), all: amount(all) })}{' '}
        {lastGood && t('dashboard.good-until', { when: at(lastGood.startedAt) })}
      </p>
      <div className={css.acts}>
        <ButtonLink to={`/check/${last.id}`}>
          {t(last.verdict === 'unsupported' ? 'dashboard.what-to-change' : 'dashboard.open')}
        </ButtonLink>
        {lastGood && last.state === 'finished' && (
          <Link href={`/history/compare/${lastGood.id}/${last.id}`}>
            {t('dashboard.changed-since', { when: day(lastGood.startedAt) })}
          </Link>
        )}
      </div>
    </>
  );
}

const ALL = { kind: 'all' } as const;

function Act({ last }: { readonly last: RunSummary | null }) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const [, go] = useLocation();
  const [problem, setProblem] = useState<Problem | null>(null);
  const { data: plan } = useAnswer('planRun', { body: { scope: ALL } });
  const run = async (): Promise<void> => {
    const outcome = await ask('startRun', { body: { scope: ALL } });
    if (outcome.kind === 'done') return go(`/check/${outcome.value.id}`);
    // What is stopped is agreed to where it is listed.
    if (outcome.problem.code === 'stops-services') return go('/check');
    setProblem(outcome.problem);
  };
  return (
    <>
      {isAdmin ? (
        <span className={css.run}>
          <Button filled onClick={run}>
            <Play /> {t('dashboard.run')}
          </Button>
        </span>
      ) : (
        <p>{t('dashboard.viewer')}</p>
      )}
      {problem && <Trouble problem={problem} />}
      {plan && <Plan plan={plan} />}
      {isAdmin && (
        <div className={css.small}>
          {last?.verdict === 'unsupported' && (
            <ButtonLink to={`/check?failed=${last.id}`}>{t('dashboard.only-failed')}</ButtonLink>
          )}
          <ButtonLink to="/check">{t('dashboard.options')}</ButtonLink>
        </div>
      )}
    </>
  );
}

/** What Run would do. */
function Plan({ plan }: { readonly plan: RunPlan }) {
  const { t } = useTranslation();
  const { amount } = useMoments();
  const { callsInProgress: calls, expectedMs } = plan;
  const time =
    expectedMs < 90_000 ? `${Math.max(1, Math.round(expectedMs / 1_000))} s` : `${Math.round(expectedMs / 60_000)} min`;
  const mode = t(`dashboard.mode.${plan.mode}`);
  return (
    <ul className={css.plan}>
      <li>
        <Icon name="clock" size={16} />
        {t('dashboard.time', { time, count: amount(plan.count) })}
      </li>
      <li>
        <Shape tone={plan.stops.length > 0 ? 'warn' : 'ok'} />
        {calls === null || calls === 0 ? mode : `${mode}; ${t('dashboard.calls', { count: calls })}`}
      </li>
      <li>
        <Icon name="server" size={16} />
        {plan.servers.length > 0 && !plan.servers.includes('embedded')
          ? t('dashboard.asks', { servers: plan.servers.join(', ') })
          : t('dashboard.embedded')}
      </li>
    </ul>
  );
}
