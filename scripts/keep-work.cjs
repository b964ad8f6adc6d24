/**
 * Runs a part of the command as `dist/fullcone.js` would, and keeps what V8 made of it meanwhile in a file:
 * `node scripts/keep-work.cjs part.cjs part.cache check --server embedded ...`.
 */
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const [script, cache, ...words] = process.argv.slice(2);
process.argv.splice(1, Number.POSITIVE_INFINITY, script, ...words);
const part = new Script(readFileSync(script, 'utf8'), { filename: script });
process.on('exit', () => {
  const fresh = `${cache}.${process.pid}`;
  writeFileSync(fresh, part.createCachedData());
  renameSync(fresh, cache);
});
part.runInThisContext()(require);
