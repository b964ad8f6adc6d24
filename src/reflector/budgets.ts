/** Seconds. */
const HOUR = 3_600;

/** Connections that may be ordered by one address within an hour of the first of them. */
export const MOST_PER_HOUR = 1_024;

/** Addresses whose orders are counted; of more than these, the one that began first is forgotten. */
export const MOST_COUNTED = 4_096;

interface Budget {
  /** Seconds, of the clock of the one who asks. */
  readonly until: number;
  readonly left: number;
}

/** What each address may still order. Who is counted here has shown a token: a forged source takes no place. */
export class Budgets {
  /** In the order of their beginnings, and so of their ends. */
  readonly #budgets = new Map<string, Budget>();

  /** So many of these may be had, and are taken. `now`: seconds. */
  take(address: string, wanted: number, now: number): number {
    this.#forget(address, now);
    const { until, left } = this.#budgets.get(address) ?? { until: now + HOUR, left: MOST_PER_HOUR };
    const taken = Math.min(wanted, left);
    this.#budgets.set(address, { until, left: left - taken });
    return taken;
  }

  /** Those whose hour is over, and one more if a new address needs its place. */
  #forget(asker: string, now: number): void {
    const most = this.#budgets.has(asker) ? MOST_COUNTED : MOST_COUNTED - 1;
    for (const [address, { until }] of this.#budgets) {
      if (until > now && this.#budgets.size <= most) return;
      this.#budgets.delete(address);
    }
  }
}
