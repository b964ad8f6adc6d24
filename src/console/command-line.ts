import { Command, CommanderError } from 'commander';
import { canonicalIp, err, ok, type Result } from '../base/index.ts';
import type { Language } from './api/index.ts';
import { isLoopback } from './server/index.ts';
import { say } from './texts.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export interface ConsoleCommand {
  readonly listen: Listen;
  /** null: where such data belongs on this system. */
  readonly data: string | null;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly behindProxy: boolean;
  /** A file that describes services of the user's own; null: exclusive mode stops those of the system. */
  readonly services: string | null;
  /** The reflector inside, until somebody has chosen servers. */
  readonly isTrial: boolean;
}

export interface Mistake {
  readonly key: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

interface Given {
  readonly listen: string;
  readonly data?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy?: boolean;
  readonly services?: string;
  readonly trial?: boolean;
  readonly lang?: string;
}

/** `help`: it was asked for, and has been shown. */
export function readCommand(
  words: readonly string[],
  language: Language,
  show: (text: string) => void,
): Result<ConsoleCommand, Mistake> | { readonly kind: 'help' } {
  const command = commandOf(language, show);
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help' };
    return mistake('usage', { given: `${error.message.replace(/^error: /, '')}.` });
  }
  return check(command.opts<Given>());
}

const commandOf = (language: Language, show: (text: string) => void): Command =>
  new Command('fullcone console')
    .description(say(language, 'help.about'))
    .option('--listen <address:port>', say(language, 'help.listen'), '127.0.0.1:5478')
    .option('--data <folder>', say(language, 'help.data'))
    .option('--tls-cert <file>', say(language, 'help.tls-cert'))
    .option('--tls-key <file>', say(language, 'help.tls-key'))
    .option('--behind-proxy', say(language, 'help.behind-proxy'))
    .option('--services <file>', say(language, 'help.services'))
    .option('--trial', say(language, 'help.trial'))
    .option('--lang <language>', say(language, 'help.lang'))
    .helpOption('-h, --help', say(language, 'help.help'))
    .configureHelp({ styleTitle: (title) => say(language, title === 'Usage:' ? 'help.usage' : 'help.options') })
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeOut: show, writeErr: () => undefined, outputError: () => undefined });

function check({ listen: given, data, tlsCert, tlsKey, behindProxy = false, services, trial, lang }: Given) {
  const listen = listenOf(given);
  if (lang !== undefined && lang !== 'en' && lang !== 'de') return mistake('language', { given: lang });
  if (!listen) return mistake('listen', { given });
  if ((tlsCert === undefined) !== (tlsKey === undefined)) return mistake('tls-pair');
  const tls = tlsCert !== undefined && tlsKey !== undefined ? { cert: tlsCert, key: tlsKey } : null;
  if (!isLoopback(listen.host) && !tls && !behindProxy) return mistake('needs-tls', { given });
  return ok({ listen, data: data ?? null, tls, behindProxy, services: services ?? null, isTrial: trial === true });
}

const mistake = (key: string, facts: Mistake['facts'] = {}): Result<never, Mistake> => err({ key, facts });

/** Port 0 takes any free one. */
function listenOf(text: string): Listen | null {
  const [, six, four = '', port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? four;
  const isHost = host === 'localhost' || canonicalIp(host) !== null;
  return isHost && Number(port) <= 65_535 ? { host, port: Number(port) } : null;
}

/** `--lang`, else the locale (POSIX), else English. */
export function languageOf(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const at = words.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const given = at === -1 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1]);
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return /^de(?![a-z])/i.test(given ?? locale) ? 'de' : 'en';
}
