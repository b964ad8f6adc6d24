import { compareReports, makeTexts, type Report } from '../../report/index.ts';
import type { Language, RunSummary, Settings } from '../api/index.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };

const TEXTS = makeTexts({ en, de });

export type Comparison = NonNullable<ReturnType<typeof compareReports>>;

/** A run, and the one before it that was told of; null: there was none. */
export interface News {
  readonly run: RunSummary;
  readonly before: RunSummary | null;
  /** null: there is nothing to compare with. */
  readonly comparison: Comparison | null;
  /** Where it can be looked at; null: nobody knows the address of the console. */
  readonly link: string | null;
}

export interface Message {
  readonly subject: string;
  readonly text: string;
}

/** More than these are read in the console. */
const MOST_CHANGES = 8;

export const compared = (before: Report | null, after: Report): Comparison | null =>
  before ? compareReports(before, after) : null;

/** Whether anybody wants to know. A cancelled run says nothing of the firewall. */
export function isWorthTelling(on: Settings['notifications']['on'], { run, before, comparison }: News): boolean {
  if (run.verdict === null || run.verdict === 'cancelled') return false;
  if (on === 'always') return true;
  if (on === 'not-supported') return run.verdict !== 'supported';
  if (!before) return run.verdict !== 'supported';
  return run.verdict !== before.verdict || (comparison?.ports.length ?? 0) > 0;
}

export function messageOf({ run, before, comparison, link }: News, language: Language): Message {
  const say = (key: string, facts: Readonly<Record<string, string | number>> = {}) => TEXTS.one(language, key, facts);
  const verdict = say(`verdict.${run.verdict ?? 'inconclusive'}`);
  const lines = [
    ...(run.headline ? [run.headline[language], ''] : []),
    ...changesOf(before, comparison, language),
    '',
    say('when', { date: dateOf(run.startedAt) }),
    ...(link === null ? [] : [say('link', { link })]),
  ];
  return { subject: say('subject', { verdict }), text: `${lines.join('\n')}\n` };
}

export const testMessage = (language: Language): Message => ({
  subject: TEXTS.one(language, 'test.subject'),
  text: `${TEXTS.one(language, 'test.text')}\n`,
});

function changesOf(before: RunSummary | null, comparison: Comparison | null, language: Language): string[] {
  const say = (key: string, facts: Readonly<Record<string, string | number>> = {}) => TEXTS.one(language, key, facts);
  if (!before) return [say('first')];
  const date = dateOf(before.startedAt);
  const all = comparison ? linesOf(comparison, language) : [];
  if (all.length === 0) return [say('same', { date })];
  const more = all.length - MOST_CHANGES;
  const shown = all.slice(0, MOST_CHANGES).map((line) => `- ${line}`);
  return [say('changed', { date }), ...shown, ...(more > 0 ? [`- ${say('more', { count: more })}`] : [])];
}

function linesOf({ facts, ports }: Comparison, language: Language): string[] {
  const listed = (values: readonly string[]) => values.join(', ') || TEXTS.one(language, 'none');
  const outcome = ({ result, cause }: Comparison['ports'][number]['before']) =>
    cause === null ? result : `${result} (${cause})`;
  return [
    ...ports.map((change) =>
      TEXTS.one(language, 'port', {
        ports: change.ports.join(', '),
        before: outcome(change.before),
        after: outcome(change.after),
      }),
    ),
    ...facts.map(({ what, before, after }) =>
      TEXTS.one(language, `fact.${what}`, { before: listed(before), after: listed(after) }),
    ),
  ];
}

const dateOf = (moment: string): string => moment.slice(0, 16).replace('T', ' ');
