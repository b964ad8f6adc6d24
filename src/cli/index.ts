/** The command line: reads what is asked for, shows progress, prints the report. */
export { languageOf, runCommandLine } from './command-line.ts';
export type { Context, Language, Stream, Terminal } from './types.ts';
