import type { AuditEntry } from '../../../src/console/api/index.ts';
import { wordsOf } from '../frame/index.ts';

/** A text, by the first of these keys that there is, and what goes into it. */
export interface Words {
  readonly keys: readonly string[];
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What stands beside the sentence of a line: whom or what it was about, why, and what somebody else said of it. */
export interface Beside {
  readonly about: readonly (Words | string)[];
  readonly why: Words | null;
  readonly said: string | null;
}

type Facts = AuditEntry['facts'];

const words = (key: string, facts: Words['facts'] = {}): Words => ({ keys: [key], facts });

/** Settings of this section are on that page. */
const pageOf = (section: string): string => (section === 'general' ? 'data' : section);

/** How a fact is told; null: not at all. A fact that is not here stands as it is. */
const ABOUT: Readonly<Record<string, (value: Facts[string], entry: AuditEntry) => Words | string | null>> = {
  name: (value) => String(value),
  role: (value) => words(`role.${value}`),
  section: (value) => words(`settings.${pageOf(String(value))}.name`),
  channel: (value) => words(`audit.fact.${value}`),
  run: (value) => words('audit.fact.run', { value: Number(value) }),
  joined: (value) => (value === true ? words('audit.fact.joined') : null),
  password: () => words('audit.fact.password'),
  id: (value, { what, facts }) => {
    if (what.startsWith('run.')) return words('audit.fact.run', { value: Number(value) });
    // Who has a name needs no number.
    return 'name' in facts ? null : words('audit.fact.id', { value: Number(value) });
  },
};

const REASONED = ['schedule.refused', 'notification.failed'];

export function besideOf(entry: AuditEntry): Beside {
  const { what, facts } = entry;
  const why = REASONED.includes(what) && typeof facts['code'] === 'string' ? whyOf(what, facts['code'], facts) : null;
  const told = Object.entries(facts).filter(([name, value]) => value !== null && !(why && isOfReason(what, name)));
  const about = told.map(([name, value]) => (ABOUT[name] ? ABOUT[name](value, entry) : `${name}: ${value}`));
  const said = why && what === 'notification.failed' ? String(facts['detail'] ?? '') : '';
  return { about: about.filter((one) => one !== null), why, said: said === '' ? null : said };
}

/** All of a refusal goes into its sentence. */
const isOfReason = (what: string, name: string): boolean =>
  what === 'schedule.refused' || name === 'code' || name === 'detail';

function whyOf(what: string, code: string, all: Facts): Words {
  const facts = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [],
    ),
  );
  if (what === 'notification.failed') return { keys: [`notify.failed.${code}`, 'notify.failed.other'], facts };
  if (code === 'run-in-progress') return words('audit.running', facts);
  // What the system said has that name in the sentence.
  return { keys: wordsOf({ code, facts, fields: [] }), facts: { ...facts, code: facts['reason'] ?? code } };
}

/** The console itself, and tokens, in the words of the page; users by their names. */
export function byWords(by: string): Words | string {
  if (by === 'console') return words('audit.by.console');
  const [, name] = /^token (.*)$/.exec(by) ?? [];
  return name === undefined ? by : words('audit.by.token', { name });
}
