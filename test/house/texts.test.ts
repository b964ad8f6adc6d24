import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles, read } from './tree.ts';

/* Every file of texts, whatever room it is in: both languages say the same, and there is no text without a reader. */

type Tree = string | readonly string[] | { readonly [key: string]: Tree };

const SOURCES = projectFiles().filter(
  (path) => /^(src|web)\/.*\.tsx?$/.test(path) && !/\.test\.ts$|\/test-[^/]+\.ts$/.test(path),
);
const PAIRS = projectFiles().filter((path) => /^(src|web)\/.*\/en\.json$/.test(path));

/** Tables that are read as a whole, with tests of their own in their room. */
const TABLES = /^(pages\.[\w-]+\.(heading|seen|calls|also)|blanks)\b/;

/** `not-forwarded.title_one` and its text; lists are one text each. */
function flatten(tree: Tree, path = ''): [string, string][] {
  if (typeof tree === 'string') return [[path, tree]];
  const entries = Object.entries(tree) as [string, Tree][];
  return entries.flatMap(([key, value]) => flatten(value, path === '' ? key : `${path}.${key}`));
}

const textsOf = (path: string): [string, string][] => flatten(JSON.parse(read(path)) as Tree);
const withoutForm = (key: string): string =>
  key.replace(/\.\d+$/, '').replace(/(_firewall)?(_(?:zero|one|other|signalling|media|mixed|tcp))?$/, '');
const holes = (text: string): string[] => [...text.matchAll(/\{\{\w+\}\}|\$t\([^)]+\)/g)].map(([hole]) => hole).sort();

/** What stands in quotes: whole strings, and templates with `*` for what is filled in. */
function literalsOf(paths: readonly string[]): { strings: Set<string>; templates: RegExp[] } {
  const code = paths.map(read).join('\n');
  const strings = new Set([...code.matchAll(/'([^'\n]*)'|"([^"\n]*)"/g)].map(([, a, b]) => a ?? b ?? ''));
  const templates = [...code.matchAll(/`((?:[\w.-]|\$\{[^{}]*\})+)`/g)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('${') && /[a-z]/.test(text.replace(/\$\{[^{}]*\}/g, '')))
    .map((text) => new RegExp(`^${text.replace(/\./g, '\\.').replace(/\$\{[^{}]*\}/g, '([\\w.-]+)')}$`));
  return { strings, templates };
}

/** The words of unions and of tables, the names in a table of functions, and in an object that is gone through. */
const everywhere = new Set([
  ...literalsOf(SOURCES).strings,
  ...SOURCES.flatMap((path) => [...read(path).matchAll(/^ {2}(\w+): \(.*=>/gm)].map(([, name = '']) => name)),
  ...SOURCES.flatMap((path) => [...read(path).matchAll(/Object\.(?:entries|keys)\(\{([^}]*)\}/g)]).flatMap(
    ([, names = '']) => names.match(/\w+/g) ?? [],
  ),
]);

/** Whether the room can spell it: as it is, or from parts that somebody spells. */
function reachable(word: string, room: ReturnType<typeof literalsOf>, depth = 0): boolean {
  if (depth === 0 ? room.strings.has(word) : everywhere.has(word)) return true;
  if (depth > 2) return false;
  return room.templates.some((template) => {
    const parts = template.exec(word)?.slice(1);
    return parts?.every((part) => reachable(part, room, depth + 1)) ?? false;
  });
}

const sourcesOf = (pair: string): string[] => {
  const room = posix.dirname(posix.dirname(pair));
  return SOURCES.filter((path) => path.startsWith(`${room}/`));
};

it('there are texts in several rooms', () => {
  expect(PAIRS.length).toBeGreaterThanOrEqual(4);
});

describe.each(PAIRS)('%s', (pair) => {
  const english = textsOf(pair);
  const german = textsOf(pair.replace(/en\.json$/, 'de.json'));
  const keys = new Set(english.map(([key]) => withoutForm(key)));

  it('has the same keys in both languages, in the same order', () => {
    expect(german.map(([key]) => key)).toEqual(english.map(([key]) => key));
  });

  it('has no empty text, and none that is copied', () => {
    const other = new Map(german);
    expect([...english, ...german].filter(([, text]) => text.trim() === '')).toEqual([]);
    const words = (text: string) => text.replace(/\{\{\w+\}\}|\$t\([^)]+\)|<[^>]*>/g, '').match(/\p{L}{2,}/gu) ?? [];
    expect(english.filter(([key, text]) => words(text).length > 4 && other.get(key) === text)).toEqual([]);
  });

  it('fills the same into each text', () => {
    const other = new Map(german);
    const differ = english.filter(([key, text]) => `${holes(text)}` !== `${holes(other.get(key) ?? '')}`);
    expect(differ.map(([key]) => key)).toEqual([]);
  });

  it('refers only to texts that it has', () => {
    const named = [...english, ...german].flatMap(([, text]) => [...text.matchAll(/\$t\(([^)]+)\)/g)]);
    expect(named.map(([, key = '']) => key).filter((key) => !keys.has(key))).toEqual([]);
  });

  it('holds no text that no code can reach', () => {
    const room = literalsOf(sourcesOf(pair));
    const referred = new Set(
      english.flatMap(([, text]) => [...text.matchAll(/\$t\(([^)]+)\)/g)].map(([, key]) => key)),
    );
    const lost = [...keys].filter((key) => !TABLES.test(key) && !referred.has(key) && !reachable(key, room));
    expect(lost).toEqual([]);
  });

  it('holds every text that its room asks for', () => {
    const code = sourcesOf(pair).map(read).join('\n');
    const asked = [
      ...[...code.matchAll(/\b(?:TEXTS|ADVICE|pageTexts|texts)\.(?:one|many)\(\s*[\w.#]+,\s*'([^']+)'/g)].map(
        ([, key]) => key,
      ),
      ...[...code.matchAll(/\bphrases\.(?:say|count)\(\s*'([^']+)'/g)].map(([, key]) => key),
      ...[...code.matchAll(/\b(?:wrong\(|key: )'([\w-]+\.[\w-]+)'/g)].map(([, key]) => `mistake.${key}`),
      ...[...code.matchAll(/\bsayNotice\(\s*'([\w-]+)'/g)].map(([, key]) => `notice.${key}`),
    ];
    const own = (key = ''): boolean => [...keys].some((known) => known.split('.')[0] === key.split('.')[0]);
    expect(asked.filter((key) => own(key) && !keys.has(key ?? ''))).toEqual([]);
  });
});
