import type { Milliseconds } from '../base/index.ts';

/** Seconds. Between two of them lies what routers are set to: 20, 30 (Linux), 60, 120 (RFC 4787), 180, 300. */
const WAITS = [2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2700, 3600];

/** Seconds that may be waited at most, and are unless somebody says otherwise. */
export const LIFETIME_LIMITS = { shortest: 1, longest: 3_600, usual: 180 } as const;

/** For how long mappings shall sleep, each of them a socket of its own, all at the same time. `longest`: seconds. */
export const lifetimeWaits = (longest: number): readonly Milliseconds[] =>
  [...WAITS.filter((wait) => wait < longest), longest].map((wait) => wait * 1_000);
