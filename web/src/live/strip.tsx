import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../frame/index.ts';
import css from './live.module.css';
import { type Light, lengthOf, SLOT_MS, SLOTS, sharesOf, slotsOf } from './past.ts';
import type { Seen } from './watch.ts';

const [WIDE, HIGH] = [10, 44];

/** The last minutes, a bar for every five seconds: high is open, half is closed, low is not known. */
export function Strip({ past }: { readonly past: readonly Seen[] }) {
  const { t, i18n } = useTranslation();
  const now = useSlotClock();
  const slots = slotsOf(past, Math.max(now, past.at(-1)?.got ?? 0));
  const shares = sharesOf(slots).map(({ light, ms }) => t(`live.share.${light}`, { time: lengthOf(ms) }));
  const clock = new Intl.DateTimeFormat(i18n.language === 'de' ? 'de' : 'en-GB', { timeStyle: 'medium' });
  return (
    <Card title={t('live.past')} side={<Legend />}>
      <svg
        className={css.strip}
        viewBox={`0 0 ${SLOTS * WIDE} ${HIGH}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={shares.join(', ') || t('live.share.none')}
      >
        {slots.map((light, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place
          <g key={index} transform={`translate(${index * WIDE} 0)`}>
            <Bar light={light} />
          </g>
        ))}
      </svg>
      <p className={css.axis}>
        <span>{t('live.ago', { time: lengthOf(SLOTS * SLOT_MS) })}</span>
        <span>{t('live.now', { time: clock.format(now) })}</span>
      </p>
    </Card>
  );
}

function Bar({ light }: { readonly light: Light | null }) {
  if (light === null) return <path className={css.none} d={`M1 ${HIGH - 1}h8`} />;
  if (light === 'open') return <rect className={css.barOk} x="1" width="8" height={HIGH} rx="1" />;
  if (light === 'closed')
    return (
      <>
        <rect className={css.barBad} x="1" y={HIGH / 2} width="8" height={HIGH / 2} rx="1" />
        <path className={css.slash} d={`M1 ${HIGH}L9 ${HIGH / 2}`} />
      </>
    );
  return <rect className={css.barIdle} x="1.500" y={HIGH - 11} width="7" height="10" />;
}

function Legend() {
  const { t } = useTranslation();
  return (
    <ul className={css.legend}>
      {(['open', 'closed', 'unknown'] as const).map((light) => (
        <li key={light}>
          <svg width="12" height="24" viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
            <Bar light={light} />
          </svg>
          {t(`live.legend.${light}`)}
        </li>
      ))}
    </ul>
  );
}

function useSlotClock(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SLOT_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
