/** Network, PBX, router, schedule, notifications, users, tokens, language and data, audit log; and the first run. */
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import type { Settings } from '../../../src/console/api/index.ts';
import { useAnswer, useSession } from '../client/index.ts';
import { Breakage, Icon, type IconName, Loading, Trouble } from '../frame/index.ts';
import { Audit } from './audit.tsx';
import { Data } from './data.tsx';
import { Network } from './network.tsx';
import { Notifications } from './notifications.tsx';
import { Pbx } from './pbx.tsx';
import { RouterPage } from './router.tsx';
import { Schedule } from './schedule.tsx';
import css from './settings.module.css';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';

interface Place {
  readonly name: string;
  readonly icon: IconName;
  readonly page: ComponentType<{ readonly settings: Settings }>;
  /** A viewer may not even read it. */
  readonly isSecret?: true;
}

const PLACES: readonly Place[] = [
  { name: 'network', icon: 'language', page: Network },
  { name: 'pbx', icon: 'phone', page: Pbx },
  { name: 'router', icon: 'server', page: RouterPage },
  { name: 'schedule', icon: 'clock', page: Schedule },
  { name: 'notifications', icon: 'info', page: Notifications },
  { name: 'users', icon: 'user', page: Users },
  { name: 'tokens', icon: 'settings', page: Tokens, isSecret: true },
  { name: 'data', icon: 'download', page: Data },
  { name: 'audit', icon: 'history', page: Audit, isSecret: true },
];

export function SettingsPage() {
  const { t } = useTranslation();
  const { '*': at = '' } = useParams<{ '*': string }>();
  const { data, error } = useAnswer('settings', {});
  const { isAdmin } = useSession();
  const places = PLACES.filter(({ isSecret }) => isAdmin || !isSecret);
  const place = places.find(({ name }) => name === at);
  if (at === '') return <Overview places={places} />;
  if (!place) return <h1>{t('no-page')}</h1>;
  const { name, page: Page } = place;
  return (
    <div className={css.page}>
      <nav className={css.places} aria-label={t('place.settings')}>
        <ul>
          {places.map((one) => (
            <li key={one.name}>
              <Link
                href={`/settings/${one.name}`}
                className={one === place ? css.here : css.there}
                aria-current={one === place ? 'page' : undefined}
              >
                {t(`settings.${one.name}.name`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className={css.content}>
        <p className={css.crumbs}>
          <Link href="/settings">{t('place.settings')}</Link> / <span>{t(`settings.${name}.name`)}</span>
        </p>
        <h1>{t(`settings.${name}.title`)}</h1>
        <p className={css.lead}>{t(`settings.${name}.lead`)}</p>
        {error && <Trouble problem={error.problem} />}
        {!data && !error && <Loading />}
        {data && (
          <Breakage key={name}>
            <Page settings={data} />
          </Breakage>
        )}
      </div>
    </div>
  );
}

function Overview({ places }: { readonly places: readonly Place[] }) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  return (
    <>
      <h1 className={css.title}>{t('place.settings')}</h1>
      <ul className={css.overview}>
        {places.map(({ name, icon }) => (
          <li key={name}>
            <Link href={`/settings/${name}`} className={css.tile}>
              <Icon name={icon} size={22} />
              <span>
                <b>{t(`settings.${name}.name`)}</b>
                <i>{t(`settings.${name}.lead`)}</i>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {isAdmin && (
        <p className={css.more}>
          <Link href="/welcome">{t('settings.welcome')}</Link>
        </p>
      )}
    </>
  );
}
