import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from './test-chromium.ts';

/* For tests: the page's words, as its own files have them. */

const ROOMS = ['.', 'check', 'history', 'live', 'settings', 'tools'];

interface Texts {
  readonly [key: string]: string | Texts;
}

const flat = (texts: Texts, before = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [[before + key, text] as [string, string]] : flat(text, `${before}${key}.`),
  );

/** By their keys: `sign-in.title`. */
export const wordsOf = (language: Language): ReadonlyMap<string, string> =>
  new Map(
    ROOMS.flatMap((room) =>
      flat(
        JSON.parse(readFileSync(join(import.meta.dirname, '../web/src', room, 'texts', `${language}.json`), 'utf8')),
      ),
    ),
  );

/** Long enough to stand in no other sentence by chance. */
const SENTENCE = 20;

/** What of the shown text is a key without words, or a sentence of the other language. */
export function strayIn(shown: string, language: Language): string[] {
  const [own, other] = [wordsOf(language), wordsOf(language === 'en' ? 'de' : 'en')];
  const foreign = [...other].filter(
    ([key, text]) => text.length >= SENTENCE && !text.includes('{{') && own.get(key) !== text,
  );
  return [...[...own.keys()].filter((key) => key.includes('.')), ...foreign.map(([, text]) => text)].filter((text) =>
    shown.includes(text),
  );
}
