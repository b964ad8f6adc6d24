import { type FocusEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf } from '../client/index.ts';
import { Button, Icon } from '../frame/index.ts';
import css from './check.module.css';

const FORMATS = ['text', 'json', 'junit', 'csv', 'html', 'pdf'] as const;

/** Every format, with other addresses in the place of all, where that is wished. */
export function Export({ id }: { readonly id: number }) {
  const { t, i18n } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [isHidden, setHidden] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const language = i18n.language === 'de' ? 'de' : 'en';
  const hrefOf = (format: (typeof FORMATS)[number] | 'events'): string =>
    addressOf('exportRun', { params: { id }, query: { format, language, redact: isHidden ? 'true' : 'false' } });
  const press = ({ key }: KeyboardEvent): void => {
    if (key !== 'Escape') return;
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  };
  const leave = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget !== null && !box.current?.contains(relatedTarget)) setOpen(false);
  };
  useEffect(() => {
    const point = ({ target }: PointerEvent): void => {
      if (!box.current?.contains(target as Node)) setOpen(false);
    };
    if (isOpen) document.addEventListener('pointerdown', point);
    return () => document.removeEventListener('pointerdown', point);
  }, [isOpen]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes, from wherever inside; so does whoever goes elsewhere.
    <div ref={box} className={css.export} onKeyDown={press} onBlur={leave}>
      <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name="download" size={16} /> {t('export.title')} <Icon name="chevron" size={16} />
      </Button>
      {isOpen && (
        <div className={css.menu}>
          <label>
            <input type="checkbox" checked={isHidden} onChange={(event) => setHidden(event.target.checked)} />
            {t('export.hidden')}
          </label>
          <ul>
            {FORMATS.map((format) => (
              <li key={format}>
                <a href={hrefOf(format)} download>
                  {t(`export.${format}`)} <span>{t(`export-for.${format}`)}</span>
                </a>
              </li>
            ))}
            {!isHidden && (
              <li>
                <a href={hrefOf('events')} download>
                  {t('export.events')} <span>{t('export-for.events')}</span>
                </a>
              </li>
            )}
          </ul>
        </div>
      )}
    </div>
  );
}
