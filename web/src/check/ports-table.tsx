import { Fragment, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Report } from '../../../src/report/index.ts';
import { Button, Card, Field, Status, type Tone } from '../frame/index.ts';
import { Ladder } from './ladder.tsx';
import css from './ports.module.css';
import { groupPorts, matches, nameOf, type PortGroup, sizeOf, stretchOf } from './ranges.ts';

const toneOf = (result: string): Tone =>
  result === 'open' ? 'ok' : result === 'closed' ? 'bad' : result === 'untested' ? 'idle' : 'warn';
const MOST_ROWS = 200;

/** Ports in ranges that came out alike, or each for itself; a row opens into what is known of it. */
export function PortsTable({ report }: { readonly report: Report }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState('');
  const [isEvery, setEvery] = useState(false);
  const [most, setMost] = useState(MOST_ROWS);
  const [open, setOpen] = useState<string | null>(null);
  const rows = useMemo(() => {
    const words = new Map<string, string[]>();
    const wordsOf = ({ result, cause }: Report['ports'][number]): string[] => {
      const key = `${result} ${cause}`;
      const known = words.get(key) ?? [result, t(`result.${result}`), cause ?? ''];
      words.set(key, known);
      return known;
    };
    const found = report.ports.filter((port) => matches(wanted, port, wordsOf(port)));
    return isEvery ? found.flatMap((port) => groupPorts([port])) : groupPorts(found);
  }, [report, wanted, isEvery, t]);
  return (
    <Card title={t('ports.title')}>
      <div className={css.tools}>
        <Button aria-pressed={!isEvery} onClick={() => setEvery(false)}>
          {t('ports.ranges')}
        </Button>
        <Button aria-pressed={isEvery} onClick={() => setEvery(true)}>
          {t('ports.every')}
        </Button>
        <Field
          label={t('ports.filter')}
          placeholder="95*"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('ports.result')}</th>
            <th scope="col">{t('ports.ports')}</th>
            <th scope="col">{t('ports.count')}</th>
            <th scope="col">{t('ports.cause')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map((group) => (
            <Row
              key={nameOf(group)}
              group={group}
              report={report}
              isOpen={open === nameOf(group)}
              toggle={() => setOpen(open === nameOf(group) ? null : nameOf(group))}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p>{t('ports.none')}</p>}
      {rows.length > most && (
        <Button onClick={() => setMost(most + 1_000)}>{t('ports.more', { count: rows.length - most })}</Button>
      )}
    </Card>
  );
}

interface RowProps {
  readonly group: PortGroup;
  readonly report: Report;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

function Row({ group, report, isOpen, toggle }: RowProps) {
  const { t } = useTranslation();
  return (
    <Fragment>
      <tr>
        <td>
          <Status tone={toneOf(group.result)}>{t(`result.${group.result}`)}</Status>
        </td>
        <th scope="row">
          <button type="button" className={css.opens} aria-expanded={isOpen} onClick={toggle}>
            {nameOf(group)}
          </button>
        </th>
        <td>{sizeOf(group)}</td>
        <td>{group.cause && <code>{group.cause}</code>}</td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={4}>
            <Details group={group} report={report} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

/** The packets of one port stand for all that came out like it. */
function Details({ group, report }: { readonly group: PortGroup; readonly report: Report }) {
  const { t } = useTranslation();
  const proof = report.findings
    .flatMap(({ proof: one }) => (one ? [one] : []))
    .find(({ port }) => {
      const { protocol, from } = stretchOf(port);
      return protocol === group.protocol && from >= group.from && from <= group.to;
    });
  const [first] = group.ports;
  const facts = [
    ['mapped', first?.mapped],
    [
      'process',
      [first?.process?.name, first?.process?.pid, first?.process?.unit].filter((one) => one != null).join(' '),
    ],
    ['by', first?.by],
    ['rule', first?.rule],
  ] as const;
  return (
    <div className={css.details}>
      <dl>
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{t(`port.${name}`)}</dt>
                <dd>
                  <code>{value}</code>
                </dd>
              </div>
            ),
        )}
      </dl>
      {proof ? (
        <>
          <p>{t('ports.packets', { port: nameOf(stretchOf(proof.port)) })}</p>
          <Ladder proof={proof} />
        </>
      ) : (
        <p>{t('ports.no-packets')}</p>
      )}
    </div>
  );
}
