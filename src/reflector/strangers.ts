import { isIpv4, prefixOf } from '../base/index.ts';
import { Budgets, perSecond } from './budgets.ts';

/** How often those are answered who have not shown that they receive at their address: at once, and per second. */
export interface Pace {
  readonly atOnce: number;
  readonly perSecond: number;
}

/**
 * An RFC 5780 client asks some ten times and a phone once in half a minute; an IPv4 address or an IPv6 /64 may be an
 * office of hundreds of them, an IPv4 /24 the public side of a provider's NAT, an IPv6 /48 a company.
 */
export const ANSWERS: Readonly<Record<Reach, Pace>> = {
  host: { atOnce: 50, perSecond: 20 },
  network: { atOnce: 500, perSecond: 200 },
};
/** "Too much" is said to a host as often, and else nothing. */
export const REFUSALS: Readonly<Record<Reach, Pace>> = {
  host: { atOnce: 1, perSecond: 1 },
  network: { atOnce: 10, perSecond: 10 },
};

type Reach = 'host' | 'network';

/** What a source address counts for. A single host has all of an IPv6 /64 to choose its addresses from. */
const prefixesOf = (address: string): Readonly<Record<Reach, string>> =>
  isIpv4(address)
    ? { host: address, network: address.slice(0, address.lastIndexOf('.')) }
    : { host: prefixOf(address, 64), network: prefixOf(address, 48) };

/** Source addresses can be forged: what a whole network may be made to receive is bounded, too. */
class PrefixBudgets {
  readonly #host: Budgets;
  readonly #network: Budgets;

  constructor({ host, network }: Readonly<Record<Reach, Pace>>) {
    this.#host = new Budgets(perSecond(host.atOnce, host.perSecond));
    this.#network = new Budgets(perSecond(network.atOnce, network.perSecond));
  }

  get size(): number {
    return this.#host.size + this.#network.size;
  }

  /** The host first: one that asks without end takes no more from its network than it is given itself. */
  take(address: string, now: number): boolean {
    const { host, network } = prefixesOf(address);
    return this.#host.take(host, 1, now) > 0 && this.#network.take(network, 1, now) > 0;
  }
}

/** Who has asked how often. Of a fixed size, whatever comes. */
export class Strangers {
  readonly #answers = new PrefixBudgets(ANSWERS);
  readonly #refusals = new PrefixBudgets(REFUSALS);

  /** Accounts that are kept now. */
  get size(): number {
    return this.#answers.size + this.#refusals.size;
  }

  /** What the next request from there gets. `now`: seconds, of a clock that does not go back. */
  ask(address: string, now: number): 'answer' | 'refusal' | 'nothing' {
    if (this.#answers.take(address, now)) return 'answer';
    return this.#refusals.take(address, now) ? 'refusal' : 'nothing';
  }
}
