import type { RunEvent } from '../app/index.ts';
import { makeTexts } from '../report/index.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };
import { type Context, EXIT, type Mistake } from './types.ts';

export const TEXTS = makeTexts({ en, de });

/** A sentence or two on standard error: what is wrong, where, and what would be right. */
export function sayMistake(
  { key, facts }: Mistake,
  { terminal, language }: Pick<Context, 'terminal' | 'language'>,
): number {
  terminal.error.write(`fullcone: ${TEXTS.one(language, `mistake.${key}`, harmless(facts))}\n`);
  return EXIT.usage;
}

/** A bug: with everything that helps to find it. */
export function sayInternal(error: unknown, { terminal, language }: Pick<Context, 'terminal' | 'language'>): number {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.error.write(`fullcone: ${TEXTS.one(language, 'internal', { what })}\n`);
  return EXIT.internal;
}

/** Longer than any address, name or path that somebody types by hand. */
const LONGEST = 300;

const harmless = (facts: Mistake['facts']): Mistake['facts'] =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, printable(value)]));

/** What was typed, or said by a router, may hold anything, also what a terminal would obey or a reader would not see. */
function printable(value: string | number): string | number {
  if (typeof value === 'number') return value;
  const visible = value.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return visible.length > LONGEST ? `${visible.slice(0, LONGEST)}…` : visible;
}

/** A sentence that is written already; names in it are harmless. */
export function sayPlainly(text: string, { terminal }: Pick<Context, 'terminal'>): void {
  terminal.error.write(`fullcone: ${text}\n`);
}

/** What the user should know besides the report. */
export function sayNotice(
  key: string,
  { terminal, language }: Pick<Context, 'terminal' | 'language'>,
  facts: Mistake['facts'] = {},
): void {
  terminal.error.write(`fullcone: ${TEXTS.one(language, `notice.${key}`, harmless(facts))}\n`);
}

type Trouble = Extract<Extract<RunEvent, { kind: 'service' }>['step'], { step: 'failed' }>;

/** A service is not as it should be: who, what, and what the system says of it, at once. */
export function sayTrouble({ what, service, failure }: Trouble, context: Pick<Context, 'terminal' | 'language'>): void {
  const { terminal, language } = context;
  const facts = { service: printable(service ?? ''), why: TEXTS.one(language, `trouble.why.${failure.kind}`) };
  terminal.error.write(`fullcone: ${TEXTS.one(language, `trouble.${what}`, facts)}\n`);
  for (const line of failure.lines) terminal.error.write(`  ${printable(line)}\n`);
}
