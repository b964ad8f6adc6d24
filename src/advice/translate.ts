import { createInstance, type Resource, type TFunction } from 'i18next';
import type { Language } from './types.ts';

type Variables = Readonly<Record<string, string | number | undefined>>;

/** The texts of one room, in every language. */
export interface Texts {
  one(language: Language, key: string, variables?: Variables): string;
  /** A list, such as steps. */
  many(language: Language, key: string, variables?: Variables): string[];
  /** `2,001`, `2.001`: for amounts. Port numbers are names and stay as they are. */
  amount(language: Language, value: number): string;
}

/** Nothing is set up before the first text is asked for: most commands print none. */
export function makeTexts(resources: Readonly<Record<Language, object>>): Texts {
  const functions = once(() => translators(resources));
  const formats = { en: once(() => new Intl.NumberFormat('en')), de: once(() => new Intl.NumberFormat('de')) };
  return {
    one: (language, key, variables = {}) => functions()[language](key, { ...variables }),
    many: (language, key, variables = {}) => strings(functions()[language](key, { ...variables, returnObjects: true })),
    amount: (language, value) => formats[language]().format(value),
  };
}

function translators(resources: Readonly<Record<Language, object>>): Record<Language, TFunction> {
  const i18n = createInstance();
  void i18n.init({
    lng: 'en',
    initAsync: false,
    fallbackLng: false,
    resources: { en: { translation: resources.en }, de: { translation: resources.de } } as Resource,
    // Texts go to terminals and files; whoever writes HTML escapes there.
    interpolation: { escapeValue: false },
    missingInterpolationHandler: () => '…',
  });
  return { en: i18n.getFixedT('en'), de: i18n.getFixedT('de') };
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
