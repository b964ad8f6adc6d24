import type { Reply } from '../client/index.ts';

type Trend = Reply<'trend'>;

export interface Step {
  readonly id: number;
  readonly startedAt: string;
  readonly verdict: Trend['runs'][number]['verdict'];
  /** Ports; null: nothing of it was asked. */
  readonly open: number | null;
}

/** `UDP 9000–10999`. */
export const nameOfRange = (label: string): string => label.replace('/', ' ').replace('-', '–').toUpperCase();

const sizeOf = (label: string): number => {
  const [from = 0, to = from] = label
    .replace(/^\w+\//, '')
    .split('-')
    .map(Number);
  return to - from + 1;
};

/** Of each run the ports that were open, of those of the ranges; what a run left out counts as it was before. */
export function stepsOf({ ranges, runs }: Trend): { readonly steps: readonly Step[]; readonly most: number } {
  const sizes = ranges.map(sizeOf);
  const known: (number | null)[] = ranges.map(() => null);
  const steps = runs.map(({ id, startedAt, verdict, open }) => {
    for (const [index, share] of open.entries()) if (share !== null) known[index] = share;
    const isAsked = open.some((share) => share !== null);
    const sum = known.reduce<number>((all, share, index) => all + (share ?? 0) * (sizes[index] ?? 0), 0);
    return { id, startedAt, verdict, open: isAsked ? Math.round(sum) : null };
  });
  return { steps, most: sizes.reduce((all, size) => all + size, 0) };
}
