import { familyOf, formatEndpoint, isAnyAddress, type Milliseconds } from '../base/index.ts';
import type { CallPlan } from '../plan/index.ts';
import type { Knock } from '../system/index.ts';
import type { Outbox } from './outbox.ts';
import type { CallObservation } from './types.ts';

/** Of others than who calls, such as phones of the LAN: whoever is hidden behind a router is among the first of them. */
const MOST_STRANGERS = 256;

/** Connections that come as far as an interface of this machine: they explain why no call arrived (docs/decisions/0008). */
export class Knocks {
  readonly #plan: CallPlan;
  readonly #outbox: Outbox<CallObservation>;
  #isWatching = false;
  readonly #told = new Set<string>();
  #strangers = 0;
  /** For which port, by who asked. */
  readonly #asked = new Map<string, number>();

  constructor(plan: CallPlan, outbox: Outbox<CallObservation>) {
    this.#plan = plan;
    this.#outbox = outbox;
  }

  /** A call did not arrive at once. */
  watch(): void {
    const { caller } = this.#plan;
    if (this.#isWatching || caller === null) return;
    this.#isWatching = true;
    this.#outbox.push({ kind: 'watch', watched: { what: 'calls', family: familyOf(caller.address) ?? 'ipv4' } });
  }

  /** Counts only for ports that are called now, at an address at which they listen. */
  heard(knock: Knock, isCalled: (port: number) => boolean, at: Milliseconds): void {
    if (knock.kind === 'passed-on') return this.#passedOn(knock, at);
    const { kind, peer, own } = knock;
    const { bindAddress } = this.#plan;
    const isHeard = isAnyAddress(bindAddress) || bindAddress === own.address;
    const from = formatEndpoint(peer);
    if (!isHeard || !isCalled(own.port) || !this.#isNew(`${kind} ${own.port} ${from}`, peer.address)) return;
    const isAnswered = kind === 'answered';
    if (!isAnswered) this.#asked.set(from, own.port);
    this.#outbox.observed({ kind: 'call-knocked', at, port: own.port, from: peer, isAnswered });
  }

  /** What had not come to a port before is on its way between others. */
  #passedOn({ peer, to }: Extract<Knock, { kind: 'passed-on' }>, at: Milliseconds): void {
    const from = formatEndpoint(peer);
    const port = this.#asked.get(from);
    if (port === undefined || !this.#isNew(`passed-on ${port} ${from}`, peer.address)) return;
    this.#outbox.observed({ kind: 'call-passed-on', at, port, from: peer, to });
  }

  #isNew(what: string, address: string): boolean {
    if (this.#told.has(what)) return false;
    if (address !== this.#plan.caller?.address && ++this.#strangers > MOST_STRANGERS) return false;
    this.#told.add(what);
    return true;
  }
}
