import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { askHidden } from './hidden.ts';

/** Somebody at a terminal, who types these pieces. */
function person() {
  const calls: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    pause: () => stdin,
    resume: () => stdin,
    setRawMode: (raw: boolean) => {
      calls.push(raw ? 'raw' : 'cooked');
      return stdin;
    },
  });
  const stderr = { write: (text: string) => calls.push(text) };
  let enough: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const kill = (_: number, signal: string) => {
    calls.push(signal);
    enough();
  };
  const asked = askHidden('Key: ', over, { pid: 1, kill, stdin: stdin as never, stderr });
  return { asked, calls, stdin, enough, type: (text: string) => stdin.emit('data', Buffer.from(text)) };
}

test.each<[string, string[], string | null, string[]]>([
  ['a key at a time', ['a', 'b', '\r'], 'ab', []],
  ['pasted', ['a key\n'], 'a key', []],
  ['with what was mistyped', ['aä\u007fx\u0008c', '\u007f\u007f\u007f\u007fk', '\r'], 'k', []],
  ['more than a line', ['first\rsecond\r'], 'first', []],
  ['nothing', ['\r'], '', []],
  ['Ctrl-D at once', ['\u0004'], null, []],
  ['Ctrl-D later is no end', ['a\u0004', 'b\r'], 'ab', []],
  ['Ctrl-C ends it, as anywhere', ['ab', '\u0003'], null, ['cooked', 'SIGINT']],
])('%s', async (_, pieces, line, signals) => {
  const { asked, calls, stdin, type } = person();
  for (const piece of pieces) type(piece);
  expect(await asked).toBe(line);
  // Nothing of what was typed is shown, and the terminal is as it was.
  expect(calls).toEqual(['Key: ', 'raw', ...signals, 'cooked', '\n']);
  expect(stdin.listenerCount('data') + stdin.listenerCount('end')).toBe(0);
});

test('nobody waits any more, or the terminal is gone', async () => {
  const tired = person();
  tired.enough();
  expect(await tired.asked).toBeNull();
  const gone = person();
  gone.stdin.emit('end');
  expect(await gone.asked).toBeNull();
});
