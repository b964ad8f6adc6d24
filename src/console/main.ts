/** The management console: picks the real system, and ends the process with the code that the console gives. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import info from '../../package.json' with { type: 'json' };
import { nodeSystem } from '../system/node/index.ts';
import { languageOf } from './command-line.ts';
import { EXIT, runConsole } from './start.ts';

const [program = '', ...words] = process.argv.slice(1);
const { env } = process;

/** Where a service keeps its data (systemd.exec(5)), or a user (XDG Base Directory Specification). */
const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
const data = env['STATE_DIRECTORY'] || join(state, 'fullcone', 'console');
/** `fullcone.js` and `web` are beside each other in dist; `bin/fullcone.js` loads that one. */
const pages = [join(dirname(program), 'web'), join(dirname(program), '../dist/web')].map((path) => resolve(path));

const complain = (text: string): void => void process.stderr.write(`fullcone: ${text}\n`);

// A console that goes on in a state that nobody foresaw could be wrong about what it stores.
process.on('uncaughtException', (error) => {
  complain(error.stack ?? error.message);
  process.exit(EXIT.internal);
});
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

let isEnding = false;
const interrupted = new Promise<void>((done) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // Who asks twice does not want to wait; npx passes on a Ctrl-C that came here already.
      if (isEnding && signal !== 'SIGINT') process.exit(EXIT.internal);
      isEnding = true;
      done();
    });
});

void runConsole(words.slice(1), {
  system: nodeSystem(),
  version: info.version,
  language: languageOf(words, env),
  data,
  pages: pages.find((path) => existsSync(join(path, 'index.html'))) ?? null,
  print: (text) => process.stdout.write(text),
  complain,
  interrupted,
}).then((code) => process.exit(code));
