import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { RunSummary } from '../../../src/console/api/index.ts';
import type { Comparison } from '../../../src/report/index.ts';
import { useAnswer } from '../client/index.ts';
import {
  ButtonLink,
  Card,
  Icon,
  Loading,
  runTone,
  Shape,
  Status,
  type Tone,
  Trouble,
  useMoments,
  useRunWords,
} from '../frame/index.ts';
import { Changes } from './change-table.tsx';
import { headlineOf, sumOf } from './changes.ts';
import css from './history.module.css';
import { TrendCard } from './trend.tsx';

interface Two {
  readonly first: number;
  readonly second: number;
}

/** What changed from one run to another, in words first. */
export function Compare({ first, second }: Two) {
  const { t } = useTranslation();
  const { data, error } = useAnswer('compare', { query: { a: first, b: second } });
  const { data: list } = useAnswer('runs', { query: { limit: 200 } });
  const runs = list?.items ?? [];
  const comparison = data?.['comparison'] as Comparison | null | undefined;
  return (
    <>
      <div className={css.head}>
        <p className={css.crumbs}>
          <Link href="/history">{t('place.history')}</Link> /{' '}
          <span aria-current="page">{t('compare.against', { first, second })}</span>
        </p>
      </div>
      {error && (
        <>
          <h1 className={css.sentence}>{t('compare.cannot')}</h1>
          <Trouble problem={error.problem} />
        </>
      )}
      {comparison === undefined && !error && <Loading />}
      <div className={css.stack}>
        {comparison && <Says comparison={comparison} first={first} second={second} />}
        {comparison === null && <h1 className={css.sentence}>{t('compare.no-common')}</h1>}
        <div className={css.pair}>
          <Side id={first} runs={runs} to={(id) => `/history/compare/${id}/${second}`} />
          <span className={css.arrow} aria-hidden="true">
            ›
          </span>
          <Side id={second} runs={runs} to={(id) => `/history/compare/${first}/${id}`} />
        </div>
        {comparison && <Changes comparison={comparison} />}
        {comparison && <Facts facts={comparison.facts.filter(isNews)} />}
        <TrendCard marked={[first, second]} />
      </div>
    </>
  );
}

const TONES: Readonly<Record<ReturnType<typeof headlineOf>, Tone>> = {
  'opened-all': 'ok',
  opened: 'warn',
  closed: 'bad',
  both: 'warn',
  otherwise: 'idle',
  facts: 'idle',
  same: 'idle',
};

function Says({ comparison, first, second }: Two & { readonly comparison: Comparison }) {
  const { t } = useTranslation();
  const { amount } = useMoments();
  const { verdict: was } = comparison.first;
  const { verdict: is } = comparison.second;
  const headline = headlineOf(comparison, is === 'supported');
  const { better, worse, otherwise } = sumOf(comparison.ports);
  const counts = { better: amount(better), worse: amount(worse), otherwise: amount(otherwise) };
  const tone = TONES[headline];
  const same = comparison.comparedPorts - better - worse - otherwise;
  return (
    <section className={`${css.says} ${css[tone]}`}>
      <Shape tone={tone} size={48} />
      <div>
        <p className={css.kicker}>
          <Status tone={runTone({ state: 'finished', verdict: is })}>
            {was === is
              ? t('compare.still', { verdict: t(`verdict.${is}`) })
              : t('compare.now', { was: t(`verdict.${was}`), is: t(`verdict.${is}`) })}
          </Status>
          <span>{t('compare.against', { first, second })}</span>
        </p>
        <h1 className={css.sentence}>
          {t(`compare.sentence.${headline}`, { ...counts, count: better > 0 ? better : worse > 0 ? worse : otherwise })}
        </h1>
        <p className={css.lead}>
          {t('compare.same-count', { count: same, n: amount(same) })}{' '}
          {worse === 0 && better > 0 && t('compare.nothing-worse')}
        </p>
        <p className={css.acts}>
          <ButtonLink filled to={`/check/${second}`}>
            {t(is === 'unsupported' ? 'dashboard.what-to-change' : 'dashboard.open')}
          </ButtonLink>
          {is === 'unsupported' && (
            <ButtonLink to={`/check?failed=${second}`}>
              <Icon name="again" size={16} /> {t('compare.check-again')}
            </ButtonLink>
          )}
        </p>
      </div>
    </section>
  );
}

interface SideProps {
  readonly id: number;
  readonly runs: readonly RunSummary[];
  readonly to: (id: number) => string;
}

/** One of the two; another can be taken in its place. */
function Side({ id, runs, to }: SideProps) {
  const { t } = useTranslation();
  const { at, amount } = useMoments();
  const words = useRunWords();
  const [, go] = useLocation();
  const run = runs.find((one) => one.id === id);
  const counts = run?.counts;
  return (
    <section className={css.side} aria-label={t('history.run', { id })}>
      <p className={css.kicker}>
        {run && <Status tone={runTone(run)}>{words.verdict(run)}</Status>}
        <Link href={`/check/${id}`}>{t('history.run', { id })}</Link>
      </p>
      <label className={css.filter}>
        {t('compare.change')}
        <select value={id} onChange={(event) => go(to(Number(event.target.value)))}>
          {!run && <option value={id}>{t('history.run', { id })}</option>}
          {runs
            .filter(({ state }) => state === 'finished')
            .map((one) => (
              <option key={one.id} value={one.id}>
                {t('history.run', { id: one.id })}, {at(one.startedAt)}
              </option>
            ))}
        </select>
      </label>
      <p className={css.dim}>
        {run && at(run.startedAt)}
        {counts &&
          `, ${t('compare.counts', { open: amount(counts.open), closed: amount(counts.closed), other: amount(counts.other) })}`}
      </p>
    </section>
  );
}

/** The verdict stands above; that there was no reason, or is none now, follows from it. */
const isNews = ({ what, before, after }: Comparison['facts'][number]): boolean =>
  what !== 'verdict' && (what !== 'reason' || (before.length > 0 && after.length > 0));

/** About the run and the way, not about a port. */
function Facts({ facts }: Pick<Comparison, 'facts'>) {
  const { t } = useTranslation();
  if (facts.length === 0) return null;
  const wordOf = (what: string, value: string): string => {
    if (what === 'sourcePorts') return t([`compare.source.${value}`, 'compare.raw'], { value });
    return what === 'reason' ? t([`compare.reason.${value}`, 'compare.raw'], { value }) : value;
  };
  const valuesOf = (what: string, values: readonly string[]): string =>
    values.length === 0 ? t('compare.nothing') : values.map((value) => wordOf(what, value)).join(', ');
  return (
    <Card title={t('compare.else')}>
      <dl className={css.facts}>
        {facts.map(({ what, before, after }) => (
          <div key={what}>
            <dt>{t(`compare.fact.${what}`)}</dt>
            <dd>
              {valuesOf(what, before)} <span aria-hidden="true">›</span>{' '}
              <span className={css.hidden}>{t('compare.then')}</span> <b>{valuesOf(what, after)}</b>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
