import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ensureBuilt, FULLCONE } from './test-command.ts';

/* The built command and what V8 made of it (docs/decisions/0020): taken back where it fits, and never needed. */

beforeAll(ensureBuilt);

/** A copy of the built command; its folder of parts. */
function copied(): { readonly command: string; readonly parts: string; readonly caches: readonly string[] } {
  const folder = mkdtempSync(join(dirname(FULLCONE), 'copy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const parts = join(folder, 'parts');
  cpSync(FULLCONE, join(folder, 'fullcone.mjs'));
  cpSync(join(dirname(FULLCONE), 'parts'), parts, { recursive: true });
  const caches = readdirSync(parts).filter((name) => name.endsWith('.cache'));
  return { command: join(folder, 'fullcone.mjs'), parts, caches: caches.map((name) => join(parts, name)) };
}

const says = (command: string): string => execFileSync(process.execPath, [command, '--version'], { encoding: 'utf8' });

test('V8 takes back what the build has kept of each part', () => {
  const { caches } = copied();
  const script = `
    const { readFileSync } = require('node:fs'); const { Script } = require('node:vm');
    for (const cache of process.argv.slice(1)) {
      const part = new Script(readFileSync(cache.replace(/cache$/, 'cjs'), 'utf8'), { cachedData: readFileSync(cache) });
      console.log(part.cachedDataRejected);
    }`;
  const said = execFileSync(process.execPath, ['-e', script, ...caches], { encoding: 'utf8' });
  expect(caches.length).toBeGreaterThanOrEqual(2);
  expect(new Set(said.trim().split('\n'))).toEqual(new Set(['false']));
});

describe('the command runs', () => {
  test.each([
    ['that is gone', (cache: string) => rmSync(cache)],
    ['that is empty', (cache: string) => writeFileSync(cache, '')],
    ['that is nonsense', (cache: string) => writeFileSync(cache, Buffer.alloc(100_000, 7))],
  ])('without what was kept, or with one %s', (_, spoil) => {
    const { command, caches } = copied();
    caches.forEach(spoil);
    expect(says(command)).toBe(says(FULLCONE));
  });
});
