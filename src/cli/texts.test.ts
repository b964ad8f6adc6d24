import { expect, test } from 'vitest';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };

/** `mistake.rate.wrong` and its sentence. */
const sentences = (texts: object, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [[path + key, value] as [string, string]]
      : sentences(value as object, `${path}${key}.`),
  );

const EN = new Map(sentences(en));
const DE = new Map(sentences(de));
const variables = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

test('both languages say the same things', () => {
  expect([...DE.keys()]).toEqual([...EN.keys()]);
  expect(EN.size).toBeGreaterThan(40);
});

test('with the same facts in both', () => {
  const differ = [...EN].filter(([key, text]) => `${variables(text)}` !== `${variables(DE.get(key))}`);
  expect(differ).toEqual([]);
});

test('a mistake is told in sentences that shout at nobody', () => {
  const told = [...EN, ...DE].filter(([key]) => key.startsWith('mistake.'));
  const loud = told.filter(([, text]) => !text.endsWith('.') || /!|\b(invalid|illegal|ungültig)\b/i.test(text));
  expect(loud).toEqual([]);
});

test('German is German, and English English', () => {
  const german =
    /\b(ist|sind|kann|konnte|darf|gibt|gehört|fehlt|steht|geht|hat|braucht|probiert|widersprechen|erklärt|Interner|Noch|bereit|beendet|befragt|lauscht|können|wird|werden|wurde|würde|ließen|lässt|nicht|nichts|mit|bekannt|einander|telefoniert|fehlgeschlagen)\b/;
  const [notGerman, notEnglish] = [
    [...DE].filter(([, text]) => !german.test(text)),
    [...EN].filter(([, text]) => german.test(text)),
  ];
  expect([notGerman, notEnglish]).toEqual([[], []]);
});

test('German speaks to an adult', () => {
  const informal = [...DE].filter(([, text]) => /\b(du|dir|dich|dein\w*)\b/i.test(text));
  expect(informal).toEqual([]);
});
