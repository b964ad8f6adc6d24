import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROUTES, type Route } from '../../../src/console/api/index.ts';
import de from '../texts/de.json';
import en from '../texts/en.json';
import { wordsOf } from './problem-words.ts';

const source = (name: string): string =>
  readFileSync(new URL(`../../../src/console/runs/${name}`, import.meta.url), 'utf8');
const server = readFileSync(new URL('../../../src/console/server/server.ts', import.meta.url), 'utf8');

/** What a page never does: it asks by the table of routes, and in JSON. */
const OF_OTHERS = ['not-json'];

/** Of each route, and of what stands before all of them. */
const CODES = new Set([
  ...Object.values<Route>(ROUTES).flatMap(({ problems = {} }) => Object.values(problems).flat()),
  ...[...server.matchAll(/(?:problemBody\(|refused\(\d+, |code: |\d{3}: )'([a-z-]+)'/g)].map(([, code = '']) => code),
]);

/** Reasons as the console gives them; of `live-${kind}` what is before the kind. */
const REASONS = [
  ...`${source('request.ts')}${source('manager.ts')}${source('inside.ts')}`.matchAll(
    /(?:cannot|refuse)\(['`]([a-z-]+)|why: ['`]([a-z-]+)/g,
  ),
]
  .map(([, one, other]) => (one ?? other ?? '').replace(/-$/, ''))
  .sort();

const problem = (code: string, facts: Record<string, string> = {}) => ({ code, facts, fields: [] });
const EXACT = (why: string) => wordsOf(problem('cannot-run', { why }))[0]?.split('.')[1] ?? '';

test('why no check can run is said, in both languages, for each reason that there is', () => {
  expect(new Set(REASONS).size).toBeGreaterThan(12);
  for (const texts of [en, de]) expect(REASONS.filter((why) => !(EXACT(why) in texts['cannot-run']))).toEqual([]);
  expect(Object.keys(en['cannot-run']).filter((key) => !REASONS.includes(key))).toEqual([]);
});

test('every refusal of the console has words in both languages', () => {
  expect(CODES.size).toBeGreaterThan(20);
  const wanted = [...CODES].filter((code) => !OF_OTHERS.includes(code));
  for (const { problem } of [en, de]) expect(wanted.filter((code) => !(code in problem))).toEqual([]);
});

test('the most exact words come first, and there are always some', () => {
  expect(wordsOf(problem('cannot-run', { why: 'live-permission' }))).toEqual([
    ...['cannot-run.live-permission', 'cannot-run.live', 'problem.cannot-run', 'problem.unknown'],
  ]);
  expect(wordsOf(problem('name-taken'))).toEqual(['problem.name-taken', 'problem.unknown']);
});
