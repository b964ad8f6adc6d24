/** What a line of a configuration file of Asterisk says, without its comments. */
export type AsteriskLine =
  | {
      readonly kind: 'section';
      readonly name: string;
      /** `(!)`: only there for others to inherit from. */
      readonly isTemplate: boolean;
      /** `(+)`: goes on with one that is there already. */
      readonly isMore: boolean;
      readonly inherits: readonly string[];
    }
  | { readonly kind: 'option'; readonly name: string; readonly value: string; readonly isMore: boolean }
  | { readonly kind: 'include'; readonly path: string; readonly mayBeMissing: boolean }
  /** `#exec`: Asterisk may run the command and read what it prints. */
  | { readonly kind: 'exec' }
  /** Asterisk gives the whole file up for this. */
  | { readonly kind: 'wrong' };

export type NumberedLine = AsteriskLine & { readonly line: number };

/** Asterisk skips longer ones. */
const LONGEST_LINE = 8190;

/** The lines that say something; those that Asterisk only complains of are left out, as it does. Never throws. */
export function* asteriskLines(text: string): Generator<NumberedLine> {
  let depth = 0;
  for (const [index, whole] of text.split('\n').entries()) {
    if (whole.length > LONGEST_LINE) continue;
    const stripped = withoutComments(whole, depth);
    depth = stripped.depth;
    const read = readLine(stripped.visible.trim());
    if (read) yield { ...read, line: index + 1 };
  }
}

/** `;` begins a comment, unless `\` is in front; `;--` and `--;` stand around one of several lines, which nest. */
function withoutComments(line: string, before: number): Stripped {
  let so: Stripped = { visible: '', depth: before, from: 0 };
  for (let at = line.indexOf(';'); at >= 0; at = line.indexOf(';', at + 1)) {
    const mark = markAt(line, at, so.depth, so.from);
    if (mark === 'rest') return { ...so, visible: so.visible + line.slice(so.from, at) };
    if (mark !== null) so = MARKS[mark](line, at, so);
  }
  return so.depth === 0 ? { ...so, visible: so.visible + line.slice(so.from) } : so;
}

/** `from`: where what may be seen next begins. */
interface Stripped {
  readonly visible: string;
  readonly depth: number;
  readonly from: number;
}

const MARKS: Readonly<Record<'escaped' | 'begin' | 'end', (line: string, at: number, so: Stripped) => Stripped>> = {
  escaped: (line, at, so) => ({ ...so, visible: `${so.visible}${line.slice(so.from, at - 1)};`, from: at + 1 }),
  begin: (line, at, { visible, depth, from }) => ({
    visible: depth === 0 ? visible + line.slice(from, at) : visible,
    depth: depth + 1,
    from,
  }),
  end: (_, at, so) => ({ ...so, depth: so.depth - 1, from: at + 1 }),
};

/** What the semicolon there stands for; null: nothing, it is inside of a comment. */
function markAt(line: string, at: number, depth: number, from: number): 'escaped' | 'begin' | 'end' | 'rest' | null {
  if (depth === 0 && at > from && line[at - 1] === '\\') return 'escaped';
  if (line.startsWith('--', at + 1) && line[at + 3] !== '-') return 'begin';
  if (depth === 0) return 'rest';
  return line[at - 1] === '-' && line[at - 2] === '-' ? 'end' : null;
}

function readLine(line: string): AsteriskLine | null {
  if (line === '') return null;
  if (line.startsWith('[')) return readSection(line);
  return line.startsWith('#') ? readDirective(line) : readOption(line);
}

function readSection(line: string): AsteriskLine {
  const end = line.indexOf(']');
  if (end < 0) return { kind: 'wrong' };
  const rest = line.slice(end + 1).trimStart();
  const close = rest.indexOf(')');
  if (rest.startsWith('(') && close < 0) return { kind: 'wrong' };
  const words = rest.startsWith('(') ? rest.slice(1, close).split(',') : [];
  const options = words.map((word) => word.trim()).filter((word) => word !== '');
  return {
    kind: 'section',
    name: line.slice(1, end).trim().toLowerCase(),
    isTemplate: options.includes('!'),
    isMore: options.includes('+'),
    inherits: options.filter((option) => option !== '!' && option !== '+').map((option) => option.toLowerCase()),
  };
}

function readDirective(line: string): AsteriskLine | null {
  const [, word = '', argument = ''] = /^#(\S*)\s*(.*)$/.exec(line) ?? [];
  const path = argument.replace(/^"(.*)"$|^<(.*)>$/, '$1$2');
  switch (word.toLowerCase()) {
    case 'exec':
      return { kind: 'exec' };
    case 'include':
    case 'tryinclude':
      return path === '' ? null : { kind: 'include', path, mayBeMissing: word.toLowerCase() === 'tryinclude' };
    default:
      return null;
  }
}

function readOption(line: string): AsteriskLine | null {
  const at = line.indexOf('=');
  if (at < 0) return null;
  const isMore = line[at - 1] === '+';
  const name = line.slice(0, isMore ? at - 1 : at).trim();
  const value = line.slice(line[at + 1] === '>' ? at + 2 : at + 1).trim();
  return name === '' ? null : { kind: 'option', name: name.toLowerCase(), value, isMore };
}
