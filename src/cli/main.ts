/** The command: picks the real system, and ends the process with the code that the command line gives. */
import { setFlagsFromString } from 'node:v8';
import { nodeSystem } from '../system/node/index.ts';
import { languageOf, runCommandLine } from './command-line.ts';
import { processTerminal } from './terminal.ts';
import { EXIT } from './types.ts';
import { VERSION } from './version.ts';

const words = process.argv.slice(2);
const terminal = processTerminal(process);
const language = languageOf(words, process.env);

/**
 * A check is over before an optimising compiler pays: its threads would take the time from the packets. Measured with
 * 2,001 ports on two cores: a third less processor time, a sixth less until the end. A reflector runs for months.
 */
if (words[0] === 'check') setFlagsFromString('--no-opt');

try {
  process.exitCode = await runCommandLine(words, { system: nodeSystem(), terminal, language, version: VERSION });
} catch (error) {
  terminal.error.write(`fullcone: internal error. ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = EXIT.internal;
}
