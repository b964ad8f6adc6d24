import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Dashboard } from '../../../src/console/api/index.ts';
import { Card, Icon, Status } from '../frame/index.ts';
import css from './dashboard.module.css';

type Service = Dashboard['pbx']['services'][number];

const TONES = { running: 'ok', partly: 'warn', nobody: 'bad', unknown: 'idle' } as const;

/** Its services, who holds their ports, and the calls that go on. */
export function Pbx({ pbx }: Pick<Dashboard, 'pbx'>) {
  const { t } = useTranslation();
  const calls = pbx.callsInProgress;
  return (
    <section className={css.wide}>
      <Card
        title={t('dashboard.pbx')}
        side={
          <span className={css.calls}>
            <Icon name="phone" size={16} />
            {calls === null ? t('dashboard.calls-unknown') : t('dashboard.calls', { count: calls })}
          </span>
        }
      >
        <p className={css.dim}>{[pbx.name, pbx.address].filter(Boolean).join(', ')}</p>
        {pbx.services.length === 0 ? (
          <p className={css.soft}>
            {t('dashboard.no-services')} <Link href="/settings/pbx">{t('place.settings')}</Link>
          </p>
        ) : (
          <Services services={pbx.services} />
        )}
        {pbx.busy.length > 0 && (
          <p className={css.dim}>{t('dashboard.busy', { ports: pbx.busy.map(numbersOf).join(', ') })}</p>
        )}
      </Card>
    </section>
  );
}

/** `9004–9009`; media is UDP. */
const numbersOf = (label: string): string => label.replace(/^\w+\//, '').replace('-', '–');
const nameOf = (label: string): string => label.replace('/', ' ').replace('-', '–').toUpperCase();

function Services({ services }: { readonly services: readonly Service[] }) {
  const { t } = useTranslation();
  return (
    <table className={css.table}>
      <thead>
        <tr>
          {(['service', 'ports', 'held-by', 'state'] as const).map((name) => (
            <th key={name} scope="col">
              {t(`column.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {services.map(({ purpose, ports, heldBy, state }) => (
          <tr key={`${purpose} ${ports}`}>
            <th scope="row">{t([`purpose.${purpose}`, 'purpose.other'], { purpose })}</th>
            <td>
              {ports.map((one) => (
                <code key={one} className={css.port}>
                  {nameOf(one)}
                </code>
              ))}
            </td>
            <td className={css.soft}>
              <Holders of={heldBy} />
            </td>
            <td>
              <Status tone={TONES[state]}>{t(`service.${state}`)}</Status>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Holders({ of }: { readonly of: Service['heldBy'] }) {
  const { t } = useTranslation();
  return of
    .map(({ name, pid, unit }) => {
      const who = unit ?? name ?? t('dashboard.unknown');
      return pid === null ? who : `${who}, pid ${pid}`;
    })
    .join('; ');
}
