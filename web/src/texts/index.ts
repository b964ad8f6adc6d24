/** The page's words, in English and German. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import de from './de.json';
import en from './en.json';

/** The browser's wish, until somebody has signed in. */
export function startTexts(): void {
  const wished = navigator.languages.map((one) => one.slice(0, 2)).find((one) => one === 'en' || one === 'de');
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  i18next
    .use(initReactI18next)
    .init({
      lng: wished ?? 'en',
      fallbackLng: 'en',
      resources: { en: { translation: en }, de: { translation: de } },
      interpolation: { escapeValue: false },
      initAsync: false,
    })
    .catch(() => undefined);
}
