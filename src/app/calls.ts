import type { Milliseconds } from '../base/index.ts';
import { type CallAction, type CallEnd, CallTable } from '../reflector/index.ts';
import { type Called, callBytes } from '../stun/index.ts';
import type { CallOutcome, Clock, System, Timer } from '../system/index.ts';

/** Long enough for the SYNs that Linux sends after 0, 1 and 3 s, and for an answer to the last of them. */
const PATIENCE: Milliseconds = 5_000;

/** Between the table of calls and the sockets. */
export class Calls {
  readonly #tcp: System['tcp'];
  readonly #clock: Clock;
  readonly #table = new CallTable();
  readonly #underWay = new Set<Timer>();

  constructor({ tcp, clock }: Pick<System, 'tcp' | 'clock'>) {
    this.#tcp = tcp;
    this.#clock = clock;
  }

  /** Calls the ports that were not called yet, from that address, and says how all of them stand. */
  place({ to, call }: CallAction, from: string): Called {
    for (const port of this.#table.place(to.address, call, this.#now())) this.#call(from, to.address, call.id, port);
    return this.#table.states(to.address, call);
  }

  /** Nobody is told any more. */
  close(): void {
    for (const call of this.#underWay) call.cancel();
    this.#underWay.clear();
  }

  #call(from: string, address: string, id: Uint8Array, port: number): void {
    const timer = this.#tcp.call(from, { address, port }, callBytes(id, port), PATIENCE, (outcome) => {
      this.#underWay.delete(timer);
      this.#table.ended(address, id, port, endOf(outcome), this.#now());
    });
    this.#underWay.add(timer);
  }

  /** Seconds. */
  #now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

function endOf(outcome: CallOutcome): CallEnd {
  switch (outcome) {
    case 'connected':
    case 'refused':
    case 'unreachable':
    case 'timed-out':
      return outcome;
    case 'failed':
      return 'not-called';
    default:
      return outcome satisfies never;
  }
}
