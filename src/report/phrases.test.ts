import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };

const flatten = (tree: object, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]: [string, string | object]) =>
    typeof value === 'string' ? [[path + key, value]] : flatten(value, `${path}${key}.`),
  );

const placeholders = (text: string) =>
  [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))].sort();
const holes = (tree: object) => flatten(tree).map(([key, text]) => [key, placeholders(text)]);

it('both languages have the same keys, and fill the same into them', () => {
  expect(holes(de)).toEqual(holes(en));
});

it('every key is used, and every used key is there', () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => /^(?!.*\.test)[\w-]+\.ts$/.test(name));
  const code = sources.map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join('\n');
  const keys = new Set(flatten(en).map(([key]) => key.replace(/_(one|other)$/, '')));
  // Written out, or with the word of a verdict, severity or result at the end.
  const used = [...code.matchAll(/[`']((?:(?:[a-z]+\.)+(?:[a-zA-Z]+|\$\{)|headline\b))/g)].map(([, key = '']) => key);
  const isUsed = (key: string) =>
    used.some((use) => use === key || (use.endsWith('${') && key.startsWith(use.slice(0, -2))));
  expect([...keys].filter((key) => !isUsed(key))).toEqual([]);
  const groups = Object.keys(en);
  const phrases = used.filter((use) => groups.includes(use.split('.')[0] ?? '') && !use.endsWith('${'));
  expect(phrases.filter((use) => !keys.has(use))).toEqual([]);
});
