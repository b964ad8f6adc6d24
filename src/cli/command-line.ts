import { Command, CommanderError } from 'commander';
import { advise } from './advise.ts';
import { addAdvise } from './advise-command.ts';
import { type CheckCommand, check } from './check.ts';
import { addCompare, compare } from './compare.ts';
import { formatNames } from './deliver.ts';
import { type ExplainCommand, explain } from './explain.ts';
import { translateHelp } from './help.ts';
import { map } from './map.ts';
import { addMap } from './map-options.ts';
import { type NatCommand, nat } from './nat.ts';
import { type PortsCommand, ports } from './ports.ts';
import { type ReflectorCommand, reflector } from './reflector.ts';
import { addReport, report } from './report.ts';
import { sayMistake } from './say.ts';
import { type Context, EXIT, type Language, type Mistake } from './types.ts';

const COMMANDS = [
  'check',
  'report',
  'compare',
  'advise',
  'explain',
  'map',
  'nat',
  'ports',
  'reflector',
  'console',
] as const;

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
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : sayMistake(usageMistake(error, words), context);
  }
}

/** `--lang`, else the locale (POSIX: LC_ALL before LC_MESSAGES before LANG), else English. */
export function languageOf(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const at = words.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const given = at === -1 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1]);
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'];
  return toLanguage(given) ?? toLanguage(locale) ?? 'en';
}

/** `de`, `de_DE.UTF-8`, `de-AT`. */
function toLanguage(text = ''): Language | null {
  const [, language] = /^(en|de)(?![a-z])/i.exec(text) ?? [];
  return language === undefined ? null : (language.toLowerCase() as Language);
}

/** Commander's own sentences are English, and hold what was typed as it was typed. */
function usageMistake({ code, message }: CommanderError, words: readonly string[]): Mistake {
  const [first = '', second] = words;
  const command = COMMANDS.find((name) => name === first);
  const help = command ? `fullcone ${command} --help` : 'fullcone --help';
  const [, quoted = ''] = /'([\s\S]*)'/.exec(message) ?? [];
  const unknownCommand = (given: string) => ({
    key: 'usage.unknown-command',
    facts: { given, commands: COMMANDS.join(', ') },
  });
  switch (code) {
    case 'commander.help':
      return first === 'help' && second !== undefined ? unknownCommand(second) : { key: 'usage.no-command', facts: {} };
    case 'commander.unknownCommand':
      return unknownCommand(quoted);
    case 'commander.unknownOption': {
      const [, similar] = /\(Did you mean (?:one of )?(.+)\?\)$/.exec(message) ?? [];
      if (similar === undefined) return { key: 'usage.unknown-option', facts: { given: quoted, help } };
      return { key: 'usage.misspelt-option', facts: { given: quoted, similar, help } };
    }
    case 'commander.optionMissingArgument':
      return { key: 'usage.value-missing', facts: { flags: quoted, help } };
    default:
      return { key: 'usage.other', facts: { given: message.replace(/^error: /, ''), help } };
  }
}

function commandLine(context: Context, done: (code: number) => void): Command {
  const program = new Command('fullcone')
    .description('Tells which ports a router forwards one to one, and what to change where it does not.')
    .version(context.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.out.write(text),
      writeErr: (text) => context.terminal.error.write(text),
      outputError: () => undefined,
    });
  addCheck(program, act(context, done, check));
  addReport(program, act(context, done, report));
  addCompare(program, act(context, done, compare));
  addAdvise(program, act(context, done, advise));
  addExplain(program, act(context, done, explain));
  addMap(program, act(context, done, map));
  addNat(program, act(context, done, nat));
  addPorts(program, act(context, done, ports));
  addReflector(program, act(context, done, reflector));
  // A part of its own, which scripts/launch.js begins; here for the list of commands alone.
  program
    .command('console')
    .description('Serves the management console: pages in the browser for the same checks.')
    .option('--lang <language>', 'en or de; otherwise that of the system');
  if (context.language === 'de') translateHelp(program);
  return program;
}

/** What holds for every command, before it begins. */
const act =
  <T extends { readonly lang?: string }>(
    context: Context,
    done: (code: number) => void,
    run: (options: T, context: Context) => Promise<number>,
  ) =>
  async (options: T, command: Command): Promise<void> => {
    const mistake = excess(command) ?? unknownLanguage(options);
    done(mistake ? sayMistake(mistake, context) : await run(options, context));
  };

