/** Names longer than this are cut. */
const LONGEST = 80;

/** Controls, formats (among them the overrides of writing direction), lone surrogates, line separators. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Text from outside, such as the name of a process, made fit for a terminal: on one line, and without what
 * a terminal would obey or a reader would not see.
 */
export function clean(text: string): string {
  const visible = text.replace(/\s+/gu, ' ').replace(INVISIBLE, '').trim();
  return visible.length > LONGEST ? `${visible.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, '')}…` : visible;
}
