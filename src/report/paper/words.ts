import { type Language, makeTexts } from '../../advice/index.ts';
import type { Phrases } from '../phrases.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };

const texts = makeTexts({ en, de });

/** The fixed phrases of what is printed or opened in a browser, in one language. */
export type Words = Phrases;

export const wordsOf = (language: Language): Words => ({
  say: (key, variables) => texts.one(language, key, variables),
  count: (key, count, variables) => texts.one(language, key, { ...variables, count, n: texts.amount(language, count) }),
  amount: (value) => texts.amount(language, value),
});
