import { makeTexts } from '../report/index.ts';
import type { Language } from './api/index.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };

const TEXTS = makeTexts({ en, de });

/** What the console says where it was started; the pages have texts of their own. */
export const say = (language: Language, key: string, facts: Readonly<Record<string, string | number>> = {}): string =>
  TEXTS.one(language, key, facts);
