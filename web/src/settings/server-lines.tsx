import { useTranslation } from 'react-i18next';
import type { Reply } from '../client/index.ts';
import { Shape } from '../frame/index.ts';
import css from './settings.module.css';

type Tested = Reply<'testServer'>;
type Line = Tested['lines'][keyof Tested['lines']];

const NAMES = ['name', 'answer', 'second', 'change', 'cold', 'limits'] as const;

/** What a test has found out: a tick, a cross, or a dash for what was not measured. */
export function ServerLines({ of }: { readonly of: Tested }) {
  const { t } = useTranslation();
  const facts = useFacts(of);
  return (
    <ul className={css.six}>
      {NAMES.map((name) => {
        const line = of.lines[name];
        return (
          <li key={name}>
            <Mark kind={line.kind} />
            <span>{t(`server.line.${name}.${line.kind === 'no' ? line.why : line.kind}`, { ...line, ...facts })}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Mark({ kind }: Pick<Line, 'kind'>) {
  if (kind === 'yes' || kind === 'no') return <Shape tone={kind === 'yes' ? 'ok' : 'bad'} />;
  return <span className={css.dash} aria-hidden="true" />;
}

/** What goes into the sentences, as this language writes it. */
function useFacts({ address, lines: { name, answer, limits } }: Tested) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const pace = limits.kind === 'yes' ? limits.packetsPerSecond : null;
  return {
    leads: address,
    count: name.kind === 'yes' ? name.addresses.length : 0,
    time: answer.kind === 'yes' && answer.tookMs !== null ? t('server.in', { time: number.format(answer.tookMs) }) : '',
    pace: pace === null ? t('server.standard-pace') : t('server.pace', { pace: number.format(pace) }),
    calls: t(limits.kind === 'yes' && limits.calls ? 'server.calls' : 'server.calls-nobody'),
  };
}
