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

test.each([...EN.keys()])('%s names the same facts in both', (key) => {
  expect(variables(DE.get(key))).toEqual(variables(EN.get(key)));
});

test.each([...EN.keys()].filter((key) => key.startsWith('mistake.')))(
  '%s is a sentence that shouts at nobody',
  (key) => {
    for (const text of [EN.get(key), DE.get(key)]) {
      expect(text).toMatch(/\.$/);
      expect(text).not.toMatch(/!|\b(please|bitte|invalid|illegal|ungültig)\b/i);
    }
  },
);

test('German speaks to an adult', () => {
  const informal = [...DE].filter(([, text]) => /\b(du|dir|dich|dein\w*)\b/i.test(text));
  expect(informal).toEqual([]);
});
