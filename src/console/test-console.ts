import type { InjectOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { ROUTES, type RouteName } from './api/index.ts';
import { type ConsoleOptions, makeConsole } from './console.ts';
import { type Answer, json } from './handler.ts';
import { openDatabase, Store } from './store/index.ts';

/** A console in memory, whose time stands still until it is told otherwise. */
export class TestConsole {
  now = 0;
  readonly failures: unknown[] = [];
  setUpToken = '';
  store!: Store;
  app!: Awaited<ReturnType<typeof makeConsole>>['app'];
}

const START = Date.UTC(2026, 0, 1);
export const PASSWORD = 'correct horse battery';

type SomeHandlers = Partial<ConsoleOptions['handlers']>;

/** Real ones need the store. */
export type HandlersFor = SomeHandlers | ((store: Store) => SomeHandlers | Promise<SomeHandlers>);

export async function testConsole({
  handlers = {},
  ...options
}: Partial<Omit<ConsoleOptions, 'handlers'>> & { readonly handlers?: HandlersFor } = {}): Promise<TestConsole> {
  const made = new TestConsole();
  const database = await openDatabase(':memory:', false);
  if (database.kind === 'error') throw new Error(database.error.kind);
  made.store = new Store(database.value);
  let chance = 0;
  const system = {
    clock: {
      now: () => made.now,
      date: () => new Date(START + made.now),
      at: () => ({ cancel: () => undefined }),
    },
    random: (count: number) => Uint8Array.from({ length: count }, () => (chance = (chance * 31 + 7) % 251)),
  };
  const { app, setUpToken } = await makeConsole({
    version: '1.2.3',
    pages: null,
    listen: '127.0.0.1',
    tls: null,
    behindProxy: false,
    failed: (error) => made.failures.push(error),
    system,
    store: made.store,
    ...options,
    handlers: {
      ...standIns(),
      ...(await Promise.resolve(typeof handlers === 'function' ? handlers(made.store) : handlers)),
    } as ConsoleOptions['handlers'],
  });
  Object.assign(made, { app, setUpToken: setUpToken ?? '' });
  onTestFinished(async () => {
    await app.close();
    await made.store.close();
  });
  return made;
}

/** Routes of runs and tools are tested where they are; here they say that they were reached. */
const standIns = () =>
  Object.fromEntries(
    (Object.keys(ROUTES) as RouteName[]).map((name) => [name, (): Promise<Answer> => Promise.resolve(json({ name }))]),
  );

/** As a browser would ask. */
export class Browser {
  readonly #console: TestConsole;
  cookie: string | null = null;
  csrf: string | null = null;

  constructor(console: TestConsole) {
    this.#console = console;
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) {
    const response = await this.#console.app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url: path.startsWith('/') ? path : `/api/v1/${path}`,
      headers: {
        host: 'localhost:5478',
        ...(this.cookie && { cookie: this.cookie }),
        ...(this.csrf && { 'x-csrf-token': this.csrf }),
        ...headers,
      },
      ...(body !== undefined && { payload: body as object }),
      ...(signal && { signal }),
    });
    const [cookie] = [response.headers['set-cookie']].flat();
    if (cookie !== undefined) this.cookie = cookie.split(';')[0] ?? null;
    return { status: response.statusCode, headers: response.headers, text: response.body, body: parsed(response.body) };
  }

  async setUp(): Promise<this> {
    const made = { token: this.#console.setUpToken, name: 'ada', password: PASSWORD };
    return this.keep(await this.ask('POST', 'setup', made));
  }

  async signIn(name = 'ada', password = PASSWORD): Promise<this> {
    return this.keep(await this.ask('POST', 'session', { name, password }));
  }

  keep({ body }: { readonly body: unknown }): this {
    this.csrf = (body as { csrf?: string | null }).csrf ?? null;
    return this;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer
const parsed = (text: string): any => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
