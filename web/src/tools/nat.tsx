import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../../src/console/api/index.ts';
import type { NatReport } from '../../../src/report/index.ts';
import { ask } from '../client/index.ts';
import { Button, Card, Status, Trouble } from '../frame/index.ts';
import { ServerForm } from './server-form.tsx';
import css from './tools.module.css';

type Answer =
  | { readonly kind: 'asking' }
  | { readonly kind: 'done'; readonly value: NatReport }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** How the router translates, in the words of RFC 4787. */
export function Nat() {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const measure = async (server: string): Promise<void> => {
    const here = new AbortController();
    stop.current = here;
    setAnswer({ kind: 'asking' });
    const outcome = await ask('nat', { body: { server } }, here.signal);
    if (here.signal.aborted) return;
    setAnswer(outcome.kind === 'done' ? { kind: 'done', value: outcome.value as unknown as NatReport } : outcome);
  };
  const cancel = (): void => {
    stop.current?.abort();
    setAnswer(null);
  };
  return (
    <Card title={t('tools.nat.title')}>
      <p className={css.lead}>{t('tools.nat.lead')}</p>
      <ServerForm action={t('tools.nat.ask')} isBusy={answer?.kind === 'asking'} onAsk={measure}>
        {answer?.kind === 'asking' && <Button onClick={cancel}>{t('tools.nat.cancel')}</Button>}
        <span role="status">{answer?.kind === 'asking' && <Status tone="run">{t('tools.nat.asking')}</Status>}</span>
      </ServerForm>
      {answer?.kind === 'refused' && <Trouble problem={answer.problem} />}
      {answer?.kind === 'done' && <Behaviour report={answer.value} />}
    </Card>
  );
}

function Behaviour({ report }: { readonly report: NatReport }) {
  const { t, i18n } = useTranslation();
  const { publicAddress, localAddress, mapping, preservesPort, filtering, path, server } = report;
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  if (publicAddress === null)
    return (
      <p className={css.answer}>
        {t('tools.nat.nothing', {
          server: server?.name ?? '',
          state: t([`dashboard.server.${server?.state}`, 'dashboard.unknown']),
        })}
      </p>
    );
  const ports = preservesPort === null ? 'unknown' : preservesPort ? 'preserved' : 'rewritten';
  const roundTrip =
    path.roundTripMs === null
      ? t('tools.nat.unknown')
      : t('tools.nat.trip', {
          time: number.format(path.roundTripMs),
          jitter: number.format(path.jitterMs ?? 0),
          lost: path.sent - path.returned,
          sent: path.sent,
        });
  const rows = {
    address: t('tools.nat.addresses', { local: localAddress, seen: publicAddress }),
    mapping: t(`tools.nat.mapping.${mapping ?? 'unknown'}`),
    ports: t(`tools.nat.ports.${ports}`),
    filtering: t(`tools.nat.filtering.${filtering ?? 'unknown'}`),
    path: roundTrip,
  };
  return (
    <dl className={css.facts}>
      {Object.entries(rows).map(([name, text]) => (
        <div key={name}>
          <dt>{t(`tools.nat.name.${name}`)}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
