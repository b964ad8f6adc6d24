import { err, ok, type Result } from '../base/index.ts';
import { FORMATS, type FormatName, formatOf, formatOfFile, isFormat, type Report, redact } from '../report/index.ts';
import type { OutputFile } from '../system/index.ts';
import { displayOf } from './display.ts';
import { sayMistake } from './say.ts';
import { type Context, type Mistake, wrong } from './types.ts';

/** How a report is wanted, as it was typed. */
export interface DeliveryOptions {
  readonly json?: boolean;
  readonly format?: string;
  readonly output?: string;
  readonly listPorts?: boolean;
  readonly redact?: boolean;
}

/** What is printed, and what is written to the file; null: there is none. */
interface Formats {
  readonly printed: FormatName;
  readonly written: FormatName | null;
}

export const formatNames = (): string => Object.keys(FORMATS).join(', ');

/** A format that is named is that of the file, if there is one: what is printed then is for people. */
export function readFormats(options: DeliveryOptions, { terminal }: Context): Result<Formats, Mistake> {
  const { json = false, output } = options;
  const given = options.format?.trim().toLowerCase();
  if (given !== undefined && !isFormat(given))
    return wrong('format.unknown', { given: options.format ?? '', formats: formatNames() });
  const usual = json ? 'json' : 'text';
  if (output !== undefined)
    return ok({ printed: usual, written: given ?? (json ? 'json' : (formatOfFile(output) ?? 'text')) });
  const printed = given ?? usual;
  if (json && printed !== 'json') return wrong('format.both', { given: printed });
  const isForFile = formatOf(printed).isBinary && terminal.out.isTerminal;
  return isForFile ? wrong('format.for-file', { given: printed }) : ok({ printed, written: null });
}

/** By their names: a link to a file is another name. */
export function areSame(path: string | undefined, other: string | undefined): boolean {
  const plain = (name: string) => name.replace(/\/{2,}/g, '/').replace(/^(\.\/)+/, '');
  return path !== undefined && other !== undefined && plain(path) === plain(other);
}

/** Opened before the work begins, so that a mistake in its name costs nothing. */
export async function openOutput(
  path: string | undefined,
  { system }: Context,
  key = 'output.cannot-open',
): Promise<Result<OutputFile | null, Mistake>> {
  if (path === undefined) return ok(null);
  const opened = await system.files.openOutput(path);
  return opened.kind === 'ok' ? opened : err({ key, facts: { path, code: opened.error } });
}

/** Prints it, and writes it to the file. false: that file did not take it, which has been said. */
export async function deliver(
  report: Report,
  output: OutputFile | null,
  options: DeliveryOptions,
  context: Context,
): Promise<boolean> {
  const formats = readFormats(options, context);
  if (formats.kind === 'error') throw new Error('formats are read before the work begins');
  const { printed, written } = formats.value;
  const shown = options.redact ? redact(report) : report;
  const { terminal } = context;
  terminal.out.write(await rendered(shown, printed, options, context, terminal.out.isTerminal));
  if (!output || written === null || options.output === undefined) return true;
  const done = await output.write(await rendered(shown, written, options, context, false));
  if (done.kind === 'ok') return true;
  sayMistake({ key: 'output.cannot-write', facts: { path: options.output, code: done.error } }, context);
  return false;
}

function rendered(
  report: Report,
  format: FormatName,
  { listPorts = false }: DeliveryOptions,
  { terminal, language }: Context,
  forTerminal: boolean,
): string | Uint8Array | Promise<string | Uint8Array> {
  return formatOf(format).render(report, language, { ...displayOf(terminal, forTerminal), verbose: listPorts });
}
