import { useTranslation } from 'react-i18next';

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

export interface Moments {
  /** `20 Nov 2026, 12:04`. */
  readonly at: (moment: string | number) => string;
  /** `20 Nov 2026, 12:04:09`. */
  readonly atSecond: (moment: string | number) => string;
  /** `2 hours ago`, `in 14 hours`; of less than a minute: `now`. */
  readonly ago: (moment: string | number, now?: number) => string;
  /** `20 Nov`. */
  readonly day: (moment: string) => string;
  /** `2,005`. */
  readonly amount: (count: number) => string;
  /** `24.8 ms`. */
  readonly ms: (time: number) => string;
}

/** Times and amounts as the language of the page writes them. */
export function useMoments(): Moments {
  const { i18n } = useTranslation();
  const language = i18n.language === 'de' ? 'de' : 'en-GB';
  const whole = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const amount = new Intl.NumberFormat(language);
  const ms = new Intl.NumberFormat(language, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 1 });
  return {
    at: (moment) => whole.format(new Date(moment)),
    atSecond: (moment) => exact.format(new Date(moment)),
    day: (moment) => day.format(new Date(moment)),
    amount: (count) => amount.format(count),
    // In one line with its unit.
    ms: (time) => ms.format(time).replace(' ', '\u00a0'),
    ago: (moment, now = Date.now()) => {
      const ms = new Date(moment).getTime() - now;
      const [unit, size] = STEPS.find(([, size]) => Math.abs(ms) >= size) ?? (['second', 1_000] as const);
      return relative.format(unit === 'second' ? 0 : Math.trunc(ms / size), unit);
    },
  };
}
