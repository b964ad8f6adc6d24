import { parseOwnServices } from '../app/index.ts';
import { err, isAnyAddress, ok, type Result } from '../base/index.ts';
import type { OwnService, System } from '../system/index.ts';
import type { Language } from './api/index.ts';
import { type ConsoleCommand, type Listen, type Mistake, readCommand } from './command-line.ts';
import { type Console, makeConsole } from './console.ts';
import { makeRuns } from './runs/index.ts';
import { listen, tlsFault } from './server/index.ts';
import { DEFAULTS, openDatabase, openFolder, Store, type StoreProblem, storeProblemOf } from './store/index.ts';
import { say } from './texts.ts';

export interface Surroundings {
  readonly system: System;
  readonly version: string;
  readonly language: Language;
  /** If the command names no other. */
  readonly data: string;
  /** The built pages; null: there are none. */
  readonly pages: string | null;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Fulfilled when somebody wants it to end. */
  readonly interrupted: Promise<void>;
}

/** As those of the command: 2 is what the machine does not give. */
export const EXIT = { ended: 0, usage: 64, internal: 70, cannotStart: 2 } as const;

/** Serves until it is interrupted; says with which code the process is to end. */
export async function runConsole(words: readonly string[], around: Surroundings): Promise<number> {
  const read = readCommand(words, around.language, around.print);
  if (read.kind === 'help') return EXIT.ended;
  if (read.kind === 'error') return complain(read.error, around, EXIT.usage);
  const tls = await readTls(read.value, around.system);
  if (tls.kind === 'error') return complain(tls.error, around, EXIT.cannotStart);
  const services = await readServices(read.value, around.system);
  if (services.kind === 'error') return complain(services.error, around, EXIT.usage);
  const store = await openStore(read.value, around);
  if (store.kind === 'error') return complain(store.error, around, EXIT.cannotStart);
  try {
    return await serve({ ...read.value, tls: tls.value, services: services.value }, store.value, around);
  } catch (error) {
    const problem = storeProblemOf(error);
    if (!problem) throw error;
    return complain(dataMistake(problem, read.value.data ?? around.data).error, around, EXIT.cannotStart);
  } finally {
    await store.value.close();
  }
}

/** What the command names, read. */
interface Ready extends Omit<ConsoleCommand, 'tls' | 'services'> {
  readonly tls: Tls;
  readonly services: readonly OwnService[] | null;
}

type Tls = { readonly cert: string; readonly key: string } | null;

/** Before anything is opened or made. */
async function readTls({ tls }: ConsoleCommand, system: System): Promise<Result<Tls, Mistake>> {
  if (!tls) return ok(null);
  const [cert, key] = [await system.files.readInput(tls.cert), await system.files.readInput(tls.key)];
  if (cert.kind === 'error') return mistake('tls-file', { path: tls.cert, code: cert.error });
  if (key.kind === 'error') return mistake('tls-file', { path: tls.key, code: key.error });
  const code = tlsFault(cert.value, key.value);
  return code === null ? ok({ cert: cert.value, key: key.value }) : mistake('tls-bad', { ...tls, code });
}

/** Commands come from whoever starts the console, and never by the network: who may change settings gets no shell. */
async function readServices(
  { services: path }: ConsoleCommand,
  system: System,
): Promise<Result<readonly OwnService[] | null, Mistake>> {
  if (path === null) return ok(null);
  const text = await system.files.readInput(path);
  if (text.kind === 'error') return mistake('services-file', { path, code: text.error });
  const read = parseOwnServices(text.value);
  return read.kind === 'ok' ? read : mistake('services-bad', { path, at: read.error });
}

async function openStore(command: ConsoleCommand, around: Surroundings): Promise<Result<Store, Mistake>> {
  const folder = openFolder(command.data ?? around.data);
  if (folder.kind === 'error') return dataMistake(folder.error, command.data ?? around.data);
  const database = await openDatabase(folder.value);
  if (database.kind === 'error') return dataMistake(database.error, folder.value);
  const store = new Store(database.value);
  const isFresh = (await store.database.selectFrom('settings').select('section').execute()).length === 0;
  if (command.isTrial && isFresh) await store.writeSettings('network', { ...DEFAULTS.network, embedded: true });
  return ok(store);
}

function dataMistake(problem: StoreProblem, path: string): Extract<Result<never, Mistake>, { kind: 'error' }> {
  const code = problem.kind === 'unusable' ? problem.code : '';
  const isFull = /SQLITE_FULL|ENOSPC|EDQUOT/.test(code);
  return err({ key: `data.${isFull ? 'full' : problem.kind}`, facts: { path, code } });
}

async function serve({ tls, services, ...command }: Ready, store: Store, around: Surroundings): Promise<number> {
  const { system, version, pages, interrupted } = around;
  let url: string | null = null;
  const failed = (error: unknown): void => {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    around.complain(say(around.language, 'internal', { what }));
  };
  const unread = await store.unreadSections();
  if (unread.length > 0) around.complain(say(around.language, 'settings-unread', { sections: unread.join(', ') }));
  const runs = makeRuns({ system, store, version, services, failed, link: (id) => url && `${url}check/${id}` });
  const made = await makeConsole({
    ...{ system, store, version, pages, tls },
    behindProxy: command.behindProxy,
    listen: command.listen.host,
    handlers: runs.handlers,
    failed,
  });
  const cutOff = await runs.open();
  const listening = await listen(made.app, command.listen);
  if (listening.kind === 'error') {
    await runs.close();
    const { kind, code } = listening.error;
    const mistaken = { key: `port.${kind}`, facts: { listen: hostAndPort(command.listen), code } };
    return complain(mistaken, around, EXIT.cannotStart);
  }
  const { here, forOthers } = urlsOf({ ...command.listen, port: listening.value }, tls !== null);
  url = forOthers;
  greet({ made, url: here, cutOff: cutOff.length }, around);
  await interrupted;
  around.print(`${say(around.language, 'ending')}\n`);
  // Who looks at it sees its end.
  await runs.close();
  await made.app.close();
  return EXIT.ended;
}

function greet(
  { made, url, cutOff }: { readonly made: Console; readonly url: string; readonly cutOff: number },
  around: Surroundings,
): void {
  around.print(`${say(around.language, 'ready', { url })}\n`);
  // A fragment is sent to no server and stands in no log.
  if (made.setUpToken !== null)
    around.print(`${say(around.language, 'set-up', { link: `${url}setup#${made.setUpToken}` })}\n`);
  if (cutOff > 0) around.print(`${say(around.language, 'interrupted', { count: cutOff })}\n`);
  if (around.pages === null) around.print(`${say(around.language, 'no-pages')}\n`);
}

const hostAndPort = ({ host, port }: Listen): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
/** `forOthers` null: it listens at all addresses, and nobody here knows by which of them this machine is reached. */
export function urlsOf(listen: Listen, isTls: boolean): { readonly here: string; readonly forOthers: string | null } {
  if (isAnyAddress(listen.host)) return { here: urlOf({ ...listen, host: 'localhost' }, isTls), forOthers: null };
  const url = urlOf(listen, isTls);
  return { here: url, forOthers: url };
}

const urlOf = (listen: Listen, isTls: boolean): string => `${isTls ? 'https' : 'http'}://${hostAndPort(listen)}/`;

const mistake = (key: string, facts: Mistake['facts'] = {}): Result<never, Mistake> => err({ key, facts });

function complain({ key, facts }: Mistake, around: Surroundings, code: number): number {
  around.complain(say(around.language, `mistake.${key}`, facts));
  return code;
}
