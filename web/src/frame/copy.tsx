import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import css from './copy.module.css';
import { Icon } from './icons.tsx';
import { Button } from './parts.tsx';

type State = 'ready' | 'copied' | 'not-copied';

function useCopy(text: string): readonly [State, () => Promise<void>] {
  const [state, setState] = useState<State>('ready');
  // Without TLS a browser may keep the clipboard to itself.
  const write = (): Promise<void> => navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('none'));
  const copy = (): Promise<void> =>
    write().then(
      () => setState('copied'),
      () => setState('not-copied'),
    );
  return [state, copy];
}

function Said({ state }: { readonly state: State }) {
  const { t } = useTranslation();
  return (
    <span role="status" className={css.said}>
      {state === 'ready' ? '' : t(`copy.${state}`)}
    </span>
  );
}

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [state, copy] = useCopy(text);
  return (
    <>
      <Button onClick={copy}>
        <Icon name="copy" size={16} /> {label}
      </Button>
      <Said state={state} />
    </>
  );
}

/** A value in a sentence. */
export function CopyValue({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const [state, copy] = useCopy(text);
  return (
    <span className={css.value}>
      <code>{text}</code>
      <button type="button" aria-label={t('copy.value', { text })} onClick={copy}>
        <Icon name={state === 'copied' ? 'tick' : 'copy'} size={16} />
      </button>
      {state !== 'ready' && <Said state={state} />}
    </span>
  );
}
