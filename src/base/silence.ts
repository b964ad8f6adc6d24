import { enclosure, type Probe } from './probes.ts';
import type { Milliseconds } from './time.ts';

/** What `fullcone nat` asks only if told to: its silence counts after so many tries between probes that were answered (docs/decisions/0006). */
const ENOUGH = 7;

/**
 * Whether these tries, none of them answered, are enough to call it a silence. `probes` in the order of their sending;
 * `reach`: how far one may be away from the try that it vouches for.
 */
export const isSilence = (tries: readonly Milliseconds[], probes: readonly Probe[], reach: Milliseconds): boolean =>
  tries.filter((at) => enclosure(probes, at, reach) === 'both').length >= ENOUGH;
