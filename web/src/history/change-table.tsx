import { useTranslation } from 'react-i18next';
import type { Comparison } from '../../../src/report/index.ts';
import { Card, Shape, Status, type Tone, useMoments } from '../frame/index.ts';
import { KINDS, kindOf, type PortChange, sumOf } from './changes.ts';
import css from './history.module.css';
import { nameOfRange } from './trend-steps.ts';

const TONES = { better: 'ok', worse: 'bad', otherwise: 'idle' } as const;

const toneOf = (result: string): Tone =>
  result === 'open' ? 'ok' : ['closed', 'no-answer'].includes(result) ? 'bad' : result === 'untested' ? 'idle' : 'warn';

/** The worse before the better; what did not change is counted. */
export function Changes({ comparison }: { readonly comparison: Comparison }) {
  const { t } = useTranslation();
  const { amount } = useMoments();
  const sums = sumOf(comparison.ports);
  const same = comparison.comparedPorts - sums.better - sums.worse - sums.otherwise;
  return (
    <Card title={t('compare.by-range')}>
      <table className={`${css.table} ${css.changes}`}>
        <thead>
          <tr>
            <th scope="col">{t('compare.column.ports')}</th>
            <th scope="col">{t('compare.column.change')}</th>
            <th scope="col" className={css.number}>
              {t('compare.column.count')}
            </th>
            <th scope="col">{t('compare.column.cause')}</th>
          </tr>
        </thead>
        {KINDS.map((kind) => (
          <tbody key={kind}>
            <tr className={css.group}>
              <th colSpan={4} scope="rowgroup">
                {sums[kind] > 0 && <Shape tone={TONES[kind]} />} {t(`compare.kind.${kind}`)}:{' '}
                {sums[kind] > 0 ? amount(sums[kind]) : t('compare.none')}
              </th>
            </tr>
            {comparison.ports
              .filter((change) => kindOf(change) === kind)
              .map((change) => (
                <Change key={`${change.ports[0]} ${change.after.result}`} change={change} />
              ))}
          </tbody>
        ))}
      </table>
      <p className={css.soft}>{t('compare.same-count', { count: same, n: amount(same) })}</p>
      <Only name="first" labels={comparison.onlyInFirst} />
      <Only name="second" labels={comparison.onlyInSecond} />
    </Card>
  );
}

/** Of a long list the first: the reports have all of it. */
const MOST = 12;
const listOf = (labels: readonly string[]): string =>
  [...labels.slice(0, MOST).map(nameOfRange), ...(labels.length > MOST ? ['...'] : [])].join(', ');

function Change({ change: { ports, count, before, after } }: { readonly change: PortChange }) {
  const { t } = useTranslation();
  const { amount } = useMoments();
  const why = after.cause ?? (after.result === 'open' ? null : before.cause);
  return (
    <tr>
      <th scope="row">{listOf(ports)}</th>
      <td>
        <span className={css.turn}>
          <Status tone={toneOf(before.result)}>{t(`outcome.result.${before.result}`)}</Status>
          <span aria-hidden="true">›</span>
          <span className={css.hidden}>{t('compare.then')}</span>
          <Status tone={toneOf(after.result)}>{t(`outcome.result.${after.result}`)}</Status>
        </span>
      </td>
      <td className={css.number}>{amount(count)}</td>
      <td className={css.soft}>
        {why !== null && t([`outcome.cause.${why}`, 'compare.raw'], { value: why })}
        {why === null && before.cause !== null && (
          <>
            {t('compare.before')} {t([`outcome.cause.${before.cause}`, 'compare.raw'], { value: before.cause })}
          </>
        )}
      </td>
    </tr>
  );
}

function Only({ name, labels }: { readonly name: 'first' | 'second'; readonly labels: readonly string[] }) {
  const { t } = useTranslation();
  if (labels.length === 0) return null;
  return <p className={css.soft}>{t(`compare.only.${name}`, { ports: listOf(labels) })}</p>;
}
