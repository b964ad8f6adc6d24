import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { Problem, RunSummary } from '../../../src/console/api/index.ts';
import { ask, useAnswer, useSession } from '../client/index.ts';
import { Button, Card, Loading, Removal, runTone, Status, Trouble, useMoments, useRunWords } from '../frame/index.ts';
import css from './history.module.css';
import { TrendCard } from './trend.tsx';

const PAGE = 20;
/** A run that is going on comes into the list by itself. */
const EVERY_MS = 10_000;
const CAME = ['supported', 'unsupported', 'inconclusive', 'cancelled', 'interrupted'] as const;
type Came = (typeof CAME)[number];

/** All runs, newest first; two of them can be compared. */
export function List() {
  const { t } = useTranslation();
  const [came, setCame] = useState<Came | null>(null);
  /** Where each page after the first begins. */
  const [befores, setBefores] = useState<readonly number[]>([]);
  const [picked, setPicked] = useState<readonly number[]>([]);
  const before = befores.at(-1);
  const query = { limit: PAGE, ...(before !== undefined && { before }), ...(came !== null && { came }) };
  const { data, error } = useAnswer('runs', { query }, EVERY_MS);
  const filter = (wanted: string): void => {
    setCame(CAME.find((one) => one === wanted) ?? null);
    setBefores([]);
  };
  const last = data?.items.at(-1);
  return (
    <>
      <div className={css.head}>
        <h1>{t('place.history')}</h1>
        <Picked picked={picked} />
      </div>
      <div className={css.stack}>
        <TrendCard />
        <Card title={t('history.runs')} side={<Filter came={came} set={filter} />}>
          {error && <Trouble problem={error.problem} />}
          {!data && !error && <Loading />}
          {data?.items.length === 0 && (
            <p className={css.soft}>{t(came === null ? 'dashboard.never' : 'history.none-such')}</p>
          )}
          {data && data.items.length > 0 && <Runs runs={data.items} picked={picked} setPicked={setPicked} />}
          {data && (befores.length > 0 || data.more) && (
            <nav className={css.pages} aria-label={t('history.pages')}>
              <Button disabled={befores.length === 0} onClick={() => setBefores(befores.slice(0, -1))}>
                {t('history.newer')}
              </Button>
              <Button disabled={!data.more} onClick={() => last && setBefores([...befores, last.id])}>
                {t('history.older')}
              </Button>
            </nav>
          )}
        </Card>
      </div>
    </>
  );
}

function Filter({ came, set }: { readonly came: Came | null; readonly set: (wanted: string) => void }) {
  const { t } = useTranslation();
  return (
    <label className={css.filter}>
      {t('history.filter')}
      <select value={came ?? ''} onChange={(event) => set(event.target.value)}>
        <option value="">{t('history.all')}</option>
        {CAME.map((one) => (
          <option key={one} value={one}>
            {one === 'interrupted' ? t('run-state.interrupted') : t(`verdict.${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Picked({ picked }: { readonly picked: readonly number[] }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const [first, second] = picked.toSorted((a, b) => a - b);
  const isReady = first !== undefined && second !== undefined;
  return (
    <div className={css.picked}>
      <span role="status">
        {isReady ? t('history.picked', { first, second }) : t('history.pick', { count: 2 - picked.length })}
      </span>
      <Button filled disabled={!isReady} onClick={() => go(`/history/compare/${first}/${second}`)}>
        {t('history.compare')}
      </Button>
    </div>
  );
}

interface RunsProps {
  readonly runs: readonly RunSummary[];
  readonly picked: readonly number[];
  readonly setPicked: (picked: readonly number[]) => void;
}

function Runs({ runs, picked, setPicked }: RunsProps) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  // The third pick takes the place of the first.
  const pick = (id: number, on: boolean): void =>
    setPicked(on ? [...picked, id].slice(-2) : picked.filter((one) => one !== id));
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{t('history.column.pick')}</th>
          <th scope="col">{t('history.column.run')}</th>
          <th scope="col">{t('history.column.verdict')}</th>
          <th scope="col">{t('history.column.says')}</th>
          <th scope="col" className={css.number}>
            {t('history.column.open')}
          </th>
          {isAdmin && <th scope="col">{t('history.column.delete')}</th>}
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Row
            key={run.id}
            run={run}
            isPicked={picked.includes(run.id)}
            pick={(on) => pick(run.id, on)}
            gone={() => pick(run.id, false)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly run: RunSummary;
  readonly isPicked: boolean;
  readonly pick: (on: boolean) => void;
  readonly gone: () => void;
}

function Row({ run, isPicked, pick, gone }: RowProps) {
  const { t } = useTranslation();
  const { at, amount } = useMoments();
  const { isAdmin } = useSession();
  const words = useRunWords();
  const { counts } = run;
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          checked={isPicked}
          disabled={run.state !== 'finished'}
          aria-label={t('history.pick-run', { id: run.id })}
          onChange={(event) => pick(event.target.checked)}
        />
      </td>
      <th scope="row">
        <Link href={`/check/${run.id}`}>{t('history.run', { id: run.id })}</Link>
        <br />
        <span className={css.dim}>
          {at(run.startedAt)}, {t(`by.${run.by.kind}`, { name: run.by.name ?? '' })}
        </span>
      </th>
      <td>
        <Status tone={runTone(run)}>{words.verdict(run)}</Status>
      </td>
      <td className={css.soft}>{words.sentence(run)}</td>
      <td className={css.number}>
        {counts &&
          t('history.of', { open: amount(counts.open), all: amount(counts.open + counts.closed + counts.other) })}
      </td>
      {isAdmin && <td>{run.state !== 'running' && <Delete id={run.id} gone={gone} />}</td>}
    </tr>
  );
}

function Delete({ id, gone }: { readonly id: number; readonly gone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const remove = async (): Promise<Problem | null> => {
    const outcome = await ask('removeRun', { params: { id } });
    if (outcome.kind === 'refused' && outcome.status !== 404) return outcome.problem;
    gone();
    await queries.invalidateQueries();
    return null;
  };
  return <Removal label={t('history.delete', { id })} onRemove={remove} />;
}
