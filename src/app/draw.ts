import type { DrawNumbers } from '../plan/index.ts';
import type { System } from '../system/index.ts';

/** Numbers of 32 random bits each. */
export const drawing =
  (random: System['random']): DrawNumbers =>
  (count, below) => {
    const bytes = random(4 * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: count }, (_, index) => view.getUint32(4 * index) % below);
  };
