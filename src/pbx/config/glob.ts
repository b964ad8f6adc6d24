/**
 * Whether a name fits a pattern of glob(7) without braces: `*`, `?`, `[a-z]`, `[!a]`. In steps that are at most the product
 * of both lengths, whatever the pattern is; a regular expression could take for ever. A leading dot has to be named.
 */
export function fits(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let [at, inPattern] = [0, 0];
  /** Where the last star stands, and up to where it reaches. */
  let star: { readonly pattern: number; at: number } | null = null;
  while (at < name.length) {
    const next = pattern[inPattern] === '*' ? null : oneOf(pattern, inPattern, name.charAt(at));
    if (pattern[inPattern] === '*') {
      star = { pattern: inPattern, at };
      inPattern++;
    } else if (next !== null) {
      at++;
      inPattern = next;
    } else if (star) {
      star.at++;
      at = star.at;
      inPattern = star.pattern + 1;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}

/** Behind the part of the pattern at `from` if it takes this character; else null. */
function oneOf(pattern: string, from: number, character: string): number | null {
  const wanted = pattern[from];
  if (wanted === '?') return from + 1;
  const end = wanted === '[' ? pattern.indexOf(']', from + (pattern[from + 1] === '!' ? 3 : 2)) : -1;
  if (end < 0) return wanted === character ? from + 1 : null;
  const isNot = pattern[from + 1] === '!';
  const inside = pattern.slice(from + (isNot ? 2 : 1), end);
  return isIn(character, inside) === isNot ? null : end + 1;
}

function isIn(character: string, set: string): boolean {
  for (let at = 0; at < set.length; at++) {
    const [first = '', dash, last] = set.slice(at, at + 3);
    if (dash === '-' && last !== undefined) {
      if (character >= first && character <= last) return true;
      at += 2;
    } else if (character === first) return true;
  }
  return false;
}

export const hasPattern = (path: string): boolean => /[*?[]/.test(path);
