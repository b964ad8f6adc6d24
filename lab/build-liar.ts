import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const FOLDER = 'node_modules/.cache/fullcone';

let built: Promise<readonly string[]> | null = null;

/** The command of the reflector that lies, from the sources as they are; built once, since every lab starts it anew. */
export function liarCommand(): Promise<readonly string[]> {
  built ??= buildLiar();
  return built;
}

async function buildLiar(): Promise<readonly string[]> {
  const { outputFiles } = await build({
    entryPoints: ['lab/test-liar.ts'],
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20' },
    external: ['koffi'],
    write: false,
  });
  mkdirSync(FOLDER, { recursive: true });
  const path = `${FOLDER}/liar.mjs`;
  // In one step: another process may be about to start it.
  writeFileSync(`${path}.${process.pid}`, outputFiles[0]?.contents ?? '');
  renameSync(`${path}.${process.pid}`, path);
  return [process.execPath, path];
}
