import { ANY_ROUTER, askWho, recogniseRouter } from '../../app/index.ts';
import type { Milliseconds } from '../../base/index.ts';
import type { Report } from '../../report/index.ts';
import type { System } from '../../system/index.ts';

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
  /** As it said last, however long ago. */
  readonly #said = new Map<string, string>();
  readonly #lookedFor = new Map<string, Milliseconds>();

  constructor(ask: (place: Place) => Promise<string>, now: () => Milliseconds) {
    this.#ask = ask;
    this.#now = now;
  }

  /** By the address that a check went out from: that decides which router it meets. */
  before(place: Place): Promise<string> {
    const from = fromOf(place);
    const known = this.#known.get(from);
    if (known && this.#now() < known.until) return known.router;
    const router = this.#ask(place);
    this.#known.set(from, { router, until: this.#now() + GOOD_FOR_MS });
    router.then(
      (id) => this.#said.set(from, id),
      // What failed is no answer.
      () => this.#known.delete(from),
    );
    return router;
  }

  /**
   * For a page that waits for nothing: what is known by now; null: nothing yet. It is asked in the background, where it
   * may be asked, and after a failure not sooner than after an answer.
   */
  look(place: Place, mayAsk: boolean): string | null {
    const from = fromOf(place);
    const last = this.#lookedFor.get(from) ?? Number.NEGATIVE_INFINITY;
    if (mayAsk && this.#now() - last >= GOOD_FOR_MS) {
      this.#lookedFor.set(from, this.#now());
      this.before(place).catch(() => undefined);
    }
    return this.#said.get(from) ?? null;
  }
}

const fromOf = ({ bindAddress = '' }: Place): string => bindAddress;

export const routerHere = (system: System): RouterHere =>
  new RouterHere(
    (place) => recognised(system, place),
    () => system.clock.now(),
  );

/** What says nothing of itself is any router. */
async function recognised(system: System, place: Place): Promise<string> {
  const who = await askWho(system, place).finished;
  return (who.kind === 'said' ? await recogniseRouter(who.said) : null)?.id ?? ANY_ROUTER;
}
