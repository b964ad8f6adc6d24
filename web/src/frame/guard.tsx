import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type BaseLocationHook, Router } from 'wouter';
import { navigate, useBrowserLocation } from 'wouter/use-browser-location';
import css from './guard.module.css';
import { Button } from './parts.tsx';

/* A page with changes that are not saved stays until somebody has said what becomes of them. */

type Location = ReturnType<BaseLocationHook>;
const Shown = createContext<Location>(['/', navigate]);
const useShown: BaseLocationHook = () => useContext(Shown);

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

/** A link waits for the answer; who went back or forth sees the page of before until then. */
export function Guarded({ children }: { readonly children: ReactNode }) {
  const [at] = useBrowserLocation();
  const [shown, setShown] = useState(at);
  const [wanted, setWanted] = useState<Parameters<typeof navigate> | null>(null);
  const hasMoved = at !== shown && isUnsaved;
  if (at !== shown && !isUnsaved) setShown(at);
  const go = useCallback<typeof navigate>((...to) => (isUnsaved ? setWanted(to) : navigate(...to)), []);
  const location = useMemo<Location>(() => [shown, go], [shown, go]);
  const stay = (): void => {
    setWanted(null);
    if (hasMoved) navigate(shown);
  };
  const leave = (): void => {
    isUnsaved = false;
    setWanted(null);
    if (wanted) navigate(...wanted);
    else setShown(at);
  };
  return (
    <Shown value={location}>
      <Router hook={useShown}>{children}</Router>
      {(hasMoved || wanted !== null) && <Question onStay={stay} onLeave={leave} />}
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
