import { useTranslation } from 'react-i18next';
import type { Report } from '../../../src/report/index.ts';
import { Card, Status } from '../frame/index.ts';
import css from './check.module.css';
import { timeOf } from './time.ts';

/** Against whom it was checked, and what became of services that were stopped. */
export function About({ report }: { readonly report: Report }) {
  const { t, i18n } = useTranslation();
  const { loss, services, router } = report;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <Card title={t('about.title')}>
      <dl className={css.facts}>
        <dt>{t('dashboard.address')}</dt>
        <dd>{report.publicAddresses.join(', ') || t('dashboard.unknown')}</dd>
        <dt>{t('before.servers')}</dt>
        <dd>
          <ul>
            {report.servers.map(({ name, address, otherAddress, state }) => (
              <li key={name}>
                {name}
                {address !== null && address !== name && ` (${address})`}
                {otherAddress !== null && `, ${otherAddress}`} ({t([`dashboard.server.${state}`, 'dashboard.unknown'])})
              </li>
            ))}
          </ul>
        </dd>
        {router?.wanAddress && (
          <>
            <dt>{t('lane.router')}</dt>
            <dd>{t('about.router', { address: router.wanAddress })}</dd>
          </>
        )}
        {loss && loss.sent > 0 && (
          <>
            <dt>{t('run.loss')}</dt>
            <dd>{percent.format(1 - loss.answered / loss.sent)}</dd>
          </>
        )}
        <dt>{t('before.mode')}</dt>
        <dd>
          {t(`mode.${report.mode}`)}: {t(`mode-says.${report.mode}`)}
        </dd>
        {services && (
          <>
            <dt>{t('services.title')}</dt>
            <dd>
              <Services services={services} />
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function Services({ services: { services, failures } }: { readonly services: NonNullable<Report['services']> }) {
  const { t } = useTranslation();
  return (
    <ul className={css.services}>
      {services.map(({ service, downMs, steps }) => (
        <li key={service}>
          <code>{service}</code>
          {steps.length === 0 && <Status tone="idle">{t('services.stayed')}</Status>}
          {steps.length > 0 && (
            <Status tone={downMs === null ? 'bad' : 'ok'}>
              {downMs === null ? t('services.not-back') : t('services.back', { time: timeOf(downMs, t) })}
            </Status>
          )}
        </li>
      ))}
      {failures.map(({ what, service, atMs, kind, lines }) => (
        <li key={`${atMs} ${what}`}>
          <Status tone="bad">{`${service ?? ''} ${what}: ${kind}`}</Status>
          {lines.length > 0 && <pre>{lines.join('\n')}</pre>}
        </li>
      ))}
    </ul>
  );
}
