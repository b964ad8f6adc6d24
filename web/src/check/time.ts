type Say = (key: string, facts: { n: number | string }) => string;

/** `14 s`, `3 min`. */
export const timeOf = (ms: number, t: Say): string =>
  ms < 90_000 ? t('time.s', { n: Math.max(1, Math.round(ms / 1_000)) }) : t('time.min', { n: Math.round(ms / 60_000) });

/** `2,005`, `2.005`. */
export const amountOf = (n: number, language: string): string => new Intl.NumberFormat(language).format(n);
