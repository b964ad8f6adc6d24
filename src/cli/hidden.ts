/** As much of a process as a question takes. */
export interface Asked {
  readonly pid: number;
  kill(pid: number, signal: 'SIGINT'): unknown;
  readonly stdin: Pick<NodeJS.ReadStream, 'on' | 'off' | 'pause' | 'resume' | 'setRawMode'>;
  readonly stderr: { write(text: string): unknown };
}

/** What a terminal sends that neither shows nor edits. */
const [CTRL_C, CTRL_D, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\u0008', '\u007f'] as const;

/** A line that is being typed, after one more key: `line` once it is ended, null if it was given up. */
type Typing =
  | { readonly kind: 'typing'; readonly text: string }
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'given-up' }
  | { readonly kind: 'interrupted' };

export function typeKey(text: string, key: string): Typing {
  if (key === CTRL_C) return { kind: 'interrupted' };
  if (key === CTRL_D) return text === '' ? { kind: 'given-up' } : { kind: 'typing', text };
  if (key === '\r' || key === '\n') return { kind: 'line', text };
  if (key === BACKSPACE || key === DELETE) return { kind: 'typing', text: [...text].slice(0, -1).join('') };
  return { kind: 'typing', text: text + key };
}

const typeAll = (before: Typing, keys: string): Typing =>
  [...keys].reduce((typing, key) => (typing.kind === 'typing' ? typeKey(typing.text, key) : typing), before);

/** Shows a question and gives the line that was typed, which is not shown; null: none was. */
export function askHidden(question: string, enough: Promise<unknown>, process: Asked): Promise<string | null> {
  const { stdin, stderr } = process;
  return new Promise((resolve) => {
    stderr.write(question);
    let typing: Typing = { kind: 'typing', text: '' };
    let isOver = false;
    const end = (line: string | null): void => {
      if (isOver) return;
      isOver = true;
      stdin.off('data', read).off('end', none).pause();
      stdin.setRawMode(false);
      stderr.write('\n');
      resolve(line);
    };
    const none = (): void => end(null);
    // A key at a time, or a pasted text at once.
    const read = (bytes: Buffer): void => {
      typing = typeAll(typing, bytes.toString('utf8'));
      if (typing.kind === 'typing') return;
      if (typing.kind !== 'interrupted') return end(typing.kind === 'line' ? typing.text : null);
      stdin.setRawMode(false);
      // A terminal that edits lines would have sent it. Who does not end by it says when he has heard: `enough`.
      process.kill(process.pid, 'SIGINT');
    };
    stdin.setRawMode(true);
    stdin.on('data', read).on('end', none).resume();
    void enough.then(none);
  });
}
