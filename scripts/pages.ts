/** Writes docs/findings from the texts of the findings; test/house/findings.test.ts says when that has to be done again. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findingPages } from '../src/report/index.ts';

const folder = fileURLToPath(new URL('../docs/findings/', import.meta.url));
const pages = await findingPages();

mkdirSync(folder, { recursive: true });
for (const [name, text] of pages) writeFileSync(`${folder}${name}`, text);
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(`${folder}${name}`);
