import type { Language } from '../advice/index.ts';
import { clean } from './clean.ts';
import type { Report, ReportPort } from './contract.ts';
import { type Explained, explanations } from './explained.ts';

/** Spreadsheets take the separator, and the comma of decimals, of their user's country. */
const MANNERS = {
  en: { separator: ',', decimal: '.' },
  de: { separator: ';', decimal: ',' },
} as const satisfies Readonly<Record<Language, object>>;

type Manners = (typeof MANNERS)[Language];

/** Without it, spreadsheets take UTF-8 for something else, and umlauts for two letters each. */
const BYTE_ORDER_MARK = '\ufeff';

type Cell = string | number | null;

/** A program reads the first line, too: it is the same in every language. Columns may be added, at the end. */
const COLUMNS: Readonly<Record<string, (port: ReportPort, found: Explained | undefined, manners: Manners) => Cell>> = {
  protocol: ({ protocol }) => protocol,
  family: ({ family }) => family,
  port: ({ port }) => port,
  result: ({ result }) => result,
  cause: ({ cause }) => cause,
  mapped_address: ({ mapped }) => mapped && addressOf(mapped),
  mapped_port: ({ mapped }) => mapped && Number(mapped.slice(mapped.lastIndexOf(':') + 1)),
  process: ({ process }) => process?.name ?? null,
  pid: ({ process }) => process?.pid ?? null,
  service: ({ process }) => process?.unit ?? null,
  rejected_by: ({ by }) => by ?? null,
  seconds: ({ tookMs }, _, { decimal }) =>
    tookMs === undefined ? null : (tookMs / 1000).toFixed(3).replace('.', decimal),
  rule: ({ rule }) => rule ?? null,
  finding: (_, found) => found?.code ?? null,
  finding_title: (_, found) => found?.title ?? null,
};

/** One row for each port (RFC 4180), to be opened by a spreadsheet: in German with semicolons and decimal commas. */
export function renderCsv(report: Report, language: Language): string {
  const manners = MANNERS[language];
  const explained = explanations(report, language);
  const line = (cells: readonly Cell[]): string => `${cells.map(quoted).join(manners.separator)}\r\n`;
  const columns = Object.values(COLUMNS);
  const rows = report.ports.map((port) => {
    const found = explained(port);
    return line(columns.map((cell) => cell(port, found, manners)));
  });
  return BYTE_ORDER_MARK + line(Object.keys(COLUMNS)) + rows.join('');
}

/** `[2001:db8::1]:9000`: the address. */
const addressOf = (endpoint: string): string => endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');

/**
 * By which a spreadsheet knows a formula; the wide ones are taken for the others in some countries. Also behind what
 * separates elsewhere: a file is opened by others than those for whom it was written.
 */
const FORMULA = /(^|[,;\t])([\s"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** What begins as a formula begins with an apostrophe instead, which spreadsheets take for "this is a text". */
function quoted(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = clean(cell);
  const harmless = text.replace(FORMULA, "$1$2'");
  return /[",;]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
