import { type Language, needsOf } from '../advice/index.ts';
import { renderCertificates } from './certificates.ts';
import type { Report } from './contract.ts';
import { renderBriefly, renderFinding } from './finding.ts';
import { headlineFinding, renderHead } from './head.ts';
import { type Page, pageOf, type TextOptions } from './page.ts';
import { renderEveryPort, renderResults } from './results.ts';
import { renderServices } from './services.ts';
import { wrap } from './wrap.ts';

export type { TextOptions } from './page.ts';

/** However many ports and findings: it must be seen at one glance. */
const MOST_LINES = 40;

/** Where long names or a narrow screen leave less than this for what is to be done, what stands below it is cut to so much. */
const FINDING = 14;
const FEWER = [5, 2, 0];

/** The verdict, then what to do, then what was found; ends with a newline. */
export function renderText(report: Report, language: Language, options: TextOptions): string {
  const page = pageOf(language, options);
  const head = renderHead(report, page);
  const results = renderResults(report, page);
  const ahead = [...renderLookUp(report, page), ...renderHint(report, page)];
  const below = [renderCertificates(report, page), renderServices(report, page)];
  const taken = (parts: readonly (readonly string[])[]) => heightOf(parts) - 1;
  const cut = [below, ...FEWER.map((most) => below.map((lines) => shorten(lines, most)))];
  const isRoom = (some: typeof below) => taken([head, ahead, results, ...some]) <= MOST_LINES - FINDING;
  const others = [ahead, results, ...(options.verbose ? below : (cut.find(isRoom) ?? []))];
  const room = options.verbose ? Number.POSITIVE_INFINITY : MOST_LINES - taken([head, ...others]);
  const parts = [head, ...renderFindings(report, room, page), ...others];
  if (options.verbose) parts.push(renderEveryPort(report, page));
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Where the router's own steps are, if any finding asks something of it. */
const renderHint = ({ findings }: Report, { phrases, width }: Page): string[] =>
  findings.some((finding) => needsOf(finding).length > 0) ? wrap(phrases.say('advice.hint'), width) : [];

/** All in full if that fits; else the last ones by their title only, or only counted. */
function renderFindings(report: Report, room: number, page: Page): string[][] {
  const total = report.findings.length;
  const headline = headlineFinding(report);
  const blocks = report.findings.slice(0, room).map((finding) => ({
    full: renderFinding(finding, finding !== headline, page),
    brief: renderBriefly(finding, page),
  }));
  for (let shown = blocks.length; shown > 0; shown--) {
    for (let full = shown; full > 0; full--) {
      const parts = blocks.slice(0, shown).map((block, index) => (index < full ? block.full : block.brief));
      if (shown < total) parts.push(wrap(page.phrases.count('finding.more', total - shown), page.width));
      if (heightOf(parts) <= room) return parts;
    }
  }
  return blocks.slice(0, 1).map(({ full }) => shorten(full, Math.max(3, room - 1)));
}

/** Where there is more about the first finding, if it is one to act on. */
function renderLookUp({ findings: [first] }: Report, page: Page): string[] {
  if (first === undefined || first.severity === 'info') return [];
  const text = page.phrases.say('finding.lookUp', { code: first.code });
  return wrap(text, page.width).map((line) => page.paint('dim', line));
}

const shorten = (lines: readonly string[], most: number): string[] =>
  lines.length > most ? [...lines.slice(0, most - 1), '  ...'].slice(0, most) : [...lines];

/** With an empty line before each that is not empty. */
const heightOf = (parts: readonly (readonly string[])[]): number =>
  parts.reduce((sum, lines) => sum + (lines.length > 0 ? lines.length + 1 : 0), 0);
