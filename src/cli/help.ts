import { type Command, Help } from 'commander';
import de from './texts/help.de.json' with { type: 'json' };

/** What a command says of itself in another language; options by their long name. */
export interface HelpTexts {
  readonly about: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly arguments?: Readonly<Record<string, string>>;
  /** Below the options, line by line. */
  readonly after?: readonly string[];
}

/** The texts by the name of the command; `fullcone` is the whole. */
const COMMANDS: Readonly<Record<string, HelpTexts>> = de.commands;

/** What stands for a value: `<file>`. */
const VALUES: Readonly<Record<string, string>> = de.values;

const TITLES: ReadonlyMap<string, string> = new Map(Object.entries(de.titles));

/**
 * Puts German words in the place of the English ones, which stand where commands and options are. A test finds those
 * that are missing, and those that nothing needs.
 */
export function translateHelp(program: Command): void {
  const plain = new Help();
  program.helpCommand(`help [${de.values.command}]`, de.words.helpCommand).configureHelp({
    styleTitle: (title) => TITLES.get(title) ?? title,
    commandUsage: (command) => translateValues(plain.commandUsage(command)),
    subcommandTerm: (command) => translateValues(plain.subcommandTerm(command)),
    optionTerm: ({ flags }) => translateValues(flags),
    optionDescription: (option) => plain.optionDescription(option).replace('(default: ', `(${de.words.default}: `),
  });
  for (const command of [program, ...program.commands]) translate(command);
}

function translate(command: Command): void {
  const texts = COMMANDS[command.name()];
  if (!texts) return;
  const { about, options = {}, arguments: values = {}, after = [] } = texts;
  command.description(about).helpOption('-h, --help', de.words.help);
  if (command.parent) command.configureHelp(command.parent.configureHelp());
  for (const option of command.options) option.description = options[option.long ?? ''] ?? option.description;
  for (const argument of command.registeredArguments)
    argument.description = values[argument.name()] ?? argument.description;
  if (after.length === 0) return;
  // A command is an emitter of Node's, which its types do not say; its texts listen to it.
  (command as Command & { removeAllListeners(event: 'afterHelp'): void }).removeAllListeners('afterHelp');
  command.addHelpText('after', `\n${after.join('\n')}\n`);
}

/** `[options]`, `<host[:port]>`: the words in brackets, one by one. */
const translateValues = (term: string): string =>
  term.replace(/[<[].*[>\]]/g, (brackets) => brackets.replace(/[a-z]+/g, (word) => VALUES[word] ?? word));
