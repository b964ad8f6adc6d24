import type { WatchState } from '../../../src/console/api/index.ts';
import type { Seen } from './watch.ts';

export type Light = WatchState['light'];

/** What the strip shows: so many slots, the last of which ends now. */
export const SLOTS = 60;
export const SLOT_MS = 5_000;

/** The light of each slot, oldest first; null: nobody looked yet. What was seen last in a slot counts. */
export function slotsOf(past: readonly Pick<Seen, 'got' | 'light'>[], now: number): (Light | null)[] {
  return Array.from({ length: SLOTS }, (_, index) => {
    const end = now - (SLOTS - 1 - index) * SLOT_MS;
    return past.findLast(({ got }) => got <= end)?.light ?? null;
  });
}

/** Where the light changed, newest first. */
export const changesOf = (past: readonly Seen[]): Seen[] =>
  past.filter((state, index) => state.light !== past[index - 1]?.light).reverse();

/** How long each light shone within the slots; those that did not are left out. */
export function sharesOf(slots: readonly (Light | null)[]): { readonly light: Light; readonly ms: number }[] {
  const lights: readonly Light[] = ['open', 'closed', 'unknown', 'asking'];
  return lights
    .map((light) => ({ light, ms: slots.filter((slot) => slot === light).length * SLOT_MS }))
    .filter(({ ms }) => ms > 0);
}

/** `14 s`, `2 min 5 s`, `5 min`. */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return [minutes > 0 && `${minutes} min`, (rest > 0 || minutes === 0) && `${rest} s`].filter(Boolean).join(' ');
}
