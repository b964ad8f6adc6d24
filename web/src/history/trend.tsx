import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Reply } from '../client/index.ts';
import { useAnswer } from '../client/index.ts';
import { Card, runTone, Shape, Trouble, useMoments } from '../frame/index.ts';
import css from './history.module.css';
import { nameOfRange, type Step, stepsOf } from './trend-steps.ts';

type Trend = Reply<'trend'>;

/** How many ports were open over the last runs: as a whole, and of each range. */
export function TrendCard({ marked = [] }: { readonly marked?: readonly number[] }) {
  const { t } = useTranslation();
  const { day } = useMoments();
  const { data, error } = useAnswer('trend', {});
  const [oldest, newest] = [data?.runs[0], data?.runs.at(-1)];
  if (error)
    return (
      <Card title={t('trend.title')}>
        <Trouble problem={error.problem} />
      </Card>
    );
  if (!data || !oldest || !newest || data.runs.length < 2) return null;
  return (
    <Card
      title={t('trend.title')}
      side={
        <span className={css.dim}>
          {t('trend.span', { from: day(oldest.startedAt), to: day(newest.startedAt), count: data.runs.length })}
        </span>
      }
    >
      <Line trend={data} />
      <ByRange trend={data} marked={marked} />
    </Card>
  );
}

const [WIDE, HIGH, TOP] = [1_000, 96, 14];

function Line({ trend }: { readonly trend: Trend }) {
  const { t } = useTranslation();
  const { amount, at } = useMoments();
  const { steps, most } = stepsOf(trend);
  if (most === 0) return null;
  const x = (index: number): number => ((index + 0.5) / steps.length) * WIDE;
  const y = (open: number): number => TOP + (1 - open / most) * HIGH;
  const known = steps.flatMap((step, index) => (step.open === null ? [] : [{ ...step, open: step.open, index }]));
  const path = known
    .map(({ open, index }, place) => `${place === 0 ? `M${x(index)} ` : `H${x(index)}V`}${y(open)}`)
    .join('');
  const spoken = known.map(({ open, startedAt }: Step & { open: number }) => `${at(startedAt)}: ${amount(open)}`);
  return (
    <div className={css.line}>
      <div className={css.scale} aria-hidden="true">
        <span>{amount(most)}</span>
        <span>0</span>
      </div>
      <div className={css.plot}>
        <svg
          viewBox={`0 0 ${WIDE} ${HIGH + 2 * TOP}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${t('trend.title')}. ${spoken.join('; ')}`}
        >
          <path className={css.rule} d={`M0 ${y(most)}H${WIDE}M0 ${y(0)}H${WIDE}`} />
          <path className={css.stroke} d={path} />
        </svg>
        <ol className={css.marks} aria-hidden="true">
          {steps.map((step) => (
            <li key={step.id}>
              <Mark step={step} y={step.open === null ? null : y(step.open) / (HIGH + 2 * TOP)} />
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

/** In a line of its own height; a dozen heights are fine enough for a mark. */
function Mark({ step, y }: { readonly step: Step; readonly y: number | null }) {
  if (y === null) return null;
  return (
    <svg viewBox="0 0 24 248" width="24" height="124" aria-hidden="true">
      <g transform={`translate(4 ${y * 248 - 12})`}>
        <Shape tone={runTone({ state: 'finished', verdict: step.verdict })} size={24} />
      </g>
    </svg>
  );
}

function ByRange({ trend, marked }: { readonly trend: Trend; readonly marked: readonly number[] }) {
  const { t } = useTranslation();
  const { at } = useMoments();
  const [, go] = useLocation();
  const percent = (share: number): string => `${Math.floor(share * 100)} %`;
  return (
    <>
      <h3 className={css.by}>{t('trend.by-range')}</h3>
      <div className={css.scroll}>
        <table className={css.grid}>
          <colgroup>
            <col className={css.ranges} />
            <col span={trend.runs.length} />
          </colgroup>
          <thead className={css.spoken}>
            <tr>
              <th scope="col">{t('trend.range')}</th>
              {trend.runs.map((run) => (
                <th key={run.id} scope="col">
                  {t('history.run', { id: run.id })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {trend.ranges.map((range, row) => (
              <tr key={range}>
                <th scope="row">{nameOfRange(range)}</th>
                {trend.runs.map((run) => {
                  const share = run.open[row] ?? null;
                  const says = share === null ? t('trend.not-asked') : t('trend.open', { percent: percent(share) });
                  return (
                    <td key={run.id} className={marked.includes(run.id) ? css.marked : undefined}>
                      <button
                        type="button"
                        tabIndex={row === 0 ? 0 : -1}
                        title={`${t('history.run', { id: run.id })}, ${at(run.startedAt)}: ${says}`}
                        aria-label={`${t('history.run', { id: run.id })}: ${says}`}
                        onClick={() => go(`/check/${run.id}`)}
                      >
                        <Cell share={share} />
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className={css.legend}>
        {(
          [
            ['all', 1],
            ['some', 0.5],
            ['none', 0],
            ['not-asked', null],
          ] as const
        ).map(([name, share]) => (
          <li key={name}>
            <Cell share={share} /> {t(`trend.legend.${name}`)}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Filled from below as far as it is open; the rest is struck through. */
function Cell({ share }: { readonly share: number | null }) {
  if (share === null)
    return (
      <svg className={css.cell} viewBox="0 0 40 16" preserveAspectRatio="none" aria-hidden="true">
        <rect className={css.unasked} x="1" y="1" width="38" height="14" rx="2" />
      </svg>
    );
  const open = share * 16;
  return (
    <svg className={css.cell} viewBox="0 0 40 16" preserveAspectRatio="none" aria-hidden="true">
      {share < 1 && (
        <>
          <rect className={css.shut} width="40" height={16 - open} />
          <path className={css.slash} d={`M0 ${16 - open}L40 0`} />
        </>
      )}
      <rect className={css.fill} y={16 - open} width="40" height={open} />
    </svg>
  );
}
