/** The command: picks the real system, and ends the process with the code that the command line gives. */
import { setFlagsFromString } from 'node:v8';

const words = process.argv.slice(2);

/**
 * A check is over before an optimising compiler pays: its threads would take the time from the packets. Measured with
 * 2,001 ports on two cores: a third less processor time, a sixth less until the end. A reflector runs for months.
 */
if (words[0] === 'check') setFlagsFromString('--no-opt');

if (words[0] === 'restore') {
  // No command for people: `check --mode exclusive` begins it. It loads nothing that it does not need.
  const { keep } = await import('../system/node/services/keeper.ts');
  await keep(process);
  process.exit();
}

const [{ runProgram }, { endQuietlyWithoutTerminal, nodeSystem }] = await Promise.all([
  import('./program.ts'),
  import('../system/node/index.ts'),
]);
endQuietlyWithoutTerminal(process);
await runProgram(words, nodeSystem());
