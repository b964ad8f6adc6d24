import type { Language } from '../advice/index.ts';
import { type Phrases, phrasesOf } from './phrases.ts';

export interface TextOptions {
  /** Of the terminal; lines are 40 to 100 wide. */
  readonly columns: number;
  readonly colour: boolean;
  /** A line for every port, and every finding with its steps. */
  readonly verbose: boolean;
}

/** Select Graphic Rendition (ECMA-48, 8.3.117): on and off. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

type Style = keyof typeof STYLES;

/** Where it is printed: how wide, in which language, and whether colour is wanted. */
export interface Page {
  readonly width: number;
  readonly language: Language;
  readonly phrases: Phrases;
  /** Colour repeats what a word says; nothing is said by colour alone. */
  paint(style: Style, text: string): string;
}

const [NARROWEST, WIDEST] = [40, 100];

export const pageOf = (language: Language, { columns, colour }: TextOptions): Page => ({
  width: Math.min(WIDEST, Math.max(NARROWEST, Math.floor(columns) || WIDEST)),
  language,
  phrases: phrasesOf(language),
  paint: (style, text) => (colour ? painted(style, text) : text),
});

function painted(style: Style, text: string): string {
  const [on, off] = STYLES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
