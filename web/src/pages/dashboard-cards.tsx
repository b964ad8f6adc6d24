import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Dashboard } from '../../../src/console/api/index.ts';
import { useSession } from '../client/index.ts';
import { Card, runTone, Shape, Status, useMoments, useRunWords } from '../frame/index.ts';
import css from './dashboard.module.css';

export function Servers({ servers }: Pick<Dashboard, 'servers'>) {
  const { t } = useTranslation();
  return (
    <Card title={t('dashboard.servers')} side={<Link href="/settings/network">{t('place.settings')}</Link>}>
      {servers.length === 0 && <p className={css.soft}>{t('dashboard.no-servers')}</p>}
      <ul>
        {servers.map((one) => (
          <li key={one.server} className={css.server}>
            <b>{one.server}</b>
            <Status tone={toneOfServer(one.state)}>{t([`dashboard.server.${one.state}`, 'dashboard.unknown'])}</Status>
            <ServerFacts of={one} />
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
  const { ms } = useMoments();
  const facts = [
    address ?? t('dashboard.no-address'),
    ...(address === null ? [] : [otherAddress ?? t('dashboard.no-cold')]),
    ...(roundTripMs === null ? [] : [ms(roundTripMs)]),
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
          <dt>{t('dashboard.tells')}</dt>
          <dd>
            <Tells of={next.tells} />
          </dd>
        </dl>
      )}
    </Card>
  );
}

function Tells({ of }: { readonly of: NonNullable<Dashboard['next']>['tells'] }) {
  const { t } = useTranslation();
  if (of === null) return t('dashboard.nobody');
  const who = [...of.mail, ...(of.webhook ? [t('dashboard.webhook')] : [])].join(', ');
  return t('dashboard.tells-when', { who, when: t(`notify.when.${of.on}`) });
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
            <Shape tone={runTone(run)} />
            <Link href={`/check/${run.id}`}>{at(run.startedAt)}</Link>
            <CameTo run={run} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The verdict, which its shape says, too; where there is a number to it, that one is seen in its place. */
function CameTo({ run }: { readonly run: Dashboard['recent'][number] }) {
  const { t } = useTranslation();
  const { amount } = useMoments();
  const verdict = useRunWords().verdict(run);
  const { counts } = run;
  if (counts === null || (run.verdict !== 'supported' && run.verdict !== 'unsupported'))
    return <span className={css.soft}>{verdict}</span>;
  const which = counts.closed > 0 ? 'closed' : 'open';
  return (
    <span className={css.soft}>
      <span className={css.unseen}>{verdict}, </span>
      {t(`dashboard.count-${which}`, { n: amount(counts[which]) })}
    </span>
  );
}
