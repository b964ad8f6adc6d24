import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Problem, RunProgress } from '../../../src/console/api/index.ts';
import { ask, useSession } from '../client/index.ts';
import { Button, Card, Shape, Status, type Tone, Trouble } from '../frame/index.ts';
import css from './check.module.css';
import { silentAbove } from './map-layout.ts';
import { Path } from './path.tsx';
import { PortMap } from './port-map.tsx';
import { RunLog } from './run-log.tsx';
import { amountOf, timeOf } from './time.ts';

const COUNTS = [
  ['open', 'ok'],
  ['closed', 'bad'],
  ['other', 'warn'],
  ['waiting', 'idle'],
] as const satisfies readonly (readonly [string, Tone])[];

interface Props {
  readonly progress: RunProgress;
  readonly isLost: boolean;
}

/** Where a run is. Whoever looks at it, in whichever browser, sees the same. */
export function Running({ progress, isLost }: Props) {
  const { t } = useTranslation();
  const { mode } = progress;
  return (
    <>
      <div className={css.head}>
        <p>
          <Link href="/check">{t('place.check')}</Link> / {t('run.number', { id: progress.id })}
        </p>
        <p>
          {mode !== null && `${t(`mode.${mode}`)} · `}
          {t('run.elapsed', { time: timeOf(progress.elapsedMs, t) })}
        </p>
      </div>
      <div className={css.stack}>
        <Head progress={progress} isLost={isLost} />
        <div className={css.two}>
          <Path progress={progress} />
          <Steps progress={progress} />
        </div>
        <PortMap of={progress} />
        <RunLog log={progress.log} />
      </div>
    </>
  );
}

function Head({ progress, isLost }: Props) {
  const { t } = useTranslation();
  const { leftMs, phase, pausedBy, service } = progress;
  const above = silentAbove(progress);
  return (
    <section className={`${css.verdict} ${css.plain} ${css.run}`}>
      <div>
        <div className={css.runHead}>
          <div>
            <Status tone="run">{t('run.running')}</Status>
            <h1 className={css.sentence}>
              {leftMs === null ? t('run.left-unknown') : t('run.left', { time: timeOf(leftMs, t) })}{' '}
              {above !== null && t('run.above', { port: above })}
            </h1>
          </div>
          <Cancel id={progress.id} />
        </div>
        <p className={css.lead} role="status">
          {isLost && t('run.lost')}
          {!isLost && (pausedBy === null ? t(`phase.${phase}`, { service: service ?? '' }) : t(`paused.${pausedBy}`))}
        </p>
        <Counts counts={progress.counts} />
      </div>
    </section>
  );
}

function Counts({ counts }: Pick<RunProgress, 'counts'>) {
  const { t, i18n } = useTranslation();
  const all = counts.open + counts.closed + counts.other + counts.waiting;
  const share = all === 0 ? 0 : (all - counts.waiting) / all;
  return (
    <>
      <div
        className={css.bar}
        role="progressbar"
        aria-label={t('run.progress')}
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuenow={all - counts.waiting}
      >
        {COUNTS.map(([name]) => (
          <span key={name} className={css[name]} style={{ flexGrow: counts[name] }} />
        ))}
      </div>
      <ul className={css.counts}>
        {COUNTS.filter(([name]) => name !== 'other' || counts.other > 0).map(([name, tone]) => (
          <li key={name}>
            <Shape tone={tone} />
            <b>{amountOf(counts[name], i18n.language)}</b>
            <span>{t(`cell.${name}`)}</span>
          </li>
        ))}
        <li className={css.end}>
          <b>{new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(share)}</b>
          <span>{t('run.of', { n: amountOf(all, i18n.language) })}</span>
        </li>
      </ul>
    </>
  );
}

function Cancel({ id }: { readonly id: number }) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isCancelled, setCancelled] = useState(false);
  const cancel = async (): Promise<void> => {
    setCancelled(true);
    const outcome = await ask('cancelRun', { params: { id } });
    // It may have ended by itself meanwhile: no trouble.
    if (outcome.kind === 'done' || outcome.problem.code === 'not-running') return;
    setCancelled(false);
    setProblem(outcome.problem);
  };
  if (!isAdmin) return null;
  return (
    <div className={css.cancel}>
      <Button disabled={isCancelled} onClick={cancel}>
        {t(isCancelled ? 'run.cancelling' : 'run.cancel')}
      </Button>
      {problem && <Trouble problem={problem} />}
    </div>
  );
}

/** In this order; what a run has no need of is passed over. */
const STEPS = [
  ['servers', ['starting', 'servers']],
  ['router', ['router']],
  ['ports', ['waiting', 'ports', 'paused', 'stopping', 'starting-services']],
  ['calls', ['calls']],
  ['verdict', ['concluding', 'over']],
] as const satisfies readonly (readonly [string, readonly RunProgress['phase'][]])[];

function Steps({ progress: { phase, servers, loss, roundTripMs, counts } }: { readonly progress: RunProgress }) {
  const { t, i18n } = useTranslation();
  const now = STEPS.findIndex(([, phases]) => (phases as readonly string[]).includes(phase));
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const known = counts.open + counts.closed + counts.other;
  return (
    <Card title={t('run.steps')}>
      <ol className={css.steps}>
        {STEPS.map(([name], index) => (
          <li key={name} aria-current={index === now ? 'step' : undefined}>
            <Status
              tone={
                index < now || (name === 'ports' && known > 0 && index !== now) ? 'ok' : index === now ? 'run' : 'idle'
              }
            >
              {t(`step.${name}`)}
            </Status>
          </li>
        ))}
      </ol>
      <dl className={css.facts}>
        {servers.map(({ name, address }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{address ?? '...'}</dd>
          </div>
        ))}
        {roundTripMs !== null && (
          <div>
            <dt>{t('run.round-trip')}</dt>
            <dd>{new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(roundTripMs)} ms</dd>
          </div>
        )}
        {loss !== null && loss.sent > 0 && (
          <div>
            <dt>{t('run.loss')}</dt>
            <dd>{percent.format(1 - loss.answered / loss.sent)}</dd>
          </div>
        )}
      </dl>
    </Card>
  );
}
