import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Problem, RunPlan } from '../../../src/console/api/index.ts';
import { ask, useAnswer, useSession } from '../client/index.ts';
import { Button, Card, Loading, Play, Status, Trouble } from '../frame/index.ts';
import css from './check.module.css';
import { nameOf, stretchOf } from './ranges.ts';

/** What will be asked, how, for how long, and what is stopped for it; nothing has been sent yet. */
export function Before({ failed }: { readonly failed: number | null }) {
  const { t } = useTranslation();
  const scope = failed === null ? ({ kind: 'all' } as const) : ({ kind: 'failed', run: failed } as const);
  const { data: plan, error } = useAnswer('planRun', { body: { scope } });
  return (
    <>
      <h1 className={css.title}>{t('place.check')}</h1>
      {error && <Trouble problem={error.problem} />}
      {!plan && !error && <Loading />}
      {plan && (
        <div className={css.stack}>
          <Start plan={plan} scope={scope} />
          <Asked plan={plan} />
        </div>
      )}
    </>
  );
}

type Scope = { readonly kind: 'all' } | { readonly kind: 'failed'; readonly run: number };

function Start({ plan, scope }: { readonly plan: RunPlan; readonly scope: Scope }) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const [, go] = useLocation();
  const [isAgreed, setAgreed] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stops = plan.stops.length > 0;
  const start = async (): Promise<void> => {
    const outcome = await ask('startRun', { body: { scope, mayStopServices: stops && isAgreed } });
    if (outcome.kind === 'done') go(`/check/${outcome.value.id}`);
    else setProblem(outcome.problem);
  };
  return (
    <section className={css.verdict}>
      <div>
        <p className={css.sentence}>{t('before.sentence', { count: plan.count, time: timeOf(plan.expectedMs, t) })}</p>
        <p className={css.lead}>{t(stops ? 'before.stops' : 'before.stops-nothing')}</p>
        {stops && (
          <label className={css.agree}>
            <input type="checkbox" checked={isAgreed} onChange={(event) => setAgreed(event.target.checked)} />
            {t('before.agree', { services: plan.stops.map(({ service }) => service).join(', ') })}
          </label>
        )}
        {isAdmin ? (
          <Button filled disabled={stops && !isAgreed} onClick={start}>
            <Play /> {t('dashboard.run')}
          </Button>
        ) : (
          <p>{t('dashboard.viewer')}</p>
        )}
        {problem && <Trouble problem={problem} />}
      </div>
    </section>
  );
}

/** `14 s`, `3 min`. */
export const timeOf = (ms: number, t: (key: string, facts: { n: number }) => string): string =>
  ms < 90_000 ? t('time.s', { n: Math.max(1, Math.round(ms / 1_000)) }) : t('time.min', { n: Math.round(ms / 60_000) });

function Asked({ plan }: { readonly plan: RunPlan }) {
  const { t } = useTranslation();
  const { callsInProgress: calls } = plan;
  return (
    <Card title={t('before.asked')}>
      <dl className={css.facts}>
        <dt>{t('before.ports')}</dt>
        <dd>{[...plan.udp, ...plan.tcp].map((label) => nameOf(stretchOf(label))).join(', ')}</dd>
        <dt>{t('before.mode')}</dt>
        <dd>{t(`mode.${plan.mode}`)}</dd>
        <dt>{t('before.servers')}</dt>
        <dd>{plan.servers.join(', ') || t('dashboard.none')}</dd>
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
        {plan.stops.map(({ service, ports }) => (
          <div key={service}>
            <dt>{t('before.stopped')}</dt>
            <dd>
              {service} {ports.length > 0 && `(${ports.map((label) => nameOf(stretchOf(label))).join(', ')})`}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
