import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import toolsDe from '../tools/texts/de.json';
import toolsEn from '../tools/texts/en.json';
import de from './de.json';
import en from './en.json';

const WEB = new URL('../', import.meta.url);

/** Each room has its own texts; they become one table, in which the later would hide the earlier. */
test.each(['en', 'de'])('no two rooms have texts of the same name: %s', (language) => {
  const files = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith(`texts/${language}.json`),
  );
  const names = files.flatMap((path) => Object.keys(JSON.parse(readFileSync(new URL(path, WEB), 'utf8')) as object));
  expect(files.length).toBeGreaterThan(4);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('whatever a port may be for has words, on the dashboard and among the tools', () => {
  const source = readFileSync(new URL('../../../src/pbx/types.ts', import.meta.url), 'utf8');
  const [, purposes = ''] = /export type Purpose =([^;]+);/.exec(source) ?? [];
  const names = [...purposes.matchAll(/\| '([a-z]+)'/g)].map(([, name = '']) => name);
  expect(names).toContain('webrtc');
  for (const texts of [en.purpose, de.purpose, toolsEn.tools.ports.purpose, toolsDe.tools.ports.purpose])
    expect(names.filter((name) => !(name in texts))).toEqual([]);
});
