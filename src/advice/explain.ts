import { CATALOGUE, FINDING_CODES, type FindingCode, type Severity } from './catalogue.ts';
import dePages from './pages/de.json' with { type: 'json' };
import enPages from './pages/en.json' with { type: 'json' };
import { type Place, REPAIRS } from './places.ts';
import en from './texts/en.json' with { type: 'json' };
import { ADVICE, type Advice, variantKeysOf } from './texts.ts';
import { makeTexts } from './translate.ts';
import type { Language } from './types.ts';

/** A line of an index. */
export interface Summary {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly place: Place;
  /** A few words, without a full stop. */
  readonly heading: string;
  /** Where it is mended. */
  readonly where: string;
}

/** All that is to be said of a code, for whoever looks it up; `<...>` stands for what a report fills in. */
export interface Explanation extends Summary {
  readonly sections: readonly Section[];
}

export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** A sentence of a report. */
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'items'; readonly items: readonly string[] }
  | { readonly kind: 'steps'; readonly steps: readonly string[] };

/** What a page adds to title, meaning and steps of a finding; the compiler misses a code without one. */
export interface PageTexts {
  readonly heading: string;
  readonly seen: string;
  /** What callers notice, where it is more than the meaning says. */
  readonly calls?: string;
  readonly also?: readonly string[];
  readonly worked: string;
}

const PAGES: Readonly<Record<Language, Readonly<Record<FindingCode, PageTexts>>>> = {
  en: enPages.pages,
  de: dePages.pages,
};

const BLANKS: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: enPages.blanks, de: dePages.blanks };

const pageTexts = makeTexts({ en: enPages, de: dePages });

const word = (language: Language, key: string): string => pageTexts.one(language, `words.${key}`);

/** Where a code is unknown: null. */
export const findCode = (text: string): FindingCode | null => FINDING_CODES.find((code) => code === text) ?? null;

/** The most urgent first. */
export const summaries = (language: Language): Summary[] => FINDING_CODES.map((code) => summaryOf(code, language));

export function explain(code: FindingCode, language: Language): Explanation {
  const sections = [wording, seen, meaning, steps, variants, also, onYourRouter, worked];
  return { ...summaryOf(code, language), sections: sections.flatMap((section) => section(code, language)) };
}

/** What a page says of a code beside what a finding says itself. */
export const pageTextsOf = (code: FindingCode, language: Language): PageTexts => ({
  ...PAGES[language][code],
  worked: pageTexts.one(language, `pages.${code}.worked`),
});

function summaryOf(code: FindingCode, language: Language): Summary {
  const { place } = REPAIRS[code];
  const { heading } = PAGES[language][code];
  return { code, severity: CATALOGUE[code], place, heading, where: pageTexts.one(language, `place.${place}`) };
}

type Part = (code: FindingCode, language: Language) => readonly Section[];

const wording: Part = (code, language) => [
  { heading: word(language, 'wording'), blocks: [{ kind: 'quote', text: adviceOf(code, language).title }] },
];

const seen: Part = (code, language) => [
  { heading: word(language, 'seen'), blocks: [{ kind: 'text', text: PAGES[language][code].seen }] },
];

const meaning: Part = (code, language) => {
  const { calls } = PAGES[language][code];
  const more: Block[] = calls === undefined ? [] : [{ kind: 'text', text: calls }];
  return [{ heading: word(language, 'meaning'), blocks: [meaningOf(code, language), ...more] }];
};

const steps: Part = (code, language) => {
  const { steps: usual } = adviceOf(code, language);
  const items = adviceOf(code, language, 'firewall').steps.flatMap((text, index) =>
    text === usual[index] ? [] : [pageTexts.one(language, 'words.step', { number: index + 1, text })],
  );
  const blocks: Block[] = [{ kind: 'steps', steps: usual }];
  if (items.length > 0) blocks.push({ kind: 'text', text: word(language, 'firewall') }, { kind: 'items', items });
  return [{ heading: word(language, 'steps'), blocks }];
};

/** The same code in other circumstances: they are known by the title, or where two share it by what it means. */
const variants: Part = (code, language) => {
  const all = [code, ...variantKeysOf(code)].map((key) => ({ key, ...adviceOf(key, language) }));
  return all.slice(1).map(({ key, title, meaning: told, steps: listed }) => {
    const others = all.filter((variant) => variant.key !== key && variant.title === title);
    const byMeaning = others.length > 0 && others.every((variant) => variant.meaning !== told);
    return {
      heading: pageTexts.one(language, 'words.variant', { title: byMeaning ? told : title }),
      blocks: [...(byMeaning ? [] : [meaningOf(key, language)]), { kind: 'steps', steps: listed }],
    };
  });
};

const also: Part = (code, language) => {
  const { also: items = [] } = PAGES[language][code];
  return items.length > 0 ? [{ heading: word(language, 'also'), blocks: [{ kind: 'items', items }] }] : [];
};

const onYourRouter: Part = (code, language) => {
  const items = REPAIRS[code].menus.map((menu) => pageTexts.one(language, `menus.${menu}`));
  return items.length > 0 ? [{ heading: word(language, 'menus'), blocks: [{ kind: 'items', items }] }] : [];
};

const worked: Part = (code, language) => [
  {
    heading: word(language, 'worked'),
    blocks: [{ kind: 'text', text: pageTexts.one(language, `pages.${code}.worked`) }],
  },
];

const adviceOf = (key: string, language: Language, context?: string): Advice => {
  const variables = { ...BLANKS[language], count: 2, ...(context === undefined ? {} : { context }) };
  return {
    title: ADVICE.one(language, `${key}.title`, variables),
    meaning: ADVICE.one(language, `${key}.meaning`, variables),
    steps: ADVICE.many(language, `${key}.steps`, variables),
  };
};

const USES = ['signalling', 'media', 'tcp'] as const;

/** What a port is for decides what its fault does to calls: then each of these is told. */
function meaningOf(key: string, language: Language): Block {
  const uses = USES.filter((use) => dependsOn(key, use));
  if (uses.length === 0) return { kind: 'text', text: adviceOf(key, language).meaning };
  return {
    kind: 'items',
    items: uses.map((use) => `${word(language, use)}: ${adviceOf(key, language, use).meaning}`),
  };
}

const TEXTS: Readonly<Record<string, object>> = en;

function dependsOn(key: string, use: string): boolean {
  const { meaning: text = '' } = (TEXTS[key] ?? {}) as { readonly meaning?: string };
  const [, common] = /^\$t\(common\.(\w+)\)$/.exec(text) ?? [];
  return common !== undefined && `${common}_${use}` in en.common;
}
