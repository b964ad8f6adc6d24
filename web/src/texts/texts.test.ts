import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

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
