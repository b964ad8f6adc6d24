import { formatRanges, portLabel, toRanges } from '../base/index.ts';
import type { PortResult } from '../verdict/index.ts';
import { clean } from './clean.ts';
import type { Report, ReportPort } from './contract.ts';
import { fitRanges } from './labels.ts';
import type { Page } from './page.ts';
import { wrap } from './wrap.ts';

/** Every result, in the order of the table. */
const COLOURS = {
  open: 'green',
  closed: 'red',
  translated: 'red',
  'no-answer': 'red',
  'in-use': 'yellow',
  malformed: 'yellow',
  untested: 'yellow',
} as const satisfies Record<PortResult, string>;

interface Row {
  readonly result: PortResult;
  /** `TCP `; empty where all ports are of one protocol. */
  readonly transport: string;
  /** The result in words, painted, and as wide as the widest. */
  readonly word: string;
  readonly width: number;
  readonly ports: readonly ReportPort[];
}

function rowsOf({ ports }: Report, page: Page): Row[] {
  const results = Object.keys(COLOURS) as PortResult[];
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
  const groups = protocols.flatMap((protocol) =>
    results.map((result) => ({
      result,
      transport: protocols.length > 1 ? `${protocol.toUpperCase()} ` : '',
      ports: ports.filter((port) => port.result === result && port.protocol === protocol),
    })),
  );
  const used = groups.filter((group) => group.ports.length > 0);
  const words = used.map(({ result }) => page.phrases.say(`result.${result}`));
  const width = widest(words);
  return used.map((group, index) => {
    const word = words[index] ?? '';
    return { ...group, width, word: page.paint(COLOURS[group.result], word) + ' '.repeat(width - word.length) };
  });
}

/** Behind `word`, which may be painted and is shown `width` wide. */
function after(word: string, width: number, gap: string, text: string, page: Page): string[] {
  const begin = `  ${' '.repeat(width)}${gap}`;
  const [first = '', ...rest] = wrap(text, page.width, begin);
  return [`  ${word}${gap}${first.slice(begin.length)}`, ...rest];
}

/** One line per result: how many ports, and which. */
export function renderResults(report: Report, page: Page): string[] {
  const rows = rowsOf(report, page);
  const counts = rows.map(({ ports }) => page.phrases.amount(ports.length));
  const digits = widest(counts);
  const lines = rows.flatMap(({ word, width, ports, transport }, index) => {
    const ranges = toRanges(ports.map(({ port }) => port)).map((range) => formatRanges([range]));
    const room = page.width - width - digits - transport.length - 6;
    const fitting = fitRanges(ranges, room, page.phrases);
    const text = fitting.length > room ? page.phrases.count('results.only', ranges.length) : fitting;
    return after(word, width, `  ${counts[index]?.padStart(digits)}  `, transport + text, page);
  });
  return lines.length > 0 ? [page.phrases.say('results.title'), ...lines] : [];
}

/** A line per port, for those who ask for it. */
export function renderEveryPort(report: Report, page: Page): string[] {
  const words = new Map(rowsOf(report, page).map((row) => [row.result, row]));
  const causes = widest(report.ports.map(({ cause }) => cause ?? ''));
  const isMixed = new Set(report.ports.map(({ protocol }) => protocol)).size > 1;
  const named = ({ protocol, port }: ReportPort) => (isMixed ? portLabel(protocol, port) : String(port));
  const wide = isMixed ? 'udp/65535'.length : 5;
  const lines = report.ports.flatMap((port) => {
    const [begin, details] = [`${named(port).padStart(wide)}  `, detailsOf(port)];
    const { word = '', width = 0 } = words.get(port.result) ?? {};
    const room = page.width - begin.length - width - 4;
    const all = `${(port.cause ?? '').padEnd(causes)}  ${details}`.trimEnd();
    if (all.length <= room) return [`  ${begin}${word}  ${all}`.trimEnd()];
    return after(begin + word, begin.length + width, '  ', `${port.cause ?? ''} ${details}`.trim(), page);
  });
  return lines.length > 0 ? [page.phrases.say('results.every'), ...lines] : [];
}

function detailsOf({ mapped, process, by }: ReportPort): string {
  const holder = [process?.name, process?.pid, process?.unit].filter((part) => part != null).join(' ');
  return clean(mapped ?? by ?? holder);
}

const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);
