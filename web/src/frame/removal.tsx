import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../../src/console/api/index.ts';
import { Icon } from './icons.tsx';
import { Button, Trouble } from './parts.tsx';
import css from './removal.module.css';

interface Props {
  /** Names what goes: `Delete run 14`. */
  readonly label: string;
  /** null: it is gone, and this with it. */
  readonly onRemove: () => Promise<Problem | null>;
}

/** It cannot be undone: it is asked for twice, in place. */
export function Removal({ label, onRemove }: Props) {
  const { t } = useTranslation();
  const [state, setState] = useState<'quiet' | 'asked' | 'busy' | 'kept'>('quiet');
  const [problem, setProblem] = useState<Problem | null>(null);
  const keep = (): void => {
    setState('kept');
    setProblem(null);
  };
  const leave = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape') keep();
  };
  const remove = async (): Promise<void> => {
    setState('busy');
    const refused = await onRemove();
    setProblem(refused);
    setState('asked');
    // The row is gone, and the focus would be nowhere.
    if (refused === null) document.getElementById('main')?.focus({ preventScroll: true });
  };
  if (state === 'quiet' || state === 'kept')
    return (
      <button
        type="button"
        className={css.icon}
        aria-label={label}
        // biome-ignore lint/a11y/noAutofocus: who kept it goes on where it was asked.
        autoFocus={state === 'kept'}
        onClick={() => setState('asked')}
      >
        <Icon name="bin" />
      </button>
    );
  return (
    <span className={css.sure}>
      <Button autoFocus disabled={state === 'busy'} onClick={remove} onKeyDown={leave}>
        {label}
      </Button>
      <Button onClick={keep} onKeyDown={leave}>
        {t('keep')}
      </Button>
      {problem && <Trouble problem={problem} />}
    </span>
  );
}
