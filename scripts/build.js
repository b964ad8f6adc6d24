/**
 * Builds what is shipped, into dist/:
 *
 * - fullcone.js, and parts/ beside it: the command, with everything that it needs inside; starts with `node` alone.
 *   Modules behind a dynamic `import()` are parts of their own, so that a command pays for what it uses;
 * - report.schema.json: the contract of the JSON report;
 * - licenses.txt: of the packages inside the command.
 *
 * The same sources give the same bytes. Each file is replaced in one step, and parts of an earlier build stay for a
 * day, so that a build never breaks a run.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

const HASHBANG = '#!/usr/bin/env node\n';
const ENTRY = 'fullcone.mjs';

/** So long a command that began with the parts of an earlier build may still ask for one; milliseconds. */
const LONGEST_RUN = 24 * 60 * 60 * 1000;

/** Packages inside that are CommonJS ask for Node's modules by `require`. */
const REQUIRE = `import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);`;

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
    outdir: dist,
    ...options,
  });
  const files = outputFiles.map(({ path, text }) => ({ name: relative(dist, path), text }));
  return { files, inputs: Object.keys(metafile.inputs) };
}

/**
 * The fonts that every reader of PDF has, and no others: their measures, which pdfkit asks for by a name that only its
 * own package has, come along, and what reads font files stays away.
 */
const FONTS = {
  name: 'fonts',
  setup: (build) => {
    build.onResolve({ filter: /^fontkit$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    build.onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'export const create = null;' }));
    build.onLoad({ filter: /pdfkit\.node\.mjs$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replaceAll("require$1('#standard-fonts/", "require('pdfkit/standard-fonts/");
      if (contents === text) throw new Error('pdfkit asks for its fonts in another way');
      return { contents, loader: 'js' };
    });
  },
};

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
  const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e(\.(md|txt|mit))?$/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version}\n\n${readFileSync(join(root, path, file), 'utf8').trim()}\n`;
}

/** The value of `reportJsonSchema`, from the sources as they are. */
async function reportJsonSchema() {
  const { files } = await bundle('src/report/schema.ts', { banner: { js: REQUIRE } });
  const scratch = join(dist, `schema.${process.pid}.mjs`);
  writeFileSync(scratch, files[0].text);
  try {
    return (await import(pathToFileURL(scratch).href)).reportJsonSchema;
  } finally {
    rmSync(scratch);
  }
}

/** In the place of src/report/schema.ts its value: whoever reads a report needs the schema, and not what made it. */
const asData = (schema) => ({
  name: 'schema-as-data',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]src[/\\]report[/\\]schema\.ts$/ }, () => ({
      contents: `export const reportJsonSchema = ${JSON.stringify(schema)};`,
      loader: 'js',
    })),
});

/** Parts first: none is asked for before it is there. */
async function buildCommand(schema) {
  const { files, inputs } = await bundle('src/cli/main.ts', {
    banner: { js: REQUIRE },
    plugins: [asData(schema), FONTS],
    splitting: true,
    entryNames: 'fullcone',
    chunkNames: 'parts/[name]-[hash]',
    // So that they are modules wherever the folder is copied to.
    outExtension: { '.js': '.mjs' },
  });
  const parts = files.filter(({ name }) => name !== ENTRY);
  for (const { name, text } of parts) write(name, text);
  write('fullcone.js', HASHBANG + files.find(({ name }) => name === ENTRY).text, 0o755);
  write('licenses.txt', licenses(inputs));
  removeOld(new Set(parts.map(({ name }) => name)));
}

function removeOld(parts) {
  for (const name of readdirSync(join(dist, 'parts')).map((file) => join('parts', file))) {
    const isOld = Date.now() - statSync(join(dist, name)).mtimeMs > LONGEST_RUN;
    if (!parts.has(name) && isOld) rmSync(join(dist, name));
  }
}

async function buildAll() {
  mkdirSync(join(dist, 'parts'), { recursive: true });
  const schema = await reportJsonSchema();
  await buildCommand(schema);
  write('report.schema.json', `${JSON.stringify(schema, null, 2)}\n`);
}

try {
  await buildAll();
} catch (error) {
  // What is wrong with a source, esbuild has told already.
  if (!error.errors) throw error;
  process.exitCode = 1;
}
