import { Command, CommanderError } from 'commander';
import { type CheckCommand, check } from './check.ts';
import { type ReflectorCommand, reflector } from './reflector.ts';
import { type Context, EXIT, type Language } from './types.ts';

/** Reads the command line, does what it asks for, and says with which code the process is to end. */
export async function runCommandLine(words: readonly string[], context: Context): Promise<number> {
  let code: number = EXIT.usage;
  const program = commandLine(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    throw error;
  }
}

/** `--lang`, else the locale (POSIX: LC_ALL before LC_MESSAGES before LANG), else English. */
export function languageOf(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const at = words.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const given = at === -1 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1]);
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return (given ?? locale).toLowerCase().startsWith('de') ? 'de' : 'en';
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function commandLine(context: Context, done: (code: number) => void): Command {
  const program = new Command('fullcone')
    .description('Tells which ports a router forwards one to one, and what to change where it does not.')
    .version(context.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.out.write(text),
      writeErr: (text) => context.terminal.error.write(text),
      outputError: (text, write) => write(`fullcone: ${text.replace(/^error: /, '')}`),
    })
    .showHelpAfterError('("fullcone check --help" lists the options)');
  addCheck(program, context, done);
  addReflector(program, context, done);
  return program;
}

function addCheck(program: Command, context: Context, done: (code: number) => void): void {
  program
    .command('check')
    .description('check UDP ports from this machine, which is the PBX or stands in for it')
    .option(
      '--server <host[:port]>',
      'reflector or STUN server of two addresses; may be repeated; "embedded": a trial on this machine alone',
      collect,
      [],
    )
    .option('--udp <ports>', 'ports and ranges, such as 5060,9000-10999')
    .option('--profile <name>', 'the ports of a product, such as 3cx, asterisk, freeswitch')
    .option('--bind-address <ip>', 'listen on this address of the machine only')
    .option('--rate <packets>', 'packets per second, or "max": as fast as the path takes it')
    .option('--all', 'ask for every port, also of a server that is not ours (10 packets per second)')
    .option('--sample <count>', 'ask for so many ports: the edges of each range, and a random choice')
    .option('--no-wait', 'the router has been told to flush its states: do not wait until it forgets the last check')
    .option('--json', 'print the report as JSON')
    .option('--output <file>', 'write the report to a file too; JSON if it ends with .json')
    .option('--list-ports', 'list every port in the text')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .option('--no-progress', 'no progress on the terminal')
    .allowExcessArguments(false)
    .addHelpText('after', CHECK_HELP)
    .action(async (options: CheckCommand) => done(await check(options, context)));
}

const CHECK_HELP = `
Exit codes: 0 supported, 1 unsupported, 2 inconclusive, 64 bad usage, 70 internal error, 130 cancelled.

Examples:
  fullcone check --server stun.example.com --profile 3cx
  fullcone check --server 198.51.100.10 --udp 5060,9000-10999 --json
  fullcone check --server embedded --profile asterisk
`;

function addReflector(program: Command, context: Context, done: (code: number) => void): void {
  program
    .command('reflector')
    .description('serve as the STUN server of two addresses that checks need')
    .option('--primary <ip>', 'first address of this machine')
    .option('--alternate <ip>', 'second address of this machine')
    .option('--port <port>', 'first port', '3478')
    .option('--alternate-port <port>', 'second port', '3479')
    .option('--single', 'one address only: outbound tests, no inbound ones')
    .option('--rfc3489', 'answer clients of the old standard too')
    .option('--lab-fault <fault>', 'for tests: misbehave')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .allowExcessArguments(false)
    .action(async (options: ReflectorCommand) => done(await reflector(options, context)));
}
