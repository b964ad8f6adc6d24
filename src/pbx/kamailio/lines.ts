/** What one line of a configuration of Kamailio's says of listeners, or to its preprocessor. */
export type KamailioLine =
  | {
      readonly kind: 'define';
      readonly name: string;
      readonly value: string;
      readonly how: 'define' | 'trydef' | 'redefine';
    }
  /** A name whose value is not in any file. */
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'condition'; readonly name: string; readonly isWanted: boolean }
  | { readonly kind: 'else' }
  | { readonly kind: 'end' }
  | { readonly kind: 'include'; readonly path: string; readonly mayBeMissing: boolean }
  | { readonly kind: 'parameter'; readonly name: string; readonly value: string };

/** Of `readLine`: what goes on over the end of a line. */
export interface LineState {
  readonly inside: '' | '/*' | '"' | "'";
  /** Curly brackets that are open: inside of them are routes, which know no parameters. */
  readonly depth: number;
}

export const BEGIN: LineState = { inside: '', depth: 0 };

/** `#!` or `!!` in front, and only at the beginning of a line. */
export function directiveIn(line: string): KamailioLine | null {
  const [, word = '', rest = ''] = /^(?:#!|!!)([a-z_]+)(?:[ \t]+(.*))?$/.exec(line.trim()) ?? [];
  const [name = ''] = rest.trim().split(/\s/, 1);
  const value = rest.trim().slice(name.length).trim();
  switch (word) {
    case 'define':
    case 'trydef':
    case 'redefine':
      return name === '' ? null : { kind: 'define', name, value, how: word };
    case 'trydefine':
      return name === '' ? null : { kind: 'define', name, value, how: 'trydef' };
    case 'defenv':
    case 'defenvs':
    case 'trydefenv':
    case 'trydefenvs':
      return { kind: 'environment', name: name.split('=')[0] ?? '' };
    case 'substdef':
    case 'substdefs':
      return substitution(rest.trim());
    case 'ifdef':
    case 'ifndef':
      return { kind: 'condition', name, isWanted: word === 'ifdef' };
    case 'else':
      return { kind: 'else' };
    case 'endif':
      return { kind: 'end' };
    case 'include_file':
    case 'import_file':
      return { kind: 'include', path: unquoted(rest), mayBeMissing: word === 'import_file' };
    default:
      return null;
  }
}

/** `"!NAME!value!g"`: the first character stands between the parts, whatever it is. */
function substitution(quoted: string): KamailioLine | null {
  const text = unquoted(quoted);
  const [, name = '', value = ''] = text.split(text.charAt(0));
  return /^\w+$/.test(name) ? { kind: 'define', name, value, how: 'redefine' } : null;
}

const unquoted = (text: string): string => text.trim().replace(/^"([^"]*)".*$/, '$1');

const PARAMETERS = ['listen', 'port', 'tls_port_no', 'disable_tcp', 'enable_tls'];

/** A line that is no directive, without comments: what it says, and what the next one begins with. */
export function readLine(
  line: string,
  before: LineState,
): { readonly said: KamailioLine | null; readonly after: LineState } {
  const { code, after } = withoutComments(line, before);
  const isInString = before.inside === '"' || before.inside === "'";
  if (isInString || before.depth > 0) return { said: null, after };
  const [, include, path = ''] = /^\s*(include_file|import_file)\s+"([^"]*)"/.exec(code) ?? [];
  if (include !== undefined) return { said: { kind: 'include', path, mayBeMissing: include === 'import_file' }, after };
  const equals = code.indexOf('=');
  const name = code.slice(0, Math.max(0, equals)).trim();
  const value = code.slice(equals + 1).trim();
  return { said: PARAMETERS.includes(name) ? { kind: 'parameter', name, value } : null, after };
}

/** `#` and `//` to the end of the line, `/*` to its end wherever that is; not inside of strings. */
function withoutComments(line: string, before: LineState): { readonly code: string; readonly after: LineState } {
  let [code, after, at] = ['', before, 0];
  while (at < line.length) {
    const { text, inside, depth } = step(line.slice(at, at + 2), after);
    if (inside === '#') break;
    const isMark = inside === '/*' || (after.inside === '/*' && inside === '');
    at += isMark && after.inside !== inside ? 2 : Math.max(1, text.length);
    code += isMark ? '' : text;
    after = { inside, depth };
  }
  return { code, after };
}

/** What the next character is part of, and how much there is to keep of it and the one behind; `#`: a comment begins. */
function step(
  two: string,
  { inside, depth }: LineState,
): { text: string; inside: LineState['inside'] | '#'; depth: number } {
  const one = two.charAt(0);
  if (inside === '/*') return { text: '', inside: two === '*/' ? '' : inside, depth };
  if (inside !== '') return { text: one === '\\' ? two : one, inside: one === inside ? '' : inside, depth };
  if (one === '#' || two === '//') return { text: '', inside: '#', depth };
  if (two === '/*') return { text: '', inside: '/*', depth };
  if (one === '"' || one === "'") return { text: one, inside: one, depth };
  return { text: one, inside, depth: Math.max(0, depth + (one === '{' ? 1 : 0) - (one === '}' ? 1 : 0)) };
}
