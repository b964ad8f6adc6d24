import type { Terminal } from './types.ts';

/** Where nobody knows the width. */
export const DEFAULT_COLUMNS = 80;

/** Of a terminal that is not dumb. */
export const CLEAR_LINE = '\r\u001b[2K';

const isDumb = ({ environment }: Terminal): boolean => environment['TERM'] === 'dumb';

/** How a text is written on standard output; otherwise it is for a file. */
export function displayOf(
  terminal: Terminal,
  forTerminal = terminal.out.isTerminal,
): { readonly columns: number; readonly colour: boolean } {
  // https://no-color.org: any value that is not empty.
  const colour = forTerminal && !terminal.environment['NO_COLOR'] && !isDumb(terminal);
  return { columns: (forTerminal ? terminal.out.columns : null) ?? DEFAULT_COLUMNS, colour };
}

/** A line that changes, on standard error. */
export const showsProgress = (terminal: Terminal, isWanted: boolean): boolean =>
  isWanted && terminal.error.isTerminal && !isDumb(terminal);
