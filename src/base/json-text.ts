import { err, ok, type Result } from './result.ts';

export type JsonProblem =
  /** Or deeper than `DEEPEST`. */
  | { readonly kind: 'not-json' }
  /** It begins as JSON does, and ends before everything is closed. */
  | { readonly kind: 'truncated' }
  /** RFC 8259 section 4 leaves open which one counts. */
  | { readonly kind: 'twice'; readonly name: string };

/** Levels: what is ours has fewer than ten, and who walks down a value does not run out of stack (RFC 8259 section 9). */
const DEEPEST = 100;

/** The value of a JSON text in which no object has a name twice. A byte order mark in front is no part of it. */
export function parseJson(given: string): Result<unknown, JsonProblem> {
  const text = given.replace(/^\ufeff/, '');
  try {
    const value: unknown = JSON.parse(text);
    const { twice, isTooDeep } = scan(text);
    if (isTooDeep) return err({ kind: 'not-json' });
    return twice === null ? ok(value) : err({ kind: 'twice', name: twice });
  } catch {
    return err({ kind: /^\s*[[{]/.test(text) && scan(text).isOpen ? 'truncated' : 'not-json' });
  }
}

interface Scanned {
  /** Something is not closed at the end. */
  readonly isOpen: boolean;
  /** The first name that an object has a second time. */
  readonly twice: string | null;
  readonly isTooDeep: boolean;
}

/** Brackets, strings and names; what is between them has been parsed, or cannot be. */
function scan(text: string): Scanned {
  /** Of the objects that are open, from the outermost on; null: an array. */
  const open: (Set<string> | null)[] = [];
  let twice: string | null = null;
  for (let at = 0; at < text.length && twice === null; at++) {
    const sign = text[at];
    openOrClose(open, sign);
    if (open.length > DEEPEST) return { isOpen: false, twice, isTooDeep: true };
    if (sign !== '"') continue;
    const end = endOfString(text, at);
    if (end < 0) return { isOpen: true, twice, isTooDeep: false };
    twice = isName(text, end) ? addName(open.at(-1), text.slice(at, end + 1)) : null;
    at = end;
  }
  return { isOpen: open.length > 0, twice, isTooDeep: false };
}

function openOrClose(open: (Set<string> | null)[], sign: string | undefined): void {
  if (sign === '{') open.push(new Set());
  else if (sign === '[') open.push(null);
  else if (sign === '}' || sign === ']') open.pop();
}

/** The position of its closing quotation mark; -1: there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text[before - 1] === '\\') before--;
    if ((end - before) % 2 === 0) return end;
  }
  return -1;
}

function isName(text: string, end: number): boolean {
  let next = end + 1;
  while (/\s/.test(text[next] ?? '')) next++;
  return text[next] === ':';
}

/** The name, if it was there before. */
function addName(names: Set<string> | null | undefined, quoted: string): string | null {
  if (!names) return null;
  const name = quoted.includes('\\') ? decode(quoted) : quoted.slice(1, -1);
  if (names.has(name)) return name;
  names.add(name);
  return null;
}

/** Two spellings of one name (`\u0061` and `a`) are one. */
function decode(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
