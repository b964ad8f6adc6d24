import { Command, CommanderError } from 'commander';
import { canonicalIp, err, ok, type Result } from '../base/index.ts';
import type { Language } from './api/index.ts';
import { isLoopback } from './server/index.ts';

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
  readonly trial?: boolean;
  readonly lang?: string;
}

/** `help`: it was asked for, and has been shown. */
export function readCommand(
  words: readonly string[],
  show: (text: string) => void,
): Result<ConsoleCommand, Mistake> | { readonly kind: 'help' } {
  const command = commandOf(show);
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help' };
    return mistake('usage', { given: `${error.message.replace(/^error: /, '')}.` });
  }
  return check(command.opts<Given>());
}

const commandOf = (show: (text: string) => void): Command =>
  new Command('fullcone console')
    .description('The management console: pages in the browser, for the admin of a phone system.')
    .option('--listen <address:port>', 'where it is to be found', '127.0.0.1:5478')
    .option('--data <folder>', 'where users, settings and runs are kept')
    .option('--tls-cert <file>', 'certificate with its chain (PEM); other than loopback, it needs TLS')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--behind-proxy', 'a proxy in front does TLS, and says in X-Forwarded-For who asks')
    .option('--trial', 'the reflector inside, until servers have been chosen: nothing leaves this machine')
    .option('--lang <language>', 'en or de; otherwise that of the system')
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeOut: show, writeErr: () => undefined, outputError: () => undefined });

function check({ listen: given, data, tlsCert, tlsKey, behindProxy = false, trial, lang }: Given) {
  const listen = listenOf(given);
  if (lang !== undefined && lang !== 'en' && lang !== 'de') return mistake('language', { given: lang });
  if (!listen) return mistake('listen', { given });
  if ((tlsCert === undefined) !== (tlsKey === undefined)) return mistake('tls-pair');
  const tls = tlsCert !== undefined && tlsKey !== undefined ? { cert: tlsCert, key: tlsKey } : null;
  if (!isLoopback(listen.host) && !tls && !behindProxy) return mistake('needs-tls', { given });
  return ok({ listen, data: data ?? null, tls, behindProxy, isTrial: trial === true });
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
