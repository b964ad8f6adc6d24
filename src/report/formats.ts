import type { Language } from '../advice/index.ts';
import type { Report } from './contract.ts';
import { renderCsv } from './csv.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import type { TextOptions } from './page.ts';
import { renderText } from './text.ts';

/** A way to write a report down. What takes a library to make it loads that only then, so it may take its time. */
interface Format {
  /** By which the names of such files end, small letters. */
  readonly endings: readonly string[];
  /** Nothing that a person would want on a terminal. */
  readonly isBinary?: true;
  readonly render: (
    report: Report,
    language: Language,
    options: TextOptions,
  ) => string | Uint8Array | Promise<string | Uint8Array>;
}

export const FORMATS = {
  text: { endings: ['.txt'], render: renderText },
  json: { endings: ['.json'], render: renderJson },
  junit: { endings: ['.xml'], render: renderJunit },
  csv: { endings: ['.csv'], render: renderCsv },
  html: {
    endings: ['.html', '.htm'],
    render: async (report, language) => (await import('./paper/html/html.ts')).renderHtml(report, language),
  },
  pdf: {
    endings: ['.pdf'],
    isBinary: true,
    render: async (report, language) => (await import('./paper/pdf/pdf.ts')).renderPdf(report, language),
  },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;

export const formatOf = (name: FormatName): Format => FORMATS[name];

export const isFormat = (name: string): name is FormatName => Object.hasOwn(FORMATS, name);

/** By the name of a file; null: it tells none. */
export const formatOfFile = (path: string): FormatName | null =>
  (Object.keys(FORMATS) as FormatName[]).find((name) =>
    formatOf(name).endings.some((ending) => path.toLowerCase().endsWith(ending)),
  ) ?? null;
