/** The command: picks the real system, and ends the process with the code that the command line gives. */
import { endQuietlyWithoutTerminal, nodeSystem } from '../system/node/index.ts';
import { runProgram } from './program.ts';

endQuietlyWithoutTerminal(process);
void runProgram(process.argv.slice(2), nodeSystem());
