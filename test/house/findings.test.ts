import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FINDING_CODES } from '../../src/advice/index.ts';
import { findingPages } from '../../src/report/index.ts';
import { read, root } from './tree.ts';

const written = readdirSync(join(root, 'docs/findings')).sort();

it('every finding has its page in both languages, and every page its finding', () => {
  const wanted = ['README', ...FINDING_CODES].flatMap((name) => [`${name}.md`, `${name}.de.md`]);
  expect(written).toEqual(wanted.sort());
});

it('the pages are what the texts say; else: npm run pages', async () => {
  const differ = [...(await findingPages())].filter(([name, text]) => read(`docs/findings/${name}`) !== text);
  expect(differ.map(([name]) => name)).toEqual([]);
});

it('the index names them in the order of the catalogue', () => {
  for (const name of ['README.md', 'README.de.md']) {
    const codes = [...read(`docs/findings/${name}`).matchAll(/^\| \[([\w-]+)\]/gm)].map(([, code]) => code);
    expect(codes).toEqual(FINDING_CODES);
  }
});
