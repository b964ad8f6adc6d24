import { useTranslation } from 'react-i18next';
import type { PortsReport } from '../../../src/report/index.ts';
import { useAnswer } from '../client/index.ts';
import { Button, Card, Icon, Loading, Status, Trouble } from '../frame/index.ts';
import css from './tools.module.css';

type Product = PortsReport['products'][number];
type Port = Product['ports'][number];

/** Who holds the ports of the phone system, at this moment. */
export function Holders() {
  const { t } = useTranslation();
  const { data, error, refetch, isFetching } = useAnswer('ports', {});
  const report = data as unknown as PortsReport | undefined;
  return (
    <div className={css.wide}>
      <Card
        title={t('tools.ports.title')}
        side={
          <Button disabled={isFetching} onClick={() => refetch()}>
            <Icon name="again" size={16} /> {t('tools.ports.again')}
          </Button>
        }
      >
        <p className={css.lead}>{t('tools.ports.lead')}</p>
        {error && <Trouble problem={error.problem} />}
        {!report && !error && <Loading />}
        {report?.products?.length === 0 && <p>{t('tools.ports.none')}</p>}
        {report?.products?.map((product) => (
          <Held key={product.profile} product={product} isAllKnown={report.allHoldersKnown} />
        ))}
        {report?.allHoldersKnown === false && <p className={css.note}>{t('tools.ports.not-all')}</p>}
      </Card>
    </div>
  );
}

const labelOf = ({ protocol, from, to }: Port): string =>
  `${protocol.toUpperCase()} ${from === to ? from : `${from}–${to}`}`;

/** `udp/9000-9003` as `9000–9003`; nothing where it is all of the row. */
const heldOf = ({ protocol, from, to }: Port, held: readonly string[]): string =>
  held.join() === `${protocol}/${from === to ? from : `${from}-${to}`}`
    ? ''
    : held.map((label) => label.replace(/^\w+\//, '').replace('-', '–')).join(' ');

function Held({ product: { name, ports }, isAllKnown }: { readonly product: Product; readonly isAllKnown: boolean }) {
  const { t } = useTranslation();
  const holder = (port: Port, { name, pid, ports: held }: Port['holders'][number]): string =>
    [name ?? t('tools.ports.somebody'), pid === null ? null : `pid ${pid}`, heldOf(port, held)]
      .filter(Boolean)
      .join(', ');
  return (
    <>
      <h3 className={css.sub}>{name}</h3>
      <table className={css.table}>
        <thead>
          <tr>
            {(['ports', 'purpose', 'holder'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`tools.ports.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ports.map((port) => (
            <tr key={`${labelOf(port)} ${port.address}`}>
              <th scope="row">
                <code>{labelOf(port)}</code>
              </th>
              <td>{t(`tools.ports.purpose.${port.purpose}`)}</td>
              <td>
                {port.holders.length > 0 ? (
                  <Status tone="ok">{port.holders.map((one) => holder(port, one)).join('; ')}</Status>
                ) : (
                  <Status tone="idle">{t(isAllKnown ? 'tools.ports.nobody' : 'tools.ports.unknown')}</Status>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Its place, until it comes. */
export function Alg() {
  const { t } = useTranslation();
  return (
    <Card title={t('tools.alg.title')} side={<Status tone="idle">{t('tools.alg.later')}</Status>}>
      <p className={css.lead}>{t('tools.alg.lead')}</p>
    </Card>
  );
}
