import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { ask, useSession } from '../client/index.ts';
import { Breakage } from './breakage.tsx';
import css from './frame.module.css';
import { Icon, type IconName } from './icons.tsx';

const PLACES: readonly { readonly to: string; readonly name: IconName }[] = [
  { to: '/', name: 'dashboard' },
  { to: '/check', name: 'check' },
  { to: '/history', name: 'history' },
  { to: '/tools', name: 'tools' },
  { to: '/settings', name: 'settings' },
];

/** Navigation on the left; on a phone, behind a button. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [at] = useLocation();
  const isHere = (to: string): boolean => (to === '/' ? at === '/' : at.startsWith(to));
  const here = PLACES.find(({ to }) => isHere(to));
  useTitle(here && t(`place.${here.name}`));
  const main = useArrival(at);
  return (
    <div className={css.frame}>
      <a className={css.skip} href="#main">
        {t('frame.skip')}
      </a>
      <header className={css.side}>
        <div className={css.top}>
          <Link href="/" className={css.brand}>
            <Icon name="mark" size={22} /> fullcone
          </Link>
          <button
            type="button"
            className={css.burger}
            aria-expanded={isOpen}
            aria-label={t('frame.menu')}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? 'close' : 'menu'} size={22} />
          </button>
        </div>
        <div className={isOpen ? css.open : css.shut}>
          <nav aria-label={t('frame.navigation')}>
            <ul>
              {PLACES.map(({ to, name }) => (
                <li key={to}>
                  <Link
                    href={to}
                    className={isHere(to) ? css.here : css.place}
                    aria-current={isHere(to) ? 'page' : undefined}
                    onClick={() => setOpen(false)}
                  >
                    <Icon name={name} /> {t(`place.${name}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <Person />
        </div>
      </header>
      <main id="main" ref={main} className={css.main} tabIndex={-1}>
        <Breakage key={here?.to}>{children}</Breakage>
      </main>
    </div>
  );
}

/** A tab among many, and a screen reader, tell pages apart by it. */
function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'fullcone' : `${title} · fullcone`;
    return () => {
      document.title = 'fullcone';
    };
  }, [title]);
}

/** Whoever follows a link goes on where the new page begins, not behind the link. */
function useArrival(at: string) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(at);
  useEffect(() => {
    if (before.current === at) return;
    before.current = at;
    main.current?.focus();
  }, [at]);
  return main;
}

function Person() {
  const { t, i18n } = useTranslation();
  const { state, user, enter, leave } = useSession();
  if (user === null) return null;
  const other = i18n.language === 'de' ? 'en' : 'de';
  const change = async (): Promise<void> => {
    const outcome = await ask('changeMe', { body: { language: other } });
    if (outcome.kind === 'done') enter({ ...state, user: outcome.value });
  };
  return (
    <div className={css.person}>
      <p>
        <Icon name="user" size={16} /> {user.name} · {t(`role.${user.role}`)}
      </p>
      <button type="button" lang={other} onClick={change}>
        <Icon name="language" size={16} /> {t('frame.other-language')}
      </button>
      <button type="button" onClick={leave}>
        <Icon name="out" size={16} /> {t('frame.sign-out')}
      </button>
    </div>
  );
}
