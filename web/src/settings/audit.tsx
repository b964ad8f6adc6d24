import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../../src/console/api/index.ts';
import { useAnswer } from '../client/index.ts';
import { Button, Card, Loading, Trouble } from '../frame/index.ts';
import css from './settings.module.css';

const AT_ONCE = 50;

/** Who did what, newest first. */
export function Audit() {
  const { t, i18n } = useTranslation();
  const [before, setBefore] = useState<number | undefined>(undefined);
  const { data, error } = useAnswer('audit', { query: { limit: AT_ONCE, ...(before !== undefined && { before }) } });
  const format = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' });
  const oldest = data?.items.at(-1)?.id;
  const saysWhat = ({ what }: AuditEntry): string => t([`audit.what.${what}`, 'audit.other'], { what });
  const facts = (entry: AuditEntry): string =>
    Object.entries(entry.facts)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ');
  return (
    <Card title={t('audit.title')}>
      {error && <Trouble problem={error.problem} />}
      {!data && !error && <Loading />}
      {data?.items.length === 0 && <p className={css.dim}>{t('audit.none')}</p>}
      {data && data.items.length > 0 && (
        <table className={css.table}>
          <thead>
            <tr>
              {(['when', 'who', 'did', 'from'] as const).map((name) => (
                <th key={name} scope="col">
                  {t(`audit.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.items.map((entry) => (
              <tr key={entry.id}>
                <td>{format.format(new Date(entry.at))}</td>
                <td>{entry.by}</td>
                <td>
                  {saysWhat(entry)} <span className={css.dim}>{facts(entry)}</span>
                </td>
                <td>{entry.address}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className={css.actions}>
        {before !== undefined && <Button onClick={() => setBefore(undefined)}>{t('audit.newest')}</Button>}
        {data?.more && <Button onClick={() => setBefore(oldest)}>{t('audit.older')}</Button>}
      </p>
    </Card>
  );
}
