#!/usr/bin/env node
/** The command as the package offers it. It is there before the first build, too: npx remembers a command that it did not find. */
import { existsSync } from 'node:fs';

const built = new URL('../dist/fullcone.js', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  process.stderr.write('fullcone is not built yet: npm ci && npm run build\n');
  process.exitCode = 70;
}
