import { Sessions } from './account/index.ts';
import type { Role } from './api/index.ts';
import { type Browser, PASSWORD } from './test-console.ts';
import type { WholeConsole } from './test-whole-console.ts';

/* For tests: whoever may ask something of a console, as they are whatever was done to them before. */

export const ASKERS = ['admin', 'viewer', 'token', 'nobody'] as const;
export type Asker = (typeof ASKERS)[number];

export interface Askers {
  /** Makes that browser one of theirs; what it has to send beside. */
  become(browser: Browser, asker: Asker): Promise<Record<string, string>>;
  /** A user of that name is there again, with the password that all have; its id. */
  ensure(name: string, role: Role): Promise<number>;
}

/** The console has been set up. */
export async function askersOf({ console, lab }: Pick<WholeConsole, 'console' | 'lab'>): Promise<Askers> {
  const db = console.store.database;
  const sessions = new Sessions(db, lab.pbx);
  const { password } = await db.selectFrom('users').select('password').executeTakeFirstOrThrow();
  let secret = '';
  const ensure: Askers['ensure'] = async (name, role) => {
    const row = { name, role, password, language: 'en', created_at: '2026-01-01T00:00:00.000Z' } as const;
    const { id } = await db
      .insertInto('users')
      .values({ ...row, last_sign_in_at: null })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ role, password }))
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  };
  return {
    ensure,
    async become(browser, asker) {
      Object.assign(browser, { cookie: null, csrf: null });
      if (asker === 'nobody') return {};
      if (asker === 'token') {
        if ((await sessions.identify({ cookie: null, bearer: secret })) === null)
          secret = (await sessions.addToken('nagios', 'admin')).secret;
        return { authorization: `Bearer ${secret}` };
      }
      const begun = await sessions.begin(await (asker === 'admin' ? ensure('ada', 'admin') : ensure('vera', 'viewer')));
      Object.assign(browser, { cookie: `fullcone=${begun.secret}`, csrf: begun.csrf });
      return {};
    },
  };
}

/** What is asked for of each route so that there is nothing to refuse but by whom. */
export const EXAMPLES = {
  setUp: { body: { token: 'x', name: 'eve', password: PASSWORD } },
  signIn: { body: { name: 'ada', password: PASSWORD } },
  changeMe: { body: { language: 'de' } },
  changePassword: { body: { current: PASSWORD, password: PASSWORD } },
  addUser: { body: { name: 'carl', password: PASSWORD, role: 'viewer' } },
  changeUser: { body: { role: 'viewer' } },
  addToken: { body: { name: 'cacti', role: 'viewer' } },
  changeSettings: { body: { product: 'any', wanInterface: null } },
  testServer: { body: { server: '198.51.100.10' } },
  testNotification: {
    body: { channel: 'mail', settings: { on: 'change', language: 'en', mail: null, webhook: null } },
  },
  planRun: { body: { scope: { kind: 'all' }, noWait: true } },
  startRun: { body: { scope: { kind: 'all' }, noWait: true } },
  nat: { body: { server: '198.51.100.10' } },
  packets: { query: { port: 'udp/5060' } },
  exportRun: { query: { format: 'json' } },
  watch: { query: { port: '5060' } },
} as const;
