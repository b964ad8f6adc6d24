import type { Milliseconds, Result } from '../../../base/index.ts';
import type { ServiceFailure } from '../../services.ts';
import type { ControllerSpec } from './controller.ts';

/*
 * Between checker and keeper: a line of JSON for each message, over the keeper's standard input and output. The first
 * line says which controller; the end of the input without `end` says that the checker is gone.
 */

export type ToKeeper =
  | { readonly do: 'keep'; readonly controller: ControllerSpec; readonly stopped: readonly string[] }
  | { readonly do: 'stop' | 'start'; readonly id: number; readonly service: string; readonly patience: Milliseconds }
  | { readonly do: 'end' };

export type FromKeeper =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly result: Result<null, ServiceFailure> };

/** Calls for each line that is whole, and in the end. */
export function readLines(stream: NodeJS.ReadableStream, line: (text: string) => void, end: () => void): void {
  let rest = '';
  let isOver = false;
  const finish = (): void => {
    if (!isOver) end();
    isOver = true;
  };
  stream.setEncoding('utf8');
  stream.on('data', (part: string) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
  });
  stream.on('end', finish);
  stream.on('error', finish);
  stream.on('close', finish);
}

/** null: a line that was cut short, or that somebody else has written. */
export function parseLine<T>(line: string): T | null {
  try {
    return JSON.parse(line) as T;
  } catch {
    return null;
  }
}
