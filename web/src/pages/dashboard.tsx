import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { Dashboard as Data, Problem, RunSummary } from '../../../src/console/api/index.ts';
import { ask, useAnswer, useSession } from '../client/index.ts';
import { Button, ButtonLink, Card, Icon, Loading, Play, Shape, Status, type Tone, Trouble } from '../frame/index.ts';
import css from './dashboard.module.css';

const EVERY_MS = 10_000;

export const toneOf = (run: RunSummary | null): Tone => {
  if (run?.state === 'running') return 'run';
  if (run?.verdict === 'supported') return 'ok';
  return run?.verdict === 'unsupported' ? 'bad' : 'idle';
};

export function Dashboard() {
  const { t } = useTranslation();
  const { data, error } = useAnswer('dashboard', {}, EVERY_MS);
  return (
    <>
      <h1 className={css.title}>{t('place.dashboard')}</h1>
      {error && <Trouble problem={error.problem} />}
      {!data && !error && <Loading />}
      {data && (
        <div className={css.grid}>
          <Verdict data={data} />
          <PublicAddress of={data.publicAddress} />
          <Servers servers={data.servers} />
          <Next next={data.next} />
          <Pbx pbx={data.pbx} />
          <Recent runs={data.recent} />
        </div>
      )}
    </>
  );
}

function useWhen(): (moment: string) => string {
  const { i18n } = useTranslation();
  return (moment) =>
    new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(moment));
}

function Verdict({ data: { last, running } }: { readonly data: Data }) {
  const { t, i18n } = useTranslation();
  const when = useWhen();
  const { isAdmin } = useSession();
  const [, go] = useLocation();
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (): Promise<void> => {
    const outcome = await ask('startRun', { body: { scope: { kind: 'all' } } });
    if (outcome.kind === 'done') go(`/check/${outcome.value.id}`);
    else setProblem(outcome.problem);
  };
  const tone = toneOf(last);
  const headline = last?.headline?.[i18n.language === 'de' ? 'de' : 'en'];
  return (
    <section className={`${css.verdict} ${css[tone]}`} aria-labelledby="firewall-check">
      <div className={css.says}>
        <Shape tone={tone} size={48} />
        <div>
          <div className={css.kicker}>
            <h2 id="firewall-check">{t('place.check')}</h2>
            {last?.verdict && <Status tone={tone}>{t(`verdict.${last.verdict}`)}</Status>}
            {last && <span>{t('dashboard.run-at', { when: when(last.startedAt), id: last.id })}</span>}
          </div>
          <p className={css.sentence}>{headline ?? t(last ? `state.${last.state}` : 'dashboard.never')}</p>
          {last?.counts && <p className={css.lead}>{t('dashboard.counts', last.counts)}</p>}
          {last && <ButtonLink to={`/check/${last.id}`}>{t('dashboard.open')}</ButtonLink>}
        </div>
      </div>
      <div className={css.act}>
        {running === null && isAdmin && (
          <Button filled onClick={run}>
            <Play /> {t('dashboard.run')}
          </Button>
        )}
        {running !== null && (
          <ButtonLink filled to={`/check/${running}`}>
            {t('dashboard.watch')}
          </ButtonLink>
        )}
        {running === null && !isAdmin && <p>{t('dashboard.viewer')}</p>}
        {problem && <Trouble problem={problem} />}
      </div>
    </section>
  );
}

function PublicAddress({ of: { seen, expected, at } }: { readonly of: Data['publicAddress'] }) {
  const { t } = useTranslation();
  const when = useWhen();
  const isSame = seen !== null && seen === expected;
  return (
    <Card
      title={t('dashboard.address')}
      side={
        seen !== null &&
        expected !== null && (
          <Status tone={isSame ? 'ok' : 'bad'}>{t(isSame ? 'dashboard.matches' : 'dashboard.differs')}</Status>
        )
      }
    >
      <p className={css.fact}>{seen ?? expected ?? t('dashboard.unknown')}</p>
      {at !== null && <p className={css.dim}>{t('dashboard.seen-at', { when: when(at) })}</p>}
      {expected !== null && !isSame && <p className={css.dim}>{t('dashboard.expected', { address: expected })}</p>}
    </Card>
  );
}

