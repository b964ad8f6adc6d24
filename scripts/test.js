/**
 * `npm test`: brings what the tests need, builds, lints, runs every test, and ends with the counts.
 * Arguments are handed to vitest: `npm test -- src/engine`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideSystem } from './system.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MINUTE = 60_000;

/** In CI nothing may be left out. */
const strict = !['', '0', 'false', undefined].includes(process.env.CI);

function node(minutes, args, env = {}) {
  const options = { cwd: root, stdio: 'inherit', timeout: minutes * MINUTE, env: { ...process.env, ...env } };
  const { status, error } = spawnSync(process.execPath, args, options);
  if (error) console.log(`${args[0]}: ${error.message}`);
  return status === 0;
}

const NOTHING = { passed: 0, failed: 0, skipped: [] };

function runTests(filters) {
  const folder = mkdtempSync(join(tmpdir(), 'fullcone-test-'));
  const file = join(folder, 'counts.json');
  const reporters = ['--reporter=default', '--reporter=./scripts/counts.js'];
  try {
    const form = process.stdout.isTTY ? [] : ['--no-color'];
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...form, ...filters];
    const right = node(18, vitest, { FULLCONE_COUNTS: file });
    return { right, ...JSON.parse(readFileSync(file, 'utf8')) };
  } catch (error) {
    console.log(`vitest gave no counts: ${error.message}`);
    return { right: false, ...NOTHING };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run() {
  const missing = provideSystem();
  if (missing) console.log(`system: ${missing}`);
  if (!node(2, ['scripts/build.js'])) return { ...NOTHING, wrong: ['the build failed, so no test was run'] };
  const clean = node(5, ['scripts/lint.js']);
  const { right, ...counts } = runTests(process.argv.slice(2));
  for (const { title, why } of counts.skipped) console.log(`skipped: ${title}${why ? `: ${why}` : ''}`);
  const wrong = [];
  if (!clean) wrong.push('lint found something, see above');
  if (!right) wrong.push('tests failed, see above');
  if (strict && counts.skipped.length > 0) wrong.push('tests were left out, and CI is set');
  return { ...counts, wrong };
}

const { passed, failed, skipped, wrong } = run();
for (const reason of wrong) console.log(`not right: ${reason}`);
if (wrong.length > 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
