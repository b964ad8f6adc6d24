/**
 * Builds what is shipped, into dist/:
 *
 * - fullcone.js, and parts/ beside it: the command, with everything that it needs inside; starts with `node` alone.
 *   Beside each part lies what V8 made of it in a run (docs/decisions/0020): code that no run needed is not read;
 * - report.schema.json: the contract of the JSON report;
 * - web/: the console's pages; what has a hash in its name may be kept for ever;
 * - licenses.txt: of the packages inside the command and the pages.
 *
 * The same sources give the same bytes, but for what V8 keeps. Each file is replaced in one step, and parts of an
 * earlier build stay for a day, so that a build never breaks a run.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, parse, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import react from '@vitejs/plugin-react';
import * as esbuild from 'esbuild';
import { build as buildPages } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

const HASHBANG = '#!/usr/bin/env node\n';
/** A part is one function of `require`, which a script of V8 gives back: only scripts can be kept. */
const PART = {
  format: 'cjs',
  banner: { js: '(function (require) {' },
  footer: { js: '})' },
  // What is asked for only sometimes is inside as well, and runs when it is asked for.
  supported: { 'dynamic-import': false },
  entryNames: 'parts/[name]-[hash]',
};

/**
 * The console stays, and V8 keeps its text: one character beyond Latin-1, were it in a comment, would double the room
 * that all of it takes. Names stay for stack traces.
 */
const SMALL = { minifyWhitespace: true, charset: 'ascii', lineLimit: 160 };

/** A build may come between the reading of fullcone.js and of its part; milliseconds. */
const LONGEST_START = 24 * 60 * 60 * 1000;

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
    external: ['koffi', 'libsql', '@node-rs/argon2'],
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
      const ownFonts = text.replaceAll("require$1('#standard-fonts/", "require('pdfkit/standard-fonts/");
      if (ownFonts === text) throw new Error('pdfkit asks for its fonts in another way');
      // A part is a script, which has no address; pdfkit wants one, for files beside it that we do not use.
      const contents = ownFonts.replaceAll(
        'import.meta.url',
        "require('node:url').pathToFileURL(process.execPath).href",
      );
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
  const { name, version, license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e(\.(md|txt|mit))?$/i.test(entry));
  // Some have but the name of a licence.
  const text = file ? readFileSync(join(root, path, file), 'utf8').trim() : license;
  if (!text) throw new Error(`${name} has no licence`);
  return `${name} ${version}\n\n${text}\n`;
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
async function buildCommand(schema, alsoInside) {
  const command = await bundle(
    { in: 'src/cli/main.ts', out: 'command' },
    { ...PART, plugins: [asData(schema), FONTS] },
  );
  const keeper = await bundle({ in: 'src/cli/restore/main.ts', out: 'keeper' }, PART);
  const console = await bundle(
    { in: 'src/console/main.ts', out: 'console' },
    { ...PART, ...SMALL, plugins: [asData(schema), FONTS] },
  );
  const [commandPart, keeperPart, consolePart] = [command, keeper, console].flatMap(({ files }) =>
    files.map(writePart),
  );
  const parts = { command: commandPart, keeper: keeperPart, console: consolePart };
  const define = { PARTS: JSON.stringify(parts) };
  const launch = await bundle('scripts/launch.js', { define });
  for (const [part, ...words] of [
    [commandPart, ...TYPICAL],
    [keeperPart, 'restore'],
  ])
    keepWork(part, words);
  write('fullcone.js', HASHBANG + launch.files[0].text, 0o755);
  write('licenses.txt', licenses([...[command, keeper, console].flatMap(({ inputs }) => inputs), ...alsoInside]));
  removeOld(Object.values(parts).map((part) => parse(part).base));
}

/** Its name without the ending. */
function writePart({ name, text }) {
  const part = name.replace(/\.js$/, '');
  write(`${part}.cjs`, text);
  return part;
}

/** A run on loopback in which nearly all comes by that a check needs. */
const TYPICAL = ['check', '--server', 'embedded', '--udp', '40000-40199', '--rate', 'max'];

/** Nothing depends on it: a part that nothing was kept of is read in full. */
function keepWork(part, words) {
  const [script, cache] = [`${part}.cjs`, `${part}.cache`].map((name) => join(dist, name));
  const scratch = mkdtempSync(join(dist, 'state-'));
  const { error } = spawnSync(process.execPath, [join(root, 'scripts/keep-work.cjs'), script, cache, ...words], {
    stdio: 'ignore',
    timeout: 60_000,
    // What this run remembers is nobody's.
    env: { ...process.env, XDG_STATE_HOME: scratch },
  });
  rmSync(scratch, { recursive: true });
  if (error) process.stderr.write(`nothing is kept of ${part}: ${error.message}\n`);
}

function removeOld(parts) {
  for (const name of readdirSync(join(dist, 'parts'))) {
    const path = join(dist, 'parts', name);
    const isOld = Date.now() - statSync(path).mtimeMs > LONGEST_START;
    if (!parts.includes(parse(name).name) && isOld) rmSync(path);
  }
}

/** Its inputs. No script and no style stands in the page itself: the console's content security policy forbids both. */
async function buildWeb() {
  const inputs = new Set();
  const note = {
    name: 'note-inputs',
    // Only what came to stay: most of what is read is dropped again.
    generateBundle: (_options, output) => {
      for (const { modules = {} } of Object.values(output))
        for (const [id, { renderedLength }] of Object.entries(modules))
          if (renderedLength > 0) inputs.add(relative(root, id.split('?')[0]));
    },
  };
  await buildPages({
    configFile: false,
    root: join(root, 'web'),
    logLevel: 'warn',
    plugins: [react(), note],
    build: { outDir: join(dist, 'web'), emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  });
  return [...inputs].filter((input) => !input.includes('\0')).sort();
}

async function buildAll() {
  mkdirSync(join(dist, 'parts'), { recursive: true });
  const schema = await reportJsonSchema();
  await buildCommand(schema, await buildWeb());
  write('report.schema.json', `${JSON.stringify(schema, null, 2)}\n`);
}

try {
  await buildAll();
} catch (error) {
  // What is wrong with a source of the command, esbuild has told already; with one of the pages, nobody.
  if (!error.errors) throw error;
  if (!error.errors.every((one) => 'location' in one)) process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
