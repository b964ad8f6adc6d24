import { useTranslation } from 'react-i18next';
import type { RunProgress } from '../../../src/console/api/index.ts';
import { Card, Shape, type Tone } from '../frame/index.ts';
import css from './check.module.css';
import { amountOf } from './time.ts';

type Line = RunProgress['log'][number];

/** By the beginning of the code, the first that fits; all else is neither good nor bad, and has no sign. */
const TONES: readonly (readonly [begin: string, tone: Tone])[] = [
  ['server-two', 'ok'],
  ['server-one', 'warn'],
  ['server-', 'bad'],
  ['paused', 'warn'],
  ['refused', 'warn'],
  ['throttled', 'warn'],
  ['service-failed', 'bad'],
  ['service-held', 'ok'],
];

const toneOf = ({ code }: Line): Tone | null => TONES.find(([begin]) => code.startsWith(begin))?.[1] ?? null;
const Sign = ({ tone }: { readonly tone: Tone | null }) => tone && <Shape tone={tone} />;

/** What has happened so far, the newest first. */
export function RunLog({ log }: { readonly log: readonly Line[] }) {
  const { t, i18n } = useTranslation();
  const seconds = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  if (log.length === 0) return null;
  return (
    <Card title={t('log.title')}>
      <div role="log" aria-label={t('log.title')}>
        <ol className={css.log}>
          {log.map((line) => (
            <li key={`${line.atMs} ${line.code} ${JSON.stringify(line.facts)}`}>
              <span>{seconds.format(line.atMs / 1000)} s</span>
              <span>
                <Sign tone={toneOf(line)} />
              </span>
              <p>{t(`log.${line.code}`, factsOf(line, i18n.language))}</p>
            </li>
          ))}
        </ol>
      </div>
    </Card>
  );
}

function factsOf({ facts }: Line, language: string) {
  const { count } = facts;
  return typeof count === 'number' ? { ...facts, count, n: amountOf(count, language) } : facts;
}
