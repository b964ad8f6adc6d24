/** Everything that reads the sources without running them: the compiler, Biome (form, and rules that know types), and knip (dead code). */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const READERS = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'types of web', command: ['tsc', '--noEmit', '-p', 'web'] },
  { name: 'form and rules', command: ['biome', 'ci', '--colors=off', '--error-on-warnings', '.'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
];

function read({ name, command: [program, ...args] }) {
  return new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin', program), args, { cwd: root });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
    child.on('error', ({ message }) => resolve({ name, text: message, right: false }));
    child.on('close', (code) => resolve({ name, text, right: code === 0 }));
  });
}

for (const { name, text, right } of await Promise.all(READERS.map(read))) {
  console.log(`lint: ${name}: ${right ? 'right' : 'wrong'}`);
  if (!right) {
    console.log(text.trim());
    process.exitCode = 1;
  }
}
