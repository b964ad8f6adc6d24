import { makeTexts } from '../report/index.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };
import { type Context, EXIT, type Mistake } from './types.ts';

export const TEXTS = makeTexts({ en, de });

/** One sentence or two on standard error: what is wrong, where, and what would be right. */
export function sayMistake({ key, facts }: Mistake, { terminal, language }: Context): number {
  const harmless = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, printable(value)]));
  terminal.error.write(`fullcone: ${TEXTS.one(language, `mistake.${key}`, harmless)}\n`);
  return EXIT.usage;
}

/** What was typed may hold anything, also what a terminal would obey. */
const printable = (value: string | number): string | number =>
  typeof value === 'string' ? value.replace(/[\p{Cc}\p{Cf}]/gu, '?') : value;
