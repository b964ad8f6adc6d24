import type { Column, Scenario } from './types.ts';

/** Why a scenario is not run in that column; null: it is. */
export function reasonToSkip({ notIn, steps }: Scenario, column: Column): string | null {
  if (column !== 'live') return notIn?.[column] ?? null;
  const fixed = steps.find(({ check }) => check.mode !== undefined);
  return notIn?.live ?? notIn?.kernel ?? (fixed ? `asks in the mode "${fixed.check.mode}"` : null);
}
