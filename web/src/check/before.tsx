import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { NewRun, Problem, RunPlan } from '../../../src/console/api/index.ts';
import { ask, useAnswer, useSession } from '../client/index.ts';
import { Button, ButtonLink, Card, Loading, Play, Status, Trouble } from '../frame/index.ts';
import css from './check.module.css';
import { nameOf, stretchOf } from './ranges.ts';
import { amountOf, timeOf } from './time.ts';

type Scope = NewRun['scope'];

/** What will be asked, how, for how long, and what is stopped for it; nothing has been sent yet. */
export function Before({ failed }: { readonly failed: number | null }) {
  const { t } = useTranslation();
  const scope: Scope = failed === null ? { kind: 'all' } : { kind: 'failed', run: failed };
  const { data: plan, error } = useAnswer('planRun', { body: { scope } });
  const { data: now } = useAnswer('dashboard', {});
  const running = now?.running ?? null;
  return (
    <>
      <div className={css.head}>
        <h1 className={css.title}>{t('place.check')}</h1>
      </div>
      {!plan && !error && <Loading />}
      <div className={css.stack}>
        {running !== null && <Joins running={running} />}
        {error && running === null && <Hindered problem={error.problem} />}
        {plan && running === null && <Start plan={plan} scope={scope} />}
        {plan && <Asked plan={plan} />}
      </div>
    </>
  );
}

function Joins({ running }: { readonly running: number }) {
  const { t } = useTranslation();
  return (
    <section className={`${css.verdict} ${css.plain} ${css.run}`}>
      <div>
        <Status tone="run">{t('run.running')}</Status>
        <p className={css.sentence}>{t('before.joins', { id: running })}</p>
        <p className={css.acts}>
          <ButtonLink filled to={`/check/${running}`}>
            {t('dashboard.watch')}
          </ButtonLink>
        </p>
      </div>
    </section>
  );
}

function Hindered({ problem }: { readonly problem: Problem }) {
  const { t } = useTranslation();
  const isNothing = problem.code === 'nothing-failed';
  return (
    <section className={`${css.verdict} ${css.plain}`}>
      <div>
        <p className={css.sentence}>{t(isNothing ? 'before.nothing-failed' : 'before.hindered')}</p>
        {!isNothing && <Trouble problem={problem} />}
        <p className={css.acts}>
          {isNothing ? (
            <ButtonLink filled to="/check">
              {t('run.again')}
            </ButtonLink>
          ) : (
            <ButtonLink filled to="/settings">
              {t('place.settings')}
            </ButtonLink>
          )}
        </p>
      </div>
    </section>
  );
}

function Start({ plan, scope }: { readonly plan: RunPlan; readonly scope: Scope }) {
  const { t, i18n } = useTranslation();
  const { isAdmin } = useSession();
  const [, go] = useLocation();
  const [isAgreed, setAgreed] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const stops = plan.stops.length > 0;
  const start = async (): Promise<void> => {
    setBusy(true);
    const outcome = await ask('startRun', { body: { scope, mayStopServices: stops && isAgreed } });
    if (outcome.kind === 'done') return go(`/check/${outcome.value.id}`);
    setBusy(false);
    setProblem(outcome.problem);
  };
  const services = plan.stops.map(({ service }) => service).join(', ');
  return (
    <section className={`${css.verdict} ${css.plain}`}>
      <div>
        <p className={css.kicker}>{t(scope.kind === 'failed' ? 'before.failed' : 'before.all')}</p>
        <p className={css.sentence}>
          {t('before.sentence', {
            count: plan.count,
            n: amountOf(plan.count, i18n.language),
            time: timeOf(plan.expectedMs, t),
          })}
        </p>
        <p className={css.lead}>{t(stops ? 'before.stops' : 'before.stops-nothing', { services })}</p>
        {stops && isAdmin && (
          <label className={css.agree}>
            <input type="checkbox" checked={isAgreed} onChange={(event) => setAgreed(event.target.checked)} />
            {t('before.agree', { services })}
          </label>
        )}
        <div className={css.acts}>
          {isAdmin ? (
            <Button filled disabled={isBusy || (stops && !isAgreed)} onClick={start}>
              <Play /> {t('dashboard.run')}
            </Button>
          ) : (
            <p>{t('dashboard.viewer')}</p>
          )}
        </div>
        {problem && <Trouble problem={problem} />}
      </div>
    </section>
  );
}

function Asked({ plan }: { readonly plan: RunPlan }) {
  const { t } = useTranslation();
  const { callsInProgress: calls } = plan;
  return (
    <Card title={t('before.asked')} side={<Link href="/settings">{t('before.change')}</Link>}>
      <dl className={css.facts}>
        <dt>{t('before.ports')}</dt>
        <dd>{[...plan.udp, ...plan.tcp].map((label) => nameOf(stretchOf(label))).join(', ')}</dd>
        <dt>{t('before.mode')}</dt>
        <dd>
          {t(`mode.${plan.mode}`)}: {t(`mode-says.${plan.mode}`)}
        </dd>
        <dt>{t('before.servers')}</dt>
        <dd>{plan.servers.join(', ') || t('dashboard.none')}</dd>
        <dt>{t('before.stopped')}</dt>
        <dd>
          {plan.stops.length === 0 && t('dashboard.none')}
          <ul>
            {plan.stops.map(({ service, ports }) => (
              <li key={service}>
                <code>{service}</code> {ports.map((label) => nameOf(stretchOf(label))).join(', ')}
              </li>
            ))}
          </ul>
        </dd>
        <dt>{t('before.calls')}</dt>
        <dd>
          {calls === null ? (
            t('dashboard.calls-unknown')
          ) : (
            <Status tone={calls > 0 && plan.stops.length > 0 ? 'warn' : 'ok'}>
              {t('dashboard.calls', { count: calls })}
            </Status>
          )}
        </dd>
      </dl>
    </Card>
  );
}
