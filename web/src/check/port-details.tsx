import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Report } from '../../../src/report/index.ts';
import { useAnswer } from '../client/index.ts';
import { Button, ButtonLink, Loading, Trouble } from '../frame/index.ts';
import { Ladder } from './ladder.tsx';
import css from './ports.module.css';
import { nameOf, type PortGroup, stretchOf } from './ranges.ts';

type Proof = NonNullable<Report['findings'][number]['proof']>;

/** The packets of one port stand for all that came out like it. */
export function PortDetails({
  id,
  group,
  report,
}: {
  readonly id: number;
  readonly group: PortGroup;
  readonly report: Report;
}) {
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
      {proof ? <Packets proof={proof} /> : <Kept id={id} port={`${group.protocol}/${group.from}`} />}
      <p>
        <ButtonLink to={`/check/live/${group.protocol}/${group.from}`}>
          {t('finding.watch', { port: group.from })}
        </ButtonLink>
      </p>
    </div>
  );
}

function Packets({ proof }: { readonly proof: Proof }) {
  const { t } = useTranslation();
  return (
    <>
      <p>
        <b>{t('ports.packets', { port: nameOf(stretchOf(proof.port)) })}</b>
      </p>
      <Ladder proof={proof} />
    </>
  );
}

/** The report holds the packets of few ports; the record of the run those of all, and takes a moment to read. */
function Kept({ id, port }: { readonly id: number; readonly port: string }) {
  const { t } = useTranslation();
  const [isWanted, want] = useState(false);
  if (isWanted) return <Recorded id={id} port={port} />;
  return (
    <p>
      <Button onClick={() => want(true)}>{t('ports.packets', { port: nameOf(stretchOf(port)) })}</Button>
    </p>
  );
}

function Recorded({ id, port }: { readonly id: number; readonly port: string }) {
  const { t } = useTranslation();
  const { data, error } = useAnswer('packets', { params: { id }, query: { port } });
  if (data?.proof) return <Packets proof={data.proof as unknown as Proof} />;
  if (data || error?.problem.code === 'no-report') return <p>{t('ports.no-packets')}</p>;
  return error ? <Trouble problem={error.problem} /> : <Loading />;
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
