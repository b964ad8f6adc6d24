/** Accounts that are kept; of more than these, the one that was opened first is forgotten. */
export const MOST_COUNTED = 4_096;

interface Account {
  /** Seconds, of the clock of the one who asks: when it began, or was last filled up. */
  readonly since: number;
  readonly left: number;
}

/** How much there is to begin with, and how it becomes more. `now`: seconds. */
export interface Allowance {
  readonly full: number;
  readonly refilled: (account: Account, now: number) => Account;
}

/** So much within so many seconds, which begin with the first of it. */
export const perPeriod = (full: number, seconds: number): Allowance => ({
  full,
  refilled: (account, now) => (now >= account.since + seconds ? { since: now, left: full } : account),
});

/** A token bucket: so much at once, and so much more with every second. */
export const perSecond = (full: number, rate: number): Allowance => ({
  full,
  refilled: ({ since, left }, now) => ({ since: now, left: Math.min(full, left + (now - since) * rate) }),
});

/**
 * What each of many may still have: a fixed number of accounts, however many names come, and the same time for each
 * question. Who is forgotten begins anew with a full account.
 */
export class Budgets {
  readonly #allowance: Allowance;
  /** In the order of their opening. */
  readonly #accounts = new Map<string, Account>();
  /** Stands before the oldest one. Begun anew each time, it would walk over the places of all that were deleted. */
  readonly #oldest = this.#accounts.keys();

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Accounts that are kept now. */
  get size(): number {
    return this.#accounts.size;
  }

  /** So many of these may be had, whole ones, and are taken. `now`: seconds, of a clock that does not go back. */
  take(name: string, wanted: number, now: number): number {
    const known = this.#accounts.get(name);
    const { since, left } = known ? this.#allowance.refilled(known, now) : this.#open(now);
    const taken = Math.min(wanted, Math.floor(left));
    this.#accounts.set(name, { since, left: left - taken });
    return taken;
  }

  /** A new account takes the place of the oldest one. */
  #open(now: number): Account {
    if (this.#accounts.size >= MOST_COUNTED) this.#accounts.delete(this.#oldest.next().value ?? '');
    return { since: now, left: this.#allowance.full };
  }
}
