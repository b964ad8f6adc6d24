import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { HelpTexts } from './help.ts';
import { aloneModel, fakeTerminal, runWords, untouchable } from './test-terminal.ts';
import de from './texts/help.de.json' with { type: 'json' };
import { EXIT } from './types.ts';

async function helpOf(words: readonly string[], environment = {}): Promise<string> {
  const terminal = fakeTerminal({ environment: { LANG: 'C', ...environment } });
  expect(await runWords(words, untouchable(aloneModel().pbx), terminal)).toBe(EXIT.supported);
  return terminal.text('out');
}

const GERMAN: Readonly<Record<string, HelpTexts>> = de.commands;
const COMMANDS = Object.keys(GERMAN);
const helpIn = (language: string, command: string): Promise<string> =>
  helpOf([...(command === 'fullcone' ? [] : [command]), '--help', '--lang', language]);

/** `--udp`, `-V`, `check`, `code`: what is explained, one term a line, and where the explanation begins. */
const termsOf = (help: string): string[] =>
  [...aboveExamples(help).matchAll(/^ {2}((?:-\w, )?--?[\w-]+|[a-z]\w*)(?= |$)/gm)].map(([, term = '']) => term);

const aboveExamples = (help: string): string => help.split(/^(?:Exit.[Cc]odes|Examples|Beispiele):/m)[0] ?? '';

/** Each sentence on one line, as it is in the texts. */
const unwrapped = (help: string): string => help.replace(/\s+/g, ' ');

test('every command has German words', async () => {
  const listed = termsOf((await helpIn('en', 'fullcone')).split('Commands:')[1] ?? '').filter(
    (term) => term !== 'help',
  );
  expect(listed.length).toBeGreaterThan(3);
  expect(COMMANDS).toEqual(['fullcone', ...listed]);
});

describe.each(COMMANDS)('the help of %s', (command) => {
  test('explains the same in both languages', async () => {
    const [english, german] = await Promise.all([helpIn('en', command), helpIn('de', command)]);
    expect(termsOf(german)).toEqual(termsOf(english));
    expect(termsOf(german).length).toBeGreaterThan(1);
  });

  test('is German from its first to its last word, and holds every German text', async () => {
    const [english, german] = await Promise.all([helpIn('en', command), helpIn('de', command)]);
    const { about, options = {}, arguments: values = {}, after = [] }: HelpTexts = GERMAN[command] ?? { about: '' };
    const said = unwrapped(german);
    const texts = [about, ...Object.values(options), ...Object.values(values), ...after];
    expect(texts.filter((text) => !said.includes(unwrapped(text).trim()))).toEqual([]);
    const same = english
      .split('\n')
      .filter((line) => german.split('\n').includes(line) && !/^ {2}(fullcone| {2}--)|^$/.test(line));
    expect(same).toEqual([]);
  });

  test('has the same examples', async () => {
    const [english, german] = await Promise.all([helpIn('en', command), helpIn('de', command)]);
    const examples = (help: string): string[] =>
      help.split('\n').filter((line) => /^ {2}(fullcone | {2}--)/.test(line));
    expect(examples(german)).toEqual(examples(english));
  });
});

test('an option without German words would be seen', async () => {
  const sources = readFileSync(`${import.meta.dirname}/command-line.ts`, 'utf8');
  const english = [...sources.matchAll(/\.option\(\s*'[^']*',\s*(?:'([^']*)'|"([^"]*)")/g)].map(
    ([, a, b]) => a ?? b ?? '',
  );
  const german = unwrapped((await Promise.all(COMMANDS.map((command) => helpIn('de', command)))).join('\n'));
  expect(english.length).toBeGreaterThan(30);
  expect(english.filter((text) => german.includes(text))).toEqual([]);
});

test('by the locale, too, and by "help"', async () => {
  expect(await helpOf(['help', 'ports'], { LANG: 'de_DE.UTF-8' })).toMatch(/^Aufruf: fullcone ports \[Optionen\]/);
  expect(await helpOf(['ports', '--help', '--lang', 'en'], { LANG: 'de_DE.UTF-8' })).toMatch(/^Usage: fullcone ports/);
});
