/**
 * What `dist/fullcone.js` is: it runs a part of the command from beside it, with what the build has kept of V8's work on
 * it. Half of a check's start was V8 reading a megabyte of text; kept, it takes a third of that (docs/decisions/0020).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/* global PARTS: of the build; the names of the parts, without their endings. */

const [first] = process.argv.slice(2);
// No command for people: `check --mode exclusive` begins it. It loads nothing that it does not need.
const own = new Map([
  ['restore', PARTS.keeper],
  ['console', PARTS.console],
]);
const name = own.get(first) ?? PARTS.command;
const path = fileURLToPath(new URL(name, import.meta.url));
const cachedData = kept(`${path}.cache`);
const part = new Script(readFileSync(`${path}.cjs`, 'utf8'), {
  filename: `${path}.cjs`,
  ...(cachedData && { cachedData }),
});

/**
 * A check is over before an optimising compiler pays: its threads would take the time from the packets. Measured with
 * 2,001 ports on two cores: a third less processor time, a sixth less until the end. A reflector runs for months.
 * Not before the part is there: V8 takes back what it has kept only under the flags of that day.
 */
if (first === 'check') setFlagsFromString('--no-opt');

part.runInThisContext()(createRequire(import.meta.url));

/** Another Node may not find it, or not take it: then it reads the text, as it always did. */
function kept(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
