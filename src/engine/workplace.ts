import type { Milliseconds } from '../base/index.ts';
import type { SocketFailure } from '../system/index.ts';
import { HelperSockets, NO_PORT_LEFT } from './helpers.ts';
import { never, Outbox } from './outbox.ts';
import type { Input, Output } from './types.ts';

/** Where an engine works that asks from the two helper sockets: they are opened before all else, and closed at its end. */
export class Workplace<T> {
  readonly outbox = new Outbox<T>();
  readonly helpers: HelperSockets<T>;
  #state: 'new' | 'opening' | 'open' | 'closed' = 'new';

  /** `isChecked`: UDP ports that are not ours to take. */
  constructor(bindAddress: string, isChecked: (port: number) => boolean = () => false) {
    this.helpers = new HelperSockets(this.outbox, bindAddress, isChecked);
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Takes in what concerns sockets. Why one is not to be had, so that there is nothing to work from; null: all is well. */
  heed(input: Input): SocketFailure | null {
    if (input.kind === 'bound')
      return this.helpers.bound(input.socket, input.local) === 'given-up' ? NO_PORT_LEFT : null;
    if (input.kind !== 'bind-failed') return null;
    return this.helpers.failed(input.socket, input.failure) === 'given-up' ? input.failure : null;
  }

  /** `begin`: once, when both sockets are there; `goOn` does what can be done at this time, and tells when there will be more. */
  next(now: Milliseconds, begin: (now: Milliseconds) => void, goOn: (now: Milliseconds) => Milliseconds): Output<T> {
    const queued = this.outbox.shift();
    if (queued) return queued;
    this.#open(now, begin);
    const until = this.#state === 'open' ? goOn(now) : never;
    return this.outbox.shift() ?? (this.isClosed ? { kind: 'done' } : { kind: 'wait', until });
  }

  #open(now: Milliseconds, begin: (now: Milliseconds) => void): void {
    if (this.#state === 'new') {
      this.#state = 'opening';
      this.helpers.open();
    }
    if (this.#state !== 'opening' || !this.helpers.ready) return;
    this.#state = 'open';
    begin(now);
  }

  close(): void {
    if (this.isClosed) return;
    this.#state = 'closed';
    this.helpers.close();
  }
}
