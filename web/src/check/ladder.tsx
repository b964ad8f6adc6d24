import { useTranslation } from 'react-i18next';
import type { Report } from '../../../src/report/index.ts';
import { Status, type Tone, useMoments } from '../frame/index.ts';
import css from './ladder.module.css';
import { ladderOf, type Rung, type Scene } from './rungs.ts';

type Proof = NonNullable<Report['findings'][number]['proof']>;
const TONES: Readonly<Record<Scene['answer'], Tone>> = { yes: 'ok', no: 'bad', unknown: 'idle' };
const [STEP, TOP, WIDTH] = [30, 28, 760];
const X = [110, 320, 530, 740] as const;
const LANES = ['pbx', 'router', 'primary', 'alternate'] as const;

/** The packets of one port, with times and addresses; on a phone, a list. */
export function Ladder({ proof }: { readonly proof: Proof }) {
  const { t } = useTranslation();
  const { ms } = useMoments();
  return (
    <div className={css.ladder}>
      {ladderOf(proof).map((scene) => (
        <section key={scene.question} className={css.scene}>
          <h4>
            {t(`question.${scene.question}`)} <Status tone={TONES[scene.answer]}>{t(`answer.${scene.answer}`)}</Status>
          </h4>
          <Drawn rungs={scene.rungs} />
          <ol className={css.list}>
            {scene.rungs.map((rung) => (
              <li key={`${rung.kind} ${rung.atMs}`}>
                {rung.kind !== 'missing' && <code>{ms(rung.atMs)}</code>} {t(`rung.${rung.kind}`)}{' '}
                <code>{rung.text}</code>
              </li>
            ))}
          </ol>
          {scene.moreTries > 0 && <p>{t('ladder.more', { count: scene.moreTries })}</p>}
        </section>
      ))}
    </div>
  );
}

function Drawn({ rungs }: { readonly rungs: readonly Rung[] }) {
  const { t } = useTranslation();
  const height = TOP + rungs.length * STEP + 8;
  return (
    <svg className={css.drawn} viewBox={`0 0 ${WIDTH + 60} ${height}`} aria-hidden="true">
      {LANES.map((lane, index) => (
        <g key={lane}>
          <text x={X[index]} y={14} textAnchor="middle" className={css.lane}>
            {t(`lane.${lane}`)}
          </text>
          <line x1={X[index]} x2={X[index]} y1={20} y2={height} className={css.pole} />
        </g>
      ))}
      {rungs.map((rung, index) => (
        <Arrow key={`${rung.kind} ${rung.atMs}`} rung={rung} y={TOP + (index + 0.7) * STEP} />
      ))}
    </svg>
  );
}

function Arrow({ rung: { from, to, kind, atMs, text }, y }: { readonly rung: Rung; readonly y: number }) {
  const { ms } = useMoments();
  const [begin, end] = [X[from], X[to]];
  const way = end > begin ? -1 : 1;
  return (
    <g className={css[kind]}>
      {kind !== 'missing' && (
        <text x={0} y={y + 4} className={css.time}>
          {ms(atMs)}
        </text>
      )}
      <line x1={begin} x2={end} y1={y} y2={y} />
      {kind === 'missing' ? (
        <path d={`M${end - 5} ${y - 5}l10 10m0 -10l-10 10`} />
      ) : (
        <path d={`M${end + way * 8} ${y - 5}L${end} ${y}l${way * 8} 5`} />
      )}
      <text x={(begin + end) / 2} y={y - 5} textAnchor="middle" className={css.endpoints}>
        {text}
      </text>
    </g>
  );
}
