import { formatRanges, toRanges } from '../base/index.ts';
import type { PortResult } from '../verdict/index.ts';
import { clean } from './clean.ts';
import type { Report, ReportPort } from './contract.ts';
import { fitRanges } from './labels.ts';
import type { Page } from './page.ts';

const ORDER: readonly PortResult[] = ['open', 'closed', 'translated', 'no-answer', 'in-use', 'malformed', 'untested'];

const COLOURS = {
  open: 'green',
  closed: 'red',
  translated: 'red',
  'no-answer': 'red',
  'in-use': 'yellow',
  malformed: 'red',
  untested: 'yellow',
} as const satisfies Record<PortResult, string>;

/** One line per result: how many ports, and which. */
export function renderResults({ ports }: Report, page: Page): string[] {
  const rows = ORDER.map((result) => ({ result, ports: ports.filter((port) => port.result === result) }));
  const used = rows.filter((row) => row.ports.length > 0);
  const words = Math.max(...used.map(({ result }) => wordOf(result, page).length));
  const counts = Math.max(...used.map((row) => page.phrases.amount(row.ports.length).length));
  const lines = used.map((row) => {
    const count = page.phrases.amount(row.ports.length).padStart(counts);
    const ranges = toRanges(row.ports.map(({ port }) => port)).map((range) => formatRanges([range]));
    const shown = fitRanges(ranges, page.width - words - counts - 6, page.phrases);
    return `  ${painted(row.result, words, page)}  ${count}  ${shown}`;
  });
  return lines.length > 0 ? [page.phrases.say('results.title'), ...lines] : [];
}

/** A line per port, for those who ask for it. */
export function renderEveryPort({ ports }: Report, page: Page): string[] {
  const words = Math.max(
    0,
    ...[...new Set(ports.map(({ result }) => result))].map((result) => wordOf(result, page).length),
  );
  const lines = ports.map(
    (port) => `  ${String(port.port).padStart(5)}  ${painted(port.result, words, page)}  ${detailsOf(port)}`,
  );
  return lines.length > 0 ? [page.phrases.say('results.every'), ...lines.map((line) => line.trimEnd())] : [];
}

function detailsOf({ cause, mapped, process }: ReportPort): string {
  const holder =
    process && [process.name && clean(process.name), process.pid].filter((part) => part !== null).join(' ');
  return [cause, mapped, holder].filter((part) => part !== null).join('  ');
}

const wordOf = (result: PortResult, { phrases }: Page): string => phrases.say(`result.${result}`);

function painted(result: PortResult, width: number, page: Page): string {
  const word = wordOf(result, page);
  return page.paint(COLOURS[result], word) + ' '.repeat(width - word.length);
}
