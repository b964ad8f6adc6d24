/** Names longer than this are cut; paths, which are to be opened, only where nobody could type them. */
const [LONGEST, LONGEST_PATH] = [80, 400];

/** Controls, formats (among them the overrides of writing direction), lone surrogates, line separators. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Text from outside, such as the name of a process, made fit for a terminal: on one line, and without what
 * a terminal would obey or a reader would not see.
 */
export const clean = (text: string): string => cut(text, LONGEST);

/** The same for a path with its line, or an address of a page. */
export const cleanPath = (text: string): string => cut(text, LONGEST_PATH);

function cut(text: string, longest: number): string {
  const visible = text.replace(/\s+/gu, ' ').replace(INVISIBLE, '').trim();
  return visible.length > longest ? `${visible.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…` : visible;
}
