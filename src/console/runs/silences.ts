import type { Milliseconds } from '../../base/index.ts';

/**
 * Which silences count as a no: those that ended before control probes to all roles were sent which were answered
 * (docs/decisions/0001). Of one server; what it says is for the eye only, the report decides.
 */
export class Silences {
  readonly #roles: Map<string, Milliseconds>;
  #open: { readonly index: number; readonly at: Milliseconds }[] = [];
  #backed: number[] = [];

  constructor(roles: readonly string[]) {
    this.#roles = new Map(roles.map((role) => [role, Number.NEGATIVE_INFINITY]));
  }

  add(index: number, at: Milliseconds): void {
    this.#open.push({ index, at });
  }

  /** The cells that are closed now, as far as can be told. */
  answered(role: string, sentAt: Milliseconds): readonly number[] {
    if (!this.#roles.has(role)) return [];
    this.#roles.set(role, Math.max(sentAt, this.#roles.get(role) ?? sentAt));
    if (this.#open.length === 0) return [];
    const until = Math.min(...this.#roles.values());
    const backed = this.#open.filter(({ at }) => at < until).map(({ index }) => index);
    if (backed.length === 0) return [];
    this.#open = this.#open.filter(({ at }) => at >= until);
    this.#backed.push(...backed);
    return backed;
  }

  /** What was believed is not any more; the cells that were. */
  withdraw(): readonly number[] {
    const withdrawn = this.#backed;
    this.#backed = [];
    return withdrawn;
  }
}
