import type { System } from '../system/index.ts';
import { languageOf, runCommandLine } from './command-line.ts';
import { sayInternal, sayMistake } from './say.ts';
import { processTerminal } from './terminal.ts';
import { EXIT } from './types.ts';
import { VERSION } from './version.ts';

/** Runs the command line of this process on that system, and sets the code with which it is going to end. */
export async function runProgram(words: readonly string[], system: System): Promise<void> {
  const language = languageOf(words, process.env);
  const terminal = processTerminal(process, system.clock, (code) => {
    sayMistake({ key: 'output.cannot-print', facts: { code } }, context);
    process.exitCode = EXIT.internal;
  });
  const context = { terminal, language };

  // Node's own code for what nobody catches is 1, which means "unsupported" here.
  process.on('uncaughtException', (error) => process.exit(sayInternal(error, context)));

  try {
    const code = await runCommandLine(words, { system, version: VERSION, program: process.execPath, ...context });
    process.exitCode ??= code;
    // The resolver may still wait for an answer that nobody wants any more.
    if (code === EXIT.cancelled) process.stdout.write('', () => process.exit());
  } catch (error) {
    process.exitCode = sayInternal(error, context);
  }
}
