import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../../src/console/api/index.ts';
import { useAnswer } from '../client/index.ts';
import { Button, Card, Loading, Trouble, useMoments } from '../frame/index.ts';
import { besideOf, byWords, type Words } from './audit-words.ts';
import css from './settings.module.css';

const AT_ONCE = 50;

/** Who did what, newest first. */
export function Audit() {
  const { t } = useTranslation();
  const { atSecond } = useMoments();
  const [before, setBefore] = useState<number | undefined>(undefined);
  const { data, error } = useAnswer('audit', { query: { limit: AT_ONCE, ...(before !== undefined && { before }) } });
  const oldest = data?.items.at(-1)?.id;
  const saysWhat = ({ what }: AuditEntry): string => t([`audit.what.${what}`, 'audit.other'], { what });
  const say = (one: Words | string): string => (typeof one === 'string' ? one : t([...one.keys], one.facts));
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
                <td>{atSecond(entry.at)}</td>
                <td className={css.long}>{say(byWords(entry.by))}</td>
                <td className={css.long}>
                  {saysWhat(entry)} <Detail entry={entry} say={say} />
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

interface DetailProps {
  readonly entry: AuditEntry;
  readonly say: (one: Words | string) => string;
}

function Detail({ entry, say }: DetailProps) {
  const { about, why, said } = besideOf(entry);
  return (
    <>
      {about.length > 0 && <span className={css.dim}>{about.map(say).join(', ')} </span>}
      {why && say(why)} {said && <span className={css.dim}>({said})</span>}
    </>
  );
}
