import { adviseText } from '../advice/index.ts';
import { clean } from './clean.ts';
import type { ReportFinding } from './contract.ts';
import { fitRanges, sizeOf } from './labels.ts';
import type { Page } from './page.ts';
import { wrap } from './wrap.ts';

export const SEVERITY_COLOURS = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

const INDENT = '  ';

/** What stands beside the ranges: severity, amount and code. */
const BESIDE = 46;

/** Facts hold names that servers and processes gave themselves. */
export function cleanFinding(finding: ReportFinding): ReportFinding {
  const facts = Object.entries(finding.facts).map(
    ([name, fact]) => [name, typeof fact === 'string' ? clean(fact) : fact] as const,
  );
  return { ...finding, ports: finding.ports.map(clean), facts: Object.fromEntries(facts) };
}

/** Severity, ranges and code; the cause, unless the headline was it; what it means; the steps. */
export function renderFinding(found: ReportFinding, titled: boolean, page: Page): string[] {
  const finding = cleanFinding(found);
  const { title, meaning, steps } = adviseText(finding, page.language);
  return [
    ...renderHeading(finding, page),
    ...(titled ? wrap(title, page.width, INDENT).map((line) => page.paint('bold', line)) : []),
    ...wrap(meaning, page.width, INDENT),
    ...steps.flatMap((step, index) => wrap(step, page.width, `${INDENT}${index + 1}. `)),
  ];
}

/** Where there is no room for more. */
export function renderBriefly(found: ReportFinding, page: Page): string[] {
  const finding = cleanFinding(found);
  const { title } = adviseText(finding, page.language);
  return [...renderHeading(finding, page), ...wrap(title, page.width, INDENT)];
}

function renderHeading({ severity, code, ports }: ReportFinding, page: Page): string[] {
  const word = page.phrases.say(`severity.${severity}`);
  const parts = [...(ports.length > 0 ? [where(ports, page)] : []), code];
  const [first = '', ...rest] = wrap(parts.join(', '), page.width, `${word}  `);
  return [page.paint('bold', page.paint(SEVERITY_COLOURS[severity], word)) + first.slice(word.length), ...rest];
}

function where(labels: readonly string[], { phrases, width }: Page): string {
  const ranges = labels.map((label) => label.replace(/^\w+\//, ''));
  const transport = labels[0]?.startsWith('tcp/') ? 'TCP' : 'UDP';
  return phrases.count('finding.ports', sizeOf(labels), {
    transport,
    ranges: fitRanges(ranges, width - BESIDE, phrases),
  });
}
