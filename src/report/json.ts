import type { Report } from './contract.ts';

/** What JSON leaves as it is although a terminal would obey it: C1 controls, overrides of writing direction. */
const DANGEROUS = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Two spaces of indent, one newline at the end. The same data for every reader, harmless on a terminal. */
export const renderJson = (report: Report): string =>
  `${JSON.stringify(report, null, 2).replace(DANGEROUS, escaped)}\n`;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
