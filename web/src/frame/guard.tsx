import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type BaseLocationHook, Router } from 'wouter';
import { navigate, useBrowserLocation } from 'wouter/use-browser-location';
import css from './guard.module.css';
import { Button } from './parts.tsx';

/* A page with changes that are not saved stays until somebody has said what becomes of them. */

const Shown = createContext('/');
const useShown: BaseLocationHook = () => [useContext(Shown), navigate];

let isUnsaved = false;

/** Told by a page, for as long as it stands. */
export function useUnsaved(has: boolean): void {
  useEffect(() => {
    isUnsaved = has;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    if (has) window.addEventListener('beforeunload', warn);
    return () => {
      isUnsaved = false;
      window.removeEventListener('beforeunload', warn);
    };
  }, [has]);
}

/** Shows the page of before until the question is answered; the address bar is ahead of it. */
export function Guarded({ children }: { readonly children: ReactNode }) {
  const [at] = useBrowserLocation();
  const [shown, setShown] = useState(at);
  const isHeld = at !== shown && isUnsaved;
  if (at !== shown && !isHeld) setShown(at);
  return (
    <Shown value={shown}>
      <Router hook={useShown}>{children}</Router>
      {isHeld && <Question onStay={() => navigate(shown, { replace: true })} onLeave={() => setShown(at)} />}
    </Shown>
  );
}

function Question({ onStay, onLeave }: { readonly onStay: () => void; readonly onLeave: () => void }) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={css.dialog} aria-labelledby="unsaved" onCancel={onStay}>
      <h2 id="unsaved">{t('guard.title')}</h2>
      <p>{t('guard.lead')}</p>
      <div className={css.actions}>
        <Button onClick={onLeave}>{t('guard.leave')}</Button>
        <Button filled onClick={onStay}>
          {t('guard.stay')}
        </Button>
      </div>
    </dialog>
  );
}
