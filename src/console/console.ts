import type { FastifyInstance } from 'fastify';
import type { System } from '../system/index.ts';
import { accountHandlers, changeOf, makePasswords, newSecret, note, Sessions, Users } from './account/index.ts';
import type { RouteName } from './api/index.ts';
import type { VisitedHandlers } from './handler.ts';
import { makeServer, type ServerOptions } from './server/index.ts';
import type { Store } from './store/index.ts';

type AccountNames = keyof ReturnType<typeof accountHandlers>;

export interface ConsoleOptions
  extends Pick<ServerOptions, 'failed' | 'version' | 'pages' | 'listen' | 'tls' | 'behindProxy' | 'most'> {
  readonly system: Pick<System, 'clock' | 'random'>;
  readonly store: Store;
  /** Of runs and tools. */
  readonly handlers: VisitedHandlers<Exclude<RouteName, AccountNames | 'openapi'>>;
}

export interface Console {
  readonly app: FastifyInstance;
  /** For the one-time link; null: a password has been set. */
  readonly setUpToken: string | null;
}

/** Joins the parts: who may, what they may, and HTTP before them. */
export async function makeConsole(options: ConsoleOptions): Promise<Console> {
  const { system, store, version } = options;
  const users = new Users(store.database, () => system.clock.date().toISOString());
  const sessions = new Sessions(store.database, system);
  const setUpToken = newSecret(system.random);
  const account = { system, store, users, sessions, passwords: makePasswords(), version, setUpToken };
  const app = await makeServer({
    ...options,
    handlers: { ...options.handlers, ...accountHandlers(account) },
    clock: system.clock,
    identify: (secrets) => sessions.identify(secrets),
    changed: async (route, call, answer) => {
      const change = changeOf(route, call, answer);
      if (change) await note(account, change.by, change.what, change.facts, call.visitor.address);
    },
  });
  return { app, setUpToken: (await users.isSetUp()) ? null : setUpToken };
}
