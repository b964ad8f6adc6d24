import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Dashboard } from '../../../src/console/api/index.ts';
import { useSession } from '../client/index.ts';
import { Card, runTone, Shape, Status, useMoments, useRunWords } from '../frame/index.ts';
import css from './dashboard.module.css';

export function PublicAddress({ of: { seen, expected, at } }: { readonly of: Dashboard['publicAddress'] }) {
  const { t } = useTranslation();
  const { ago } = useMoments();
  const isSame = seen !== null && seen === expected;
  const facts = { ago: at === null ? '' : ago(at), address: expected };
  const says = (): string => {
    if (seen === null) return t(expected === null ? 'dashboard.not-seen' : 'dashboard.set');
    if (expected === null) return t('dashboard.by-stun', facts);
    return t(isSame ? 'dashboard.same' : 'dashboard.not-same', facts);
  };
  return (
    <Card
      title={t('dashboard.address')}
      side={
        seen !== null && expected !== null ? (
          <Status tone={isSame ? 'ok' : 'bad'}>{t(isSame ? 'dashboard.matches' : 'dashboard.differs')}</Status>
        ) : (
          <Link href="/settings/network">{t('place.settings')}</Link>
        )
      }
    >
      <p className={css.fact}>{seen ?? expected ?? t('dashboard.unknown')}</p>
      <p className={css.soft}>{says()}</p>
    </Card>
  );
}

export function Servers({ servers }: Pick<Dashboard, 'servers'>) {
  const { t } = useTranslation();
  return (
    <Card title={t('dashboard.servers')} side={<Link href="/settings/network">{t('place.settings')}</Link>}>
      {servers.length === 0 && <p className={css.soft}>{t('dashboard.no-servers')}</p>}
      <ul>
        {servers.map((one) => (
          <li key={one.server} className={css.server}>
            <span>
              <b>{one.server}</b>
              <br />
              <ServerFacts of={one} />
            </span>
            <Status tone={toneOfServer(one.state)}>{t([`dashboard.server.${one.state}`, 'dashboard.unknown'])}</Status>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Answers, but not all that a check can ask: no second address to send from. */
const PARTLY = ['basic', 'no-second-address', 'throttling'];
const toneOfServer = (state: string) => (state === 'ok' ? 'ok' : PARTLY.includes(state) ? 'warn' : 'bad');

function ServerFacts({ of: { address, otherAddress, roundTripMs } }: { readonly of: Dashboard['servers'][number] }) {
  const { t } = useTranslation();
  const facts = [
    address ?? t('dashboard.no-address'),
    ...(address === null ? [] : [otherAddress ?? t('dashboard.no-cold')]),
    ...(roundTripMs === null ? [] : [`${roundTripMs.toFixed(1)} ms`]),
  ];
  return <span className={css.dim}>{facts.join(', ')}</span>;
}

export function Next({ next }: Pick<Dashboard, 'next'>) {
  const { t } = useTranslation();
  const { at, ago } = useMoments();
  const { isAdmin } = useSession();
  const settings = t(next === null && isAdmin ? 'dashboard.plan' : 'place.settings');
  return (
    <Card title={t('dashboard.next')} side={<Link href="/settings/schedule">{settings}</Link>}>
      <p className={css.fact}>{next === null ? t('dashboard.none') : at(next.at)}</p>
      <p className={css.soft}>
        {next === null ? t('dashboard.no-schedule') : t('dashboard.in', { ago: ago(next.at) })}
      </p>
      {next && (
        <dl className={css.facts}>
          <dt>{t('dashboard.repeats')}</dt>
          <dd>
            <Repeats cron={next.schedule.cron} />
          </dd>
          {next.schedule.quiet && (
            <>
              <dt>{t('dashboard.quiet')}</dt>
              <dd>{t('dashboard.quiet-from', next.schedule.quiet)}</dd>
            </>
          )}
        </dl>
      )}
    </Card>
  );
}

/** The two that most have are said in words. */
function Repeats({ cron }: { readonly cron: string }) {
  const { t } = useTranslation();
  const [, , day, month, weekday = ''] = cron.split(/\s+/);
  const isPlain = /^\d+ \d+ /.test(cron) && day === '*' && month === '*';
  if (isPlain && weekday === '*') return t('dashboard.daily');
  if (isPlain && /^(\d|[a-z]{3})$/i.test(weekday)) return t('dashboard.weekly');
  return <code>{cron}</code>;
}

const SHOWN = 5;

export function Recent({ runs }: { readonly runs: Dashboard['recent'] }) {
  const { t } = useTranslation();
  const { at, day } = useMoments();
  const words = useRunWords();
  const [newest, oldest] = [runs[0], runs.at(-1)];
  return (
    <Card title={t('dashboard.recent')} side={<Link href="/history">{t('place.history')}</Link>}>
      {runs.length === 0 && <p className={css.soft}>{t('dashboard.never')}</p>}
      {newest && oldest && runs.length > 1 && (
        <>
          <div
            className={css.strip}
            role="img"
            aria-label={t('dashboard.strip', {
              count: runs.length,
              words: runs.map(words.verdict).reverse().join(', '),
            })}
          >
            {runs.toReversed().map((run) => (
              <span key={run.id} className={css[runTone(run)]}>
                <Shape tone={runTone(run)} size={12} />
              </span>
            ))}
          </div>
          <p className={css.axis}>
            <span>{day(oldest.startedAt)}</span>
            <span>{day(newest.startedAt)}</span>
          </p>
        </>
      )}
      <ul>
        {runs.slice(0, SHOWN).map((run) => (
          <li key={run.id} className={css.row}>
            <Link href={`/check/${run.id}`}>{at(run.startedAt)}</Link>
            <Status tone={runTone(run)}>{words.verdict(run)}</Status>
          </li>
        ))}
      </ul>
    </Card>
  );
}