function excess(command: Command): Mistake | null {
  const given = command.args[command.registeredArguments.length];
  const help = `fullcone ${command.name()} --help`;
  const key = command.registeredArguments.length > 0 ? 'usage.too-many' : 'usage.excess';
  return given === undefined ? null : { key, facts: { given, help } };
}

const unknownLanguage = ({ lang }: { readonly lang?: string }): Mistake | null =>
  lang === undefined || toLanguage(lang) ? null : { key: 'language.unknown', facts: { given: lang } };

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const join = (value: string, before?: string): string => (before === undefined ? value : `${before},${value}`);

function addCheck(program: Command, action: (options: CheckCommand, command: Command) => Promise<void>): void {
  program
    .command('check')
    .description('Checks UDP and TCP ports from this machine, which is the PBX or stands in for it.')
    .option(
      '--server <host[:port]>',
      'your reflector, or a STUN server with two addresses; may be repeated; "embedded": a trial on this machine alone; otherwise three public ones, which are asked for a sample',
      collect,
    )
    .option('--servers <file>', 'without --server: draw from this list instead of the built-in one of public servers')
    .option('--udp <ports>', 'ports and ranges, such as 5060,9000-10999; may be repeated', join)
    .option('--tcp <ports>', 'TCP ports, such as 5060,5061,443; they need a reflector as the server', join)
    .option(
      '--profile <name>',
      'the ports of a product, such as 3cx, asterisk, freeswitch; "auto": those of the one on this machine, as it is configured; --udp and --tcp replace them',
    )
    .option('--3cx-url <url>', THREE_CX_URL)
    .option('-4, --ipv4', 'over IPv4 only')
    .option('-6, --ipv6', 'over IPv6 only; otherwise IPv4, or IPv6 where there is no IPv4')
    .option('--host-name <name>', 'by which phones connect to the PBX: certificates of TLS ports are compared with it')
    .option(
      '--public-address <ip>',
      'the public address that the PBX is set to: compared with what the servers see; with a comma, one of IPv4 and one of IPv6',
    )
    .option('--bind-address <ip>', 'listen on this address of the machine only')
    .option('--rate <packets>', 'packets per second, or "max": as fast as the path takes it')
    .option('--all', 'ask for every port, also of a server that is not yours (10 packets per second)')
    .option(
      '--sample <count>',
      'ask for so many ports: edges, a random choice, and a few more between those that differ',
    )
    .option('--order <order>', 'in which ports are asked: random, or sequential', 'random')
    .option(
      '--mode <mode>',
      'live: beside the running PBX, as root or with CAP_NET_RAW; bind: ports that are free; auto: live where allowed; exclusive: stops the services that hold the ports, each while its ports are asked, and starts them again',
      'auto',
    )
    .option('--yes', 'with --mode exclusive: stop them without a question')
    .option('--services <file>', 'with --mode exclusive: stop, start and status commands of services of your own')
    .option('--no-router', 'do not ask the router for its own internet address (NAT-PMP, UPnP)')
    .option('--no-wait', 'do not wait until the router forgets the last check: you have flushed its states')
    .option('--json', 'print the report as JSON')
    .option('--format <format>', `of the report, or of its file if there is one: ${formatNames()}`)
    .option(
      '--output <file>',
      'write the report to a file too; without --format as its name ends: .json, .csv, .xml, .html, .pdf',
    )
    .option('--redact', 'replace addresses and names in the report, the same by the same')
    .option('--record <file>', 'write all that was seen to a file, for "fullcone report"; nothing in it is replaced')
    .option('--list-ports', 'list every port in the text')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .option('--no-progress', 'show no progress on the terminal')
    .allowExcessArguments()
    .addHelpText('after', CHECK_HELP)
    .action(action);
}

const THREE_CX_URL =
  'the ports that a 3CX V20 tells by its API, such as https://pbx.example.com; ID and key of its API client are asked for, or are in FULLCONE_3CX_CLIENT_ID and FULLCONE_3CX_CLIENT_SECRET';

const CHECK_HELP = `
Exit codes:
  0 supported, 1 unsupported, 2 inconclusive, or a service
  would not stop or start again,
  64 bad usage, 70 internal error, or the report
  could not be written, 130 cancelled

Examples:
  fullcone check --server stun.example.com --profile 3cx
  fullcone check --server 198.51.100.10 --udp 5060,9000-10999 --json
  fullcone check -6 --server [2001:db8::10]:3478 --profile 3cx
  fullcone check --server embedded --profile asterisk
  fullcone check --server stun.example.com --profile 3cx --mode exclusive
`;

