import type { RunDelta, RunProgress } from './runs.ts';

/** What a page knows after an event `delta`. With new ranges every cell waits again, but for those that are told. */
export function applyDelta(progress: RunProgress, { cells = [], ...changed }: RunDelta): RunProgress {
  const next = { ...progress, ...definedOf(changed) };
  if (cells.length === 0 && !changed.ranges) return next;
  const letters = changed.ranges ? waiting(changed.ranges) : [...next.cells];
  for (const [from, count, letter] of cells)
    letters.fill(letter, Math.min(from, letters.length), Math.min(from + count, letters.length));
  return { ...next, cells: letters.join('') };
}

const definedOf = (changed: Omit<RunDelta, 'cells'>): Partial<RunProgress> =>
  Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined)) as Partial<RunProgress>;

const waiting = (ranges: RunProgress['ranges']): string[] =>
  new Array<string>(ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)).fill('w');
