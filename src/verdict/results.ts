import type { PortResult } from './types.ts';

/** Proof that the configuration is not a supported one. */
export const PROVEN: ReadonlySet<PortResult> = new Set<PortResult>(['closed', 'translated', 'no-answer']);

/** null: nothing was found out. */
export function isOpen(result: PortResult): boolean | null {
  if (result === 'open') return true;
  return PROVEN.has(result) ? false : null;
}
