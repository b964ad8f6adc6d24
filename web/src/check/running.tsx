import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem, RunProgress } from '../../../src/console/api/index.ts';
import { ask, useSession } from '../client/index.ts';
import { Button, Card, Status, type Tone, Trouble } from '../frame/index.ts';
import { timeOf } from './before.tsx';
import css from './check.module.css';
import { PortMap } from './port-map.tsx';

const COUNTS = [
  ['open', 'ok'],
  ['closed', 'bad'],
  ['other', 'warn'],
  ['waiting', 'idle'],
] as const satisfies readonly (readonly [string, Tone])[];

export function Running({ progress }: { readonly progress: RunProgress }) {
  const { t } = useTranslation();
  return (
    <>
      <p className={css.title}>
        {t('place.check')} / {t('run.number', { id: progress.id })}
      </p>
      <div className={css.stack}>
        <Head progress={progress} />
        <Path progress={progress} />
        <PortMap of={progress} />
      </div>
    </>
  );
}

function Head({
  progress: { id, phase, leftMs, elapsedMs, pausedBy, service, mode, counts },
}: {
  readonly progress: RunProgress;
}) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isCancelled, setCancelled] = useState(false);
  const cancel = async (): Promise<void> => {
    setCancelled(true);
    const outcome = await ask('cancelRun', { params: { id } });
    // It may have ended by itself meanwhile: no trouble.
    if (outcome.kind === 'refused' && outcome.problem.code !== 'not-running') setProblem(outcome.problem);
  };
  const all = counts.open + counts.closed + counts.other + counts.waiting;
  return (
    <section className={`${css.verdict} ${css.run}`}>
      <div>
        <Status tone="run">{t('run.running')}</Status>
        <h1 className={css.sentence}>
          {leftMs === null ? t('run.left-unknown') : t('run.left', { time: timeOf(leftMs, t) })}
        </h1>
        <p className={css.lead} role="status">
          {pausedBy === null ? t(`phase.${phase}`, { service: service ?? '' }) : t(`paused.${pausedBy}`)}
        </p>
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
          {COUNTS.map(([name, tone]) => (
            <li key={name}>
              <Status tone={tone}>{`${counts[name]} ${t(`cell.${name}`)}`}</Status>
            </li>
          ))}
          <li>{t('run.elapsed', { time: timeOf(elapsedMs, t) })}</li>
          {mode !== null && <li>{t(`mode.${mode}`)}</li>}
        </ul>
        {isAdmin && (
          <Button disabled={isCancelled} onClick={cancel}>
            {t(isCancelled ? 'run.cancelling' : 'run.cancel')}
          </Button>
        )}
        {problem && <Trouble problem={problem} />}
      </div>
    </section>
  );
}

const TESTS = ['out', 'back', 'cold', 'warm'] as const;
const TONES: Readonly<Record<RunProgress['path']['out'], Tone>> = {
  waiting: 'idle',
  asked: 'run',
  yes: 'ok',
  no: 'bad',
};
const BOXES = [
  ['pbx', 8, 20, 110],
  ['router', 300, 20, 110],
  ['primary', 600, 8, 54],
  ['alternate', 600, 84, 54],
] as const;
/** Which way each test takes: from x to x, at y. */
const WAYS = { out: [160, 600, 30], back: [600, 160, 52], cold: [600, 160, 98], warm: [600, 160, 120] } as const;

function Path({ progress: { path, servers } }: { readonly progress: RunProgress }) {
  const { t } = useTranslation();
  const server = servers.find(({ address }) => address !== null);
  const addresses = {
    pbx: path.local,
    router: path.publicAddress,
    primary: server?.address ?? null,
    alternate: server?.otherAddress ?? null,
  };
  return (
    <Card title={t('path.title')}>
      <svg className={css.path} viewBox="0 0 800 146" aria-hidden="true">
        {TESTS.map((test) => {
          const [from, to, y] = WAYS[test];
          const back = to > from ? -8 : 8;
          return (
            <g key={test} className={css[`way-${path[test]}`]}>
              <line x1={from} x2={to} y1={y} y2={y} />
              <path d={`M${to + back} ${y - 5}L${to} ${y}l${back} 5`} />
            </g>
          );
        })}
        {BOXES.map(([name, x, y, height]) => (
          <g key={name}>
            <rect x={x} y={y} width={name === 'pbx' || name === 'router' ? 152 : 192} height={height} rx={6} />
            <text x={x + 10} y={y + 22} className={css.name}>
              {t(`lane.${name}`)}
            </text>
            <text x={x + 10} y={y + 40}>
              {addresses[name] ?? ''}
            </text>
          </g>
        ))}
      </svg>
      <ul>
        {TESTS.map((test) => (
          <li key={test} className={css.test}>
            <Status tone={TONES[path[test]]}>{t(`path.${path[test]}`)}</Status> {t(`path.${test}`)}
          </li>
        ))}
      </ul>
    </Card>
  );
}
