import type { Milliseconds } from '../../base/index.ts';
import type { Report } from '../../report/index.ts';

type Place = Pick<Report, 'servers' | 'bindAddress'>;

/** A router is seldom another one. */
const GOOD_FOR_MS = 10 * 60_000;

/**
 * Which router is in front of this machine: asked once for all who look at a page, however often, with whatever right.
 */
export class RouterHere {
  readonly #ask: (place: Place) => Promise<string>;
  readonly #now: () => Milliseconds;
  readonly #known = new Map<string, { readonly router: Promise<string>; readonly until: Milliseconds }>();

  constructor(ask: (place: Place) => Promise<string>, now: () => Milliseconds) {
    this.#ask = ask;
    this.#now = now;
  }

  /** By the address that a check went out from: that decides which router it meets. */
  before(place: Place): Promise<string> {
    const from = place.bindAddress ?? '';
    const known = this.#known.get(from);
    if (known && this.#now() < known.until) return known.router;
    const router = this.#ask(place);
    this.#known.set(from, { router, until: this.#now() + GOOD_FOR_MS });
    // What failed is no answer.
    router.catch(() => this.#known.delete(from));
    return router;
  }
}
