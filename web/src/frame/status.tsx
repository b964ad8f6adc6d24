import css from './status.module.css';

/** Every status has a shape, beside its colour and its word. */
export type Tone = 'ok' | 'bad' | 'warn' | 'run' | 'idle';

const GROUND = {
  ok: <circle cx="12" cy="12" r="11" fill="currentColor" />,
  bad: <rect x="1.500" y="1.500" width="21" height="21" rx="4" fill="currentColor" />,
  warn: <path d="M12 1.500 23.500 22H.5z" fill="currentColor" />,
  run: <circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" strokeWidth="3.500" strokeDasharray="42 15" />,
  idle: <circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" strokeWidth="3" strokeDasharray="4 3.500" />,
} as const;
const SIGN = {
  ok: 'M7 12.500l3.500 3.500L17 8.500',
  bad: 'M8 8l8 8M16 8l-8 8',
  warn: 'M12 9v6M12 18.500h.01',
  run: '',
  idle: '',
};

export function Shape({ tone, size = 16 }: { readonly tone: Tone; readonly size?: number }) {
  return (
    <svg className={css[tone]} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      {GROUND[tone]}
      <path d={SIGN[tone]} className={css.sign} fill="none" strokeWidth="2.800" strokeLinecap="round" />
    </svg>
  );
}

export function Status({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return (
    <span className={`${css.status} ${css[`word-${tone}`]}`}>
      <Shape tone={tone} />
      {children}
    </span>
  );
}
