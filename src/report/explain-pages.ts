import {
  type Block,
  type Explanation,
  FINDING_CODES,
  type FindingCode,
  type Language,
  loadPages,
} from '../advice/index.ts';
import { type Phrases, phrasesOf } from './phrases.ts';

const LANGUAGES: readonly Language[] = ['en', 'de'];

type Summary = Omit<Explanation, 'sections'>;

/** The files of docs/findings, by name: a page for each code, and an index, in both languages (Markdown). */
export async function findingPages(): Promise<ReadonlyMap<string, string>> {
  const pages = await loadPages();
  return new Map(
    LANGUAGES.flatMap((language) => [
      [fileOf('README', language), indexOf(pages.summaries(language), language)] as const,
      ...FINDING_CODES.map(
        (code) => [fileOf(code, language), pageOf(pages.explain(code, language), language)] as const,
      ),
    ]),
  );
}

const fileOf = (name: FindingCode | 'README', language: Language): string =>
  language === 'en' ? `${name}.md` : `${name}.${language}.md`;

const other = (language: Language): Language => (language === 'en' ? 'de' : 'en');

function indexOf(summaries: readonly Summary[], language: Language): string {
  const phrases = phrasesOf(language);
  const say = (key: string): string => phrases.say(`findings.${key}`);
  const rows = summaries.map(({ code, heading, severity, where }) => {
    const cells = [`[${code}](${fileOf(code, language)})`, heading, phrases.say(`severity.${severity}`), where];
    return `| ${cells.join(' | ')} |`;
  });
  return lines([
    `# ${say('title')}`,
    '',
    `${say('about')} [${say('otherLanguage')}](${fileOf('README', other(language))})`,
    '',
    `| ${say('code')} | ${say('finding')} | | ${say('where')} |`,
    '|---|---|---|---|',
    ...rows,
  ]);
}

function pageOf(explanation: Explanation, language: Language): string {
  const phrases = phrasesOf(language);
  return lines([
    `# ${explanation.heading}`,
    '',
    about(explanation, language, phrases),
    ...explanation.sections.flatMap(({ heading, blocks }) => [
      '',
      `## ${marked(heading)}`,
      ...blocks.flatMap((block) => ['', ...renderBlock(block)]),
    ]),
  ]);
}

function about({ severity, code, where }: Explanation, language: Language, phrases: Phrases): string {
  const index = `[${phrases.say('findings.title')}](${fileOf('README', language)})`;
  const translation = `[${phrases.say('findings.otherLanguage')}](${fileOf(code, other(language))})`;
  return `\`${code}\`, ${phrases.say(`severity.${severity}`)}; ${where}. ${index}, ${translation}`;
}

function renderBlock(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return [marked(block.text)];
    case 'quote':
      return [`> ${marked(block.text)}`];
    case 'items':
      return block.items.map((item) => `- ${marked(item)}`);
    case 'steps':
      return block.steps.map((step, index) => `${index + 1}. ${marked(step)}`);
  }
}

/** What is to be filled in must not be taken for HTML. */
const marked = (text: string): string => text.replace(/<[^<>]+>/g, '`$&`');

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