function Servers({ servers }: { readonly servers: Data['servers'] }) {
  const { t } = useTranslation();
  return (
    <Card title={t('dashboard.servers')}>
      {servers.length === 0 && <p className={css.dim}>{t('dashboard.no-servers')}</p>}
      <ul>
        {servers.map(({ server, state, address, roundTripMs }) => (
          <li key={server} className={css.row}>
            <span>
              <b>{server}</b>
              <br />
              <span className={css.dim}>
                {[address, roundTripMs === null ? null : `${roundTripMs.toFixed(1)} ms`].filter(Boolean).join(', ')}
              </span>
            </span>
            <Status tone={state === 'ok' ? 'ok' : 'warn'}>{state}</Status>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Next({ next }: { readonly next: Data['next'] }) {
  const { t } = useTranslation();
  const when = useWhen();
  return (
    <Card title={t('dashboard.next')}>
      <p className={css.fact}>{next === null ? t('dashboard.none') : when(next.at)}</p>
      <p className={css.dim}>{t(next === null ? 'dashboard.no-schedule' : 'dashboard.unattended')}</p>
    </Card>
  );
}

const SERVICE_TONES = { running: 'ok', partly: 'warn', nobody: 'bad', unknown: 'idle' } as const;

function Pbx({ pbx }: { readonly pbx: Data['pbx'] }) {
  const { t } = useTranslation();
  const holder = ({ name, pid }: Data['pbx']['services'][number]['heldBy'][number]): string =>
    pid === null ? (name ?? t('dashboard.unknown')) : `${name ?? t('dashboard.unknown')}, pid ${pid}`;
  return (
    <section className={css.wide}>
      <Card
        title={t('dashboard.pbx')}
        side={
          <span className={css.calls}>
            <Icon name="phone" size={16} />
            {pbx.callsInProgress === null
              ? t('dashboard.calls-unknown')
              : t('dashboard.calls', { count: pbx.callsInProgress })}
          </span>
        }
      >
        <p className={css.dim}>{[pbx.name, pbx.address].filter(Boolean).join(', ')}</p>
        <table className={css.table}>
          <thead>
            <tr>
              {['service', 'ports', 'held-by', 'state'].map((name) => (
                <th key={name} scope="col">
                  {t(`column.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pbx.services.map(({ purpose, ports, heldBy, state }) => (
              <tr key={`${purpose} ${ports}`}>
                <th scope="row">{t([`purpose.${purpose}`, 'purpose.other'], { purpose })}</th>
                <td>
                  {ports.map((one) => (
                    <code key={one} className={css.port}>
                      {one.replace('/', ' ').toUpperCase()}
                    </code>
                  ))}
                </td>
                <td>{heldBy.map(holder).join('; ')}</td>
                <td>
                  <Status tone={SERVICE_TONES[state]}>{t(`service.${state}`)}</Status>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {pbx.busy.length > 0 && <p className={css.dim}>{t('dashboard.busy', { ports: pbx.busy.join(', ') })}</p>}
      </Card>
    </section>
  );
}

function Recent({ runs }: { readonly runs: Data['recent'] }) {
  const { t } = useTranslation();
  const when = useWhen();
  return (
    <Card title={t('dashboard.recent')} side={<Link href="/history">{t('place.history')}</Link>}>
      {runs.length === 0 && <p className={css.dim}>{t('dashboard.none')}</p>}
      <ul>
        {runs.slice(0, 6).map((run) => (
          <li key={run.id} className={css.row}>
            <Link href={`/check/${run.id}`}>{when(run.startedAt)}</Link>
            <Status tone={toneOf(run)}>{t(run.verdict ? `verdict.${run.verdict}` : `state.${run.state}`)}</Status>
          </li>
        ))}
      </ul>
    </Card>
  );
}
