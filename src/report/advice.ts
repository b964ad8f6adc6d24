import type { FilledStep, Language, Section } from '../advice/index.ts';
import { clean } from './clean.ts';
import type { Report, ReportFinding } from './contract.ts';
import { renderFinding } from './finding.ts';
import { type Page, pageOf, type TextOptions } from './page.ts';
import { wrap } from './wrap.ts';

interface RouterName {
  readonly id: string;
  readonly name: string;
  /** To which its menus belong; empty: not known. */
  readonly versions: string;
}

/** What to change in a router, by what a report found. */
export interface RouterAdvice {
  readonly router: RouterName;
  /** false: nothing is translated on the way to the PBX, so that no forward helps. */
  readonly isTranslated: boolean;
  readonly steps: readonly FilledStep[];
  /** Findings that no setting of a router mends. */
  readonly others: readonly ReportFinding[];
  /** Configuration can be written for it. */
  readonly config: boolean;
}

/** The rules for a router, as text to paste. */
export interface RouterConfig {
  readonly router: RouterName;
  readonly pbx: string;
  readonly wan: string;
  /** What a line begins with that is read by people alone. */
  readonly comment: string;
  readonly proven: boolean;
  readonly sections: readonly Section[];
}

const INDENT = '   ';

/** The steps in this router, then what is not its doing; ends with a newline. */
export function renderAdvice(advice: RouterAdvice, report: Report, language: Language, options: TextOptions): string {
  const page = pageOf(language, options);
  const { say } = page.phrases;
  const parts = [
    head(advice, report, page),
    ...advice.steps.map((step, index) => renderStep(step, index + 1, advice, page)),
    ...(advice.steps.length > 0 ? [wrap(say('advice.again'), page.width)] : []),
    ...(advice.others.length > 0 ? [wrap(say('advice.others'), page.width)] : []),
    ...advice.others.map((finding) => renderFinding(finding, true, page)),
    ...(advice.config && (advice.steps.length > 0 || !advice.isTranslated)
      ? [wrap(say('advice.config', { id: advice.router.id }), page.width)]
      : []),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function head(
  { router, isTranslated, steps }: RouterAdvice,
  report: Report,
  { phrases, width, paint }: Page,
): string[] {
  const name = router.id === 'any' ? phrases.say('advice.any') : router.name;
  const title = router.versions === '' ? name : phrases.say('advice.versions', { name, versions: router.versions });
  const date = clean(report.startedAt).slice(0, 16).replace('T', ' ');
  const nothing = isTranslated ? phrases.say('advice.nothing') : phrases.say('advice.notTranslated');
  return [
    ...wrap(title, width).map((line) => paint('bold', line)),
    ...wrap(phrases.say('advice.report', { date }), width, '  ').map((line) => paint('dim', line)),
    ...(steps.length === 0 ? ['', ...wrap(nothing, width)] : []),
  ];
}

function renderStep(step: FilledStep, number: number, { router }: RouterAdvice, page: Page): string[] {
  const { width, language, paint, phrases } = page;
  return [
    ...wrap(phrases.say(`advice.need.${step.need}`), width, `${number}. `).map((line) => paint('bold', line)),
    ...wrap(step.text[language], width, INDENT),
    // To be copied: never folded.
    ...step.commands.map((line) => `${INDENT}  ${line}`),
    ...wrap(markOf(step, router, page), width, INDENT).map((line) => paint('dim', line)),
  ].filter((line) => line.trim() !== '');
}

/** How sure it is. */
function markOf({ own, source }: FilledStep, { id }: RouterName, { phrases }: Page): string {
  if (id === 'any') return '';
  if (!own) return phrases.say('advice.general');
  return source === null ? phrases.say('advice.compare') : phrases.say('advice.source', { source });
}

/** Text to paste: what is for people stands in comments. Ends with a newline. */
export function renderConfig(config: RouterConfig, language: Language): string {
  const { phrases } = pageOf(language, { columns: WIDTH, colour: false, verbose: false });
  const remark = (text: string): string[] =>
    wrap(text, WIDTH, config.comment).map((line) => config.comment + line.slice(config.comment.length));
  const { router, pbx, wan, proven } = config;
  const parts = [
    [
      ...remark(phrases.say('advice.configFor', { name: router.name, pbx, wan })),
      ...remark(phrases.say(proven ? 'advice.proven' : 'advice.compareConfig')),
    ],
    ...config.sections.map(({ need, lines, note }) => [
      ...remark(phrases.say(`advice.need.${need}`)),
      ...(note ? remark(note[language]) : []),
      ...lines,
    ]),
    remark(phrases.say('advice.again')),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const WIDTH = 100;
