import { Fragment, useDeferredValue, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Report } from '../../../src/report/index.ts';
import { Button, Card, Field, Icon, Status } from '../frame/index.ts';
import { PortDetails } from './port-details.tsx';
import css from './ports.module.css';
import { groupPorts, matches, nameOf, type PortGroup, type Sorting, sizeOf, sorted, toneOf } from './ranges.ts';
import { amountOf } from './time.ts';
import { useWindow } from './window.ts';

const COLUMNS = ['result', 'ports', 'count', 'cause', 'holder'] as const satisfies readonly (
  | Sorting['by']
  | 'cause'
  | 'holder'
)[];

/** Ports in ranges that came out alike, or each for itself; a row opens into what is known of it. */
export function PortsTable({ id, report }: { readonly id: number; readonly report: Report }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState('');
  const [isEvery, setEvery] = useState(false);
  const [sorting, setSorting] = useState<Sorting>({ by: 'result', isDown: false });
  const rows = useRows(report, { wanted: useDeferredValue(wanted), isEvery, sorting });
  return (
    <Card
      title={t('ports.title')}
      side={
        <div className={css.tools}>
          <span className={css.kinds}>
            <Button aria-pressed={!isEvery} onClick={() => setEvery(false)}>
              {t('ports.ranges')}
            </Button>
            <Button aria-pressed={isEvery} onClick={() => setEvery(true)}>
              {t('ports.every')}
            </Button>
          </span>
          <Field
            label={t('ports.filter')}
            placeholder={t('ports.filter-example')}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
        </div>
      }
    >
      <table className={css.table}>
        <colgroup>
          {COLUMNS.map((name) => (
            <col key={name} className={css[`col-${name}`]} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <Heading key={name} name={name} sorting={sorting} sort={setSorting} />
            ))}
          </tr>
        </thead>
        <Rows id={id} rows={rows} report={report} />
      </table>
      {rows.length === 0 && <p role="status">{t('ports.none')}</p>}
    </Card>
  );
}

interface Wanted {
  readonly wanted: string;
  readonly isEvery: boolean;
  readonly sorting: Sorting;
}

function useRows(report: Report, { wanted, isEvery, sorting }: Wanted): PortGroup[] {
  const { t } = useTranslation();
  return useMemo(() => {
    const words = new Map<string, string[]>();
    const wordsOf = ({ result, cause }: Report['ports'][number]): string[] => {
      const key = `${result} ${cause}`;
      const known = words.get(key) ?? [result, t(`result.${result}`), cause ?? ''];
      words.set(key, known);
      return known;
    };
    const found = wanted === '' ? report.ports : report.ports.filter((port) => matches(wanted, port, wordsOf(port)));
    return sorted(isEvery ? found.flatMap((port) => groupPorts([port])) : groupPorts(found), sorting);
  }, [report, wanted, isEvery, sorting, t]);
}

interface HeadingProps {
  readonly name: (typeof COLUMNS)[number];
  readonly sorting: Sorting;
  readonly sort: (sorting: Sorting) => void;
}

function Heading({ name, sorting: { by, isDown }, sort }: HeadingProps) {
  const { t } = useTranslation();
  if (name === 'holder' || name === 'cause') return <th scope="col">{t(`ports.${name}`)}</th>;
  const isMine = by === name;
  return (
    <th scope="col" aria-sort={isMine ? (isDown ? 'descending' : 'ascending') : undefined}>
      <button type="button" onClick={() => sort({ by: name, isDown: isMine && !isDown })}>
        {t(`ports.${name}`)} {isMine && <Icon name={isDown ? 'down' : 'up'} size={14} />}
      </button>
    </th>
  );
}

/** Of thousands only those that are looked at are there. */
function Rows({
  id,
  rows,
  report,
}: {
  readonly id: number;
  readonly rows: readonly PortGroup[];
  readonly report: Report;
}) {
  const [open, setOpen] = useState<string | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const { from, to, before, after } = useWindow(body, rows.length);
  return (
    <tbody ref={body}>
      {before > 0 && <Space height={before} />}
      {rows.slice(from, to).map((group) => {
        const name = nameOf(group);
        return (
          <Row
            key={name}
            id={id}
            group={group}
            report={report}
            isOpen={open === name}
            toggle={() => setOpen(open === name ? null : name)}
          />
        );
      })}
      {after > 0 && <Space height={after} />}
    </tbody>
  );
}

const Space = ({ height }: { readonly height: number }) => (
  <tr className={css.space}>
    <td colSpan={COLUMNS.length} style={{ height }} />
  </tr>
);

interface RowProps {
  readonly id: number;
  readonly group: PortGroup;
  readonly report: Report;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

function Row({ id, group, report, isOpen, toggle }: RowProps) {
  const { t, i18n } = useTranslation();
  const { result, cause, ports } = group;
  return (
    <Fragment>
      <tr className={isOpen ? css.isOpen : css.row}>
        <td>
          <Status tone={toneOf(result)}>{t(`result.${result}`)}</Status>
        </td>
        <th scope="row">
          <button type="button" className={css.opens} aria-expanded={isOpen} onClick={toggle}>
            {nameOf(group)} <Icon name="chevron" size={16} />
          </button>
        </th>
        <td className={css.count}>{amountOf(sizeOf(group), i18n.language)}</td>
        <td>
          {cause && (
            <>
              {t(`cause.${cause}`)} <code className={css.code}>{cause}</code>
            </>
          )}
        </td>
        <td className={css.holder}>{holdersOf(ports)}</td>
      </tr>
      {isOpen && (
        <tr className={css.under}>
          <td colSpan={COLUMNS.length}>
            <PortDetails id={id} group={group} report={report} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

const holdersOf = (ports: PortGroup['ports']): string =>
  [...new Set(ports.flatMap(({ process }) => process?.name ?? []))].slice(0, 3).join(', ');
