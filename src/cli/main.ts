/** The command: picks the real system, and ends the process with the code that the command line gives. */
import { setFlagsFromString } from 'node:v8';
import { nodeSystem } from '../system/node/index.ts';
import { languageOf, runCommandLine } from './command-line.ts';
import { sayInternal, sayMistake } from './say.ts';
import { processTerminal } from './terminal.ts';
import { EXIT } from './types.ts';
import { VERSION } from './version.ts';

const words = process.argv.slice(2);
const language = languageOf(words, process.env);
const terminal = processTerminal(process, (code) => {
  sayMistake({ key: 'output.cannot-print', facts: { code } }, context);
  process.exitCode = EXIT.internal;
});
const context = { terminal, language };

// Node's own code for what nobody catches is 1, which means "unsupported" here.
process.on('uncaughtException', (error) => process.exit(sayInternal(error, context)));

/**
 * A check is over before an optimising compiler pays: its threads would take the time from the packets. Measured with
 * 2,001 ports on two cores: a third less processor time, a sixth less until the end. A reflector runs for months.
 */
if (words[0] === 'check') setFlagsFromString('--no-opt');

try {
  const code = await runCommandLine(words, {
    system: nodeSystem(),
    version: VERSION,
    program: process.execPath,
    ...context,
  });
  process.exitCode ??= code;
  // The resolver may still wait for an answer that nobody wants any more.
  if (code === EXIT.cancelled) process.stdout.write('', () => process.exit());
} catch (error) {
  process.exitCode = sayInternal(error, context);
}
