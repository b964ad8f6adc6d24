/** The page's words, in English and German. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import checkDe from '../check/texts/de.json';
import checkEn from '../check/texts/en.json';
import historyDe from '../history/texts/de.json';
import historyEn from '../history/texts/en.json';
import liveDe from '../live/texts/de.json';
import liveEn from '../live/texts/en.json';
import settingsDe from '../settings/texts/de.json';
import settingsEn from '../settings/texts/en.json';
import toolsDe from '../tools/texts/de.json';
import toolsEn from '../tools/texts/en.json';
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
      resources: {
        en: { translation: { ...en, ...checkEn, ...historyEn, ...liveEn, ...settingsEn, ...toolsEn } },
        de: { translation: { ...de, ...checkDe, ...historyDe, ...liveDe, ...settingsDe, ...toolsDe } },
      },
      interpolation: { escapeValue: false },
      initAsync: false,
    })
    .catch(() => undefined);
}
