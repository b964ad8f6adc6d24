import type { Problem } from '../../../src/console/api/index.ts';

/**
 * Where the words of a problem are, the most exact first. `cannot-run` says why: `live-permission` is a kind of `live`.
 */
export function wordsOf({ code, facts }: Problem): string[] {
  const why = code === 'cannot-run' ? String(facts['why'] ?? '') : '';
  const whys = why === '' ? [] : [`cannot-run.${why}`, `cannot-run.${why.split('-')[0]}`];
  return [...whys, `problem.${code}`, 'problem.unknown'];
}
