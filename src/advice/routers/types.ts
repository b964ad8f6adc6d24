import type { Language } from '../types.ts';

/**
 * What a router is to be told. Every product has its own way to five of them; `let-out`, to admit what the PBX sends, is
 * a rule like any other and has no menu of its own.
 */
export const NEEDS = ['forward', 'keep-source-port', 'let-out', 'alg-off', 'scan-exemption', 'flush'] as const;

export type Need = (typeof NEEDS)[number];

export type Localised = Readonly<Record<Language, string>>;

/**
 * How a product is told one of them. Texts and commands are templates: `{{pbx}}`, `{{ports}}`, `{{wan}}`, `{{public}}`,
 * `{{sources}}`.
 */
export interface Step {
  readonly text: Localised;
  /** The same in every language. */
  readonly commands?: readonly string[];
  /** Where it was read: a page of the maker, or a public configuration. null: common knowledge, to be compared. */
  readonly source: string | null;
}

export interface Router {
  /** As `--router` takes it. */
  readonly id: string;
  /** The same in every language, as what follows: no words between the makers' own names and numbers. */
  readonly name: string;
  /** To which the menus belong, such as `FRITZ!OS 7, 8`, `1.4+`, `24-26`; empty: not known. */
  readonly versions: string;
  /** What is not there is said in general words. */
  readonly steps: Partial<Readonly<Record<Need, Step>>>;
  /** How it calls itself: maker and model in a UPnP description, header and title of its web page. */
  readonly says?: RegExp;
}

export const step = (en: string, de: string, source: string | null, commands: readonly string[] = []): Step => ({
  text: { en, de },
  ...(commands.length > 0 ? { commands } : {}),
  source,
});
