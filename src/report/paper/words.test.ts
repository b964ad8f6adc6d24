import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => /^(?!.*\.test\.).*\.ts$/.test(name))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');

it('every key is used', () => {
  const used = [...sources.matchAll(/[`']((?:[a-zA-Z]+\.)*[a-zA-Z]+(?:\.\$\{)?)/g)].map(([, key = '']) => key);
  const isUsed = (key: string) =>
    used.some((use) => use === key || (use.endsWith('.${') && key.startsWith(use.slice(0, -2))));
  const keys = flatten(en).map(([key]) => key.replace(/_(one|other)$/, ''));
  expect(keys.filter((key) => !isUsed(key))).toEqual([]);
});

it('every used key is there', () => {
  const used = [...sources.matchAll(/words\s*\.(?:say|count)\(\s*'([\w.]+)'/g)].map(([, key = '']) => key);
  const keys = new Set(flatten(en).map(([key]) => key.replace(/_(one|other)$/, '')));
  expect(used.length).toBeGreaterThan(30);
  expect(used.filter((key) => !keys.has(key))).toEqual([]);
});
