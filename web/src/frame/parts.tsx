import type { ButtonHTMLAttributes, InputHTMLAttributes, ReactNode } from 'react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Problem } from '../../../src/console/api/index.ts';
import css from './parts.module.css';
import { wordsOf } from './problem-words.ts';
import { Shape } from './status.tsx';

interface Look {
  /** One per page: the next thing to do. */
  readonly filled?: boolean;
}

const look = (filled = false): string => `${css.button} ${filled ? css.filled : ''}`;

export function Button({ filled, type = 'button', ...rest }: Look & ButtonHTMLAttributes<HTMLButtonElement>) {
  return <button {...rest} type={type} className={look(filled)} />;
}

export function ButtonLink({ filled, to, children }: Look & { readonly to: string; readonly children: ReactNode }) {
  return (
    <Link href={to} className={look(filled)}>
      {children}
    </Link>
  );
}

export function Card({
  title,
  side,
  children,
}: {
  readonly title: string;
  readonly side?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={css.card}>
      <div className={css.cardHead}>
        <h2>{title}</h2>
        {side}
      </div>
      {children}
    </section>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly hint?: string;
  readonly wrong?: string | null;
}

export function Field({ label, hint, wrong, ...rest }: FieldProps) {
  const id = useId();
  const says = wrong ?? hint;
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={says ? `${id}-says` : undefined}
      />
      {says && (
        <span id={`${id}-says`} className={wrong ? css.wrong : css.hint}>
          {says}
        </span>
      )}
    </div>
  );
}

/** What went wrong, in a sentence. */
export function Trouble({ problem }: { readonly problem: Problem }) {
  const { t } = useTranslation();
  return (
    <p role="alert" className={css.notice}>
      <Shape tone="warn" />
      {t(wordsOf(problem), { code: problem.code, ...problem.facts })}
    </p>
  );
}

/** A page of which nothing is there to show. */
export function NotShown(props: {
  readonly title: string;
  readonly problem: Problem;
  readonly onAgain: () => unknown;
}) {
  const { t } = useTranslation();
  return (
    <>
      <h1>{props.title}</h1>
      <Trouble problem={props.problem} />
      <Button onClick={props.onAgain}>{t('again')}</Button>
    </>
  );
}

export function Loading() {
  const { t } = useTranslation();
  return (
    <p role="status" className={css.hint}>
      {t('loading')}
    </p>
  );
}