function addNat(program: Command, action: (options: NatCommand, command: Command) => Promise<void>): void {
  program
    .command('nat')
    .description('Tells how the NAT behaves, in the words of RFC 4787, and how good the path is.')
    .option('--server <host[:port]>', 'your reflector, or a STUN server with two addresses; may be repeated', collect)
    .option('-4, --ipv4', 'over IPv4 only')
    .option('-6, --ipv6', 'over IPv6 only; otherwise IPv4, or IPv6 where there is no IPv4')
    .option('--bind-address <ip>', 'ask from this address of the machine')
    .option(
      '--hairpin',
      "does a packet to one's own public address come back in? (some firewalls take it for an attack)",
    )
    .option('--fragments', 'do UDP datagrams that are longer than a packet pass, out and in?')
    .option(
      '--lifetime [seconds]',
      'how long does a mapping live without packets? waits that long at most (default: 180)',
    )
    .option('--no-router', 'do not ask the router for its own internet address (NAT-PMP, UPnP)')
    .option('--json', 'print it as JSON')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .option('--no-progress', 'show no progress on the terminal')
    .allowExcessArguments()
    .addHelpText('after', NAT_HELP)
    .action(action);
}

const NAT_HELP = `
Exit codes:
  0 found out, 2 not, 64 bad usage,
  70 internal error, or the report could not be written, 130 cancelled

Examples:
  fullcone nat --server stun.example.com
  fullcone nat --server stun.example.com --hairpin --fragments --lifetime 300
`;

function addPorts(program: Command, action: (options: PortsCommand, command: Command) => Promise<void>): void {
  program
    .command('ports')
    .description(
      'Lists the ports of the phone system on this machine: what for, who holds them, and where they are set.',
    )
    .option(
      '--profile <name>',
      'those of a product as it is when installed, such as 3cx; otherwise the one that is here',
    )
    .option('--3cx-url <url>', THREE_CX_URL)
    .option('--json', 'print it as JSON')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .allowExcessArguments()
    .addHelpText('after', PORTS_HELP)
    .action(action);
}

const PORTS_HELP = `
Exit codes:
  0 found out, 2 some are the product's usual ones, since its configuration could not be read,
  64 bad usage, or no known product here,
  70 internal error, or the list could not be written

Examples:
  fullcone ports
  fullcone ports --profile 3cx --json
`;

function addReflector(program: Command, action: (options: ReflectorCommand, command: Command) => Promise<void>): void {
  program
    .command('reflector')
    .description('Serves as the STUN server with two addresses that checks need, until Ctrl-C or SIGTERM.')
    .option('--primary <ip>', 'first address of this machine; once more for the other family', collect)
    .option('--alternate <ip>', 'second address of this machine, of the same family', collect)
    .option('--port <port>', 'first port', '3478')
    .option('--alternate-port <port>', 'second port', '3479')
    .option('--single', 'one address only: serves outbound tests, no inbound ones')
    .option('--rfc3489', 'answer clients of the old standard too')
    .option(
      '--lab',
      'connect to TCP ports of private and loopback addresses too: for a laboratory, never in the internet',
    )
    .option('--lab-fault <fault>', 'for tests: misbehave')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .allowExcessArguments()
    .addHelpText('after', REFLECTOR_HELP)
    .action(action);
}

const REFLECTOR_HELP = `
Examples:
  fullcone reflector --primary 198.51.100.10 --alternate 198.51.100.20
  fullcone reflector --primary 2001:db8::10 --alternate 2001:db8::20
  fullcone reflector --primary 198.51.100.10 --alternate 198.51.100.20 \\
    --primary 2001:db8::10 --alternate 2001:db8::20
`;

function addExplain(program: Command, action: (options: ExplainCommand, command: Command) => Promise<void>): void {
  program
    .command('explain')
    .description(
      'Explains a finding: what was seen, what it means for calls, what to do, and how to see that it worked.',
    )
    .argument('[code]', 'as reports name it, such as not-forwarded; without it: which there are')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .allowExcessArguments()
    .addHelpText('after', EXPLAIN_HELP)
    .action((code: string | undefined, options: ExplainCommand, command: Command) =>
      action(code === undefined ? options : { ...options, code }, command),
    );
}

const EXPLAIN_HELP = `
Examples:
  fullcone explain
  fullcone explain not-forwarded --lang de
`;
