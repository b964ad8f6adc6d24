import { styleText } from 'node:util';
import type { Language } from '../advice/index.ts';
import { type Phrases, phrasesOf } from './phrases.ts';

export interface TextOptions {
  /** Of the terminal; lines are 40 to 100 wide. */
  readonly columns: number;
  readonly colour: boolean;
  /** A line for every port, and every finding with its steps. */
  readonly verbose: boolean;
}

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Where it is printed: how wide, in which language, and whether colour is wanted. */
export interface Page {
  readonly width: number;
  readonly language: Language;
  readonly phrases: Phrases;
  /** Colour repeats what a word says; nothing is said by colour alone. */
  paint(style: Style | readonly Style[], text: string): string;
}

const [NARROWEST, WIDEST] = [40, 100];

export const pageOf = (language: Language, { columns, colour }: TextOptions): Page => ({
  width: Math.min(WIDEST, Math.max(NARROWEST, Math.floor(columns) || WIDEST)),
  language,
  phrases: phrasesOf(language),
  // Whether the stream is a terminal is for the caller to know.
  paint: (style, text) => (colour ? styleText([...[style].flat()], text, { validateStream: false }) : text),
});
