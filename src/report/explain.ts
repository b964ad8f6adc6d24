import { type Block, type Explanation, type Language, loadPages } from '../advice/index.ts';
import { SEVERITY_COLOURS } from './finding.ts';
import { type Page, pageOf, type TextOptions } from './page.ts';
import { wrap } from './wrap.ts';

const INDENT = '  ';

/** The page of a finding for a terminal; null: there is no such code. Ends with a newline. */
export async function renderExplanation(
  code: string,
  language: Language,
  options: TextOptions,
): Promise<string | null> {
  const { explain, findCode } = await loadPages();
  const known = findCode(code);
  return known && renderPage(explain(known, language), pageOf(language, options));
}

/** Every code with its heading, the most urgent first; ends with a newline. */
export async function renderCodes(language: Language, options: TextOptions): Promise<string> {
  const { summaries } = await loadPages();
  const page = pageOf(language, options);
  const all = summaries(language);
  const widest = Math.max(...all.map(({ code }) => code.length));
  const lines = all.flatMap(({ code, heading }) => wrap(heading, page.width, `${code.padEnd(widest)}${INDENT}`));
  return `${lines.join('\n')}\n`;
}

function renderPage(explanation: Explanation, page: Page): string {
  const { heading, sections } = explanation;
  const parts = [
    [...wrap(heading, page.width).map((line) => page.paint('bold', line)), ...about(explanation, page)],
    ...sections.map(({ heading: title, blocks }) => [
      ...wrap(title, page.width).map((line) => page.paint('bold', line)),
      ...blocks.flatMap((block) => renderBlock(block, page)),
    ]),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function about({ severity, code, where }: Explanation, page: Page): string[] {
  const word = page.phrases.say(`severity.${severity}`);
  const [first = '', ...rest] = wrap(`${word}, ${code}; ${where}`, page.width);
  return [page.paint(SEVERITY_COLOURS[severity], first.slice(0, word.length)) + first.slice(word.length), ...rest];
}

function renderBlock(block: Block, { width }: Page): string[] {
  switch (block.kind) {
    case 'text':
    case 'quote':
      return wrap(block.text, width, INDENT);
    case 'items':
      return block.items.flatMap((item) => wrap(item, width, `${INDENT}- `));
    case 'steps':
      return block.steps.flatMap((step, index) => wrap(step, width, `${INDENT}${index + 1}. `));
  }
}
