/**
 * Builds what is shipped, into dist/:
 *
 * - fullcone.js: the command, with everything that it needs inside; starts with `node` alone. Modules behind a dynamic
 *   `import()` are in the same file, but run only when they are asked for, so that a command pays for what it uses;
 * - report.schema.json: the contract of the JSON report;
 * - licenses.txt: of the packages inside fullcone.js.
 *
 * The same sources give the same bytes. Each file is replaced in one step, so that a build never breaks a run.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

const HASHBANG = '#!/usr/bin/env node\n';

/** Packages inside that are CommonJS ask for Node's modules by `require`. */
const REQUIRE = `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);`;

async function bundle(entry, options = {}) {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Lines and names stay, for the sake of stack traces; they cost 2 ms at start.
    minifySyntax: true,
    charset: 'utf8',
    // Optional, and machine code: whoever has it installed beside the file gets what it gives.
    external: ['koffi'],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
    ...options,
  });
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs) };
}

function write(name, text, mode = 0o644) {
  const path = join(dist, name);
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, text);
  chmodSync(fresh, mode);
  renameSync(fresh, path);
}

/** The licence of each package that a bundle holds, by name. */
function licenses(inputs) {
  const packages = inputs.flatMap((input) => input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []);
  return [...new Set(packages)].sort().map(licenseOf).join('\n\n');
}

function licenseOf(path) {
  const { name, version } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version}\n\n${readFileSync(join(root, path, file), 'utf8').trim()}\n`;
}

/** The value of `reportJsonSchema`, from the sources as they are. */
async function reportJsonSchema() {
  const { text } = await bundle('src/report/schema.ts', { banner: { js: REQUIRE } });
  const scratch = join(dist, `schema.${process.pid}.mjs`);
  writeFileSync(scratch, text);
  try {
    return (await import(pathToFileURL(scratch).href)).reportJsonSchema;
  } finally {
    rmSync(scratch);
  }
}

async function buildAll() {
  mkdirSync(dist, { recursive: true });
  const command = await bundle('src/cli/main.ts', { banner: { js: REQUIRE } });
  write('fullcone.js', command.text.startsWith('#!') ? command.text : HASHBANG + command.text, 0o755);
  write('licenses.txt', licenses(command.inputs));
  write('report.schema.json', `${JSON.stringify(await reportJsonSchema(), null, 2)}\n`);
}

try {
  await buildAll();
} catch (error) {
  // What is wrong with a source, esbuild has told already.
  if (!error.errors) throw error;
  process.exitCode = 1;
}
