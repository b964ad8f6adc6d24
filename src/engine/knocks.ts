import { familyOf, formatEndpoint, isAnyAddress, type Milliseconds } from '../base/index.ts';
import type { CallPlan } from '../plan/index.ts';
import type { Knock } from '../system/index.ts';
import type { Outbox } from './outbox.ts';
import type { CallObservation } from './types.ts';

/** Calls that come as far as an interface of this machine: they explain why none arrived (docs/decisions/0008). */
export class Knocks {
  readonly #plan: CallPlan;
  readonly #outbox: Outbox<CallObservation>;
  #isWatching = false;
  readonly #told = new Set<string>();

  constructor(plan: CallPlan, outbox: Outbox<CallObservation>) {
    this.#plan = plan;
    this.#outbox = outbox;
  }

  /** A call did not arrive at once. */
  watch(): void {
    const { caller } = this.#plan;
    if (this.#isWatching || caller === null) return;
    this.#isWatching = true;
    const family = familyOf(caller.address) ?? 'ipv4';
    this.#outbox.push({ kind: 'watch', watched: { what: 'calls', family, peers: [caller.address] } });
  }

  /** Counts only for ports that are called now, at an address at which they listen. */
  heard({ kind, peer, own }: Knock, isCalled: (port: number) => boolean, at: Milliseconds): void {
    const { bindAddress, caller } = this.#plan;
    const isHeard = isAnyAddress(bindAddress) || bindAddress === own.address;
    const key = `${kind} ${own.port} ${formatEndpoint(peer)}`;
    if (!isHeard || !isCalled(own.port) || peer.address !== caller?.address || this.#told.has(key)) return;
    this.#told.add(key);
    const isAnswered = kind === 'answered';
    this.#outbox.observed({ kind: 'call-knocked', at, port: own.port, from: peer, isAnswered });
  }
}
