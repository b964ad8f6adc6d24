import { type Language, makeTexts } from '../advice/index.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };

const texts = makeTexts({ en, de });

/** The fixed phrases of a report in one language. */
export interface Phrases {
  say(key: string, variables?: Readonly<Record<string, string | number>>): string;
  /** A phrase that depends on an amount; `n` is the amount as it is written. */
  count(key: string, count: number, variables?: Readonly<Record<string, string | number>>): string;
  amount(value: number): string;
}

export const phrasesOf = (language: Language): Phrases => ({
  say: (key, variables) => texts.one(language, key, variables),
  count: (key, count, variables) => texts.one(language, key, { ...variables, count, n: texts.amount(language, count) }),
  amount: (value) => texts.amount(language, value),
});
