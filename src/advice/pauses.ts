import type { PauseEvidence } from '../evidence/index.ts';
import type { Facts } from './types.ts';

/** Whole seconds; the time that it took is known to lie between two packets. */
export const pauseFacts = ({ ports, atLeast, atMost }: PauseEvidence): Facts => ({
  letIn: ports,
  ...(atMost === null ? { longerThan: seconds(atLeast) } : { forgotAfter: seconds(atMost) }),
});

const seconds = (time: number): number => Math.max(1, Math.round(time / 1000));
