import { useTranslation } from 'react-i18next';
import type { Report } from '../../../src/report/index.ts';
import { ButtonLink } from '../frame/index.ts';
import { Ladder } from './ladder.tsx';
import css from './ports.module.css';
import { nameOf, type PortGroup, stretchOf } from './ranges.ts';

/** The packets of one port stand for all that came out like it. */
export function PortDetails({ group, report }: { readonly group: PortGroup; readonly report: Report }) {
  const { t } = useTranslation();
  const proof = proofIn(group, report);
  const [first] = group.ports;
  const { name, pid, unit } = first?.process ?? {};
  const facts = [
    ['mapped', first?.mapped],
    ['process', [name, pid, unit].filter((one) => one != null).join(' ')],
    ['by', first?.by],
    ['rule', first?.rule],
  ] as const;
  return (
    <div className={css.details}>
      <dl>
        {facts.map(
          ([key, value]) =>
            value && (
              <div key={key}>
                <dt>{t(`port.${key}`)}</dt>
                <dd>
                  <code>{value}</code>
                </dd>
              </div>
            ),
        )}
      </dl>
      {proof ? (
        <>
          <p>
            <b>{t('ports.packets', { port: nameOf(stretchOf(proof.port)) })}</b>
          </p>
          <Ladder proof={proof} />
        </>
      ) : (
        <p>{t('ports.no-packets')}</p>
      )}
      <p>
        <ButtonLink to={`/check/live/${group.protocol}/${group.from}`}>
          {t('finding.watch', { port: group.from })}
        </ButtonLink>
      </p>
    </div>
  );
}

/** Of a port of this group, if a finding has one. */
function proofIn({ protocol, from, to }: PortGroup, { findings }: Report) {
  return findings
    .flatMap(({ proof }) => proof ?? [])
    .find(({ port }) => {
      const one = stretchOf(port);
      return one.protocol === protocol && one.from >= from && one.from <= to;
    });
}
