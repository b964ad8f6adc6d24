import type { Endpoint } from '../base/index.ts';
import type { SocketFailure } from '../system/index.ts';
import type { Outbox } from './outbox.ts';
import type { SocketKey } from './types.ts';

/** How many ports of the system's choice are looked at, before one is chosen that is not to be checked. */
const MOST_OFFERS = 16;

/** The system chooses. */
const ANY = 0;

/** Every port that could be had is to be checked. */
export const NO_PORT_LEFT: SocketFailure = { kind: 'in-use', code: 'EADDRINUSE' };

/**
 * Two sockets that are not checked: `control` asks, `listener` has spoken to the alternate roles and so hears
 * them on any router. The system may hand out a port that is to be checked; then another one is taken.
 */
export class HelperSockets<T> {
  readonly #outbox: Outbox<T>;
  readonly #bindAddress: string;
  readonly #isChecked: (port: number) => boolean;
  readonly #opened = new Map<SocketKey, 'control' | 'listener'>();
  readonly #bound = new Map<'control' | 'listener', { readonly key: SocketKey; readonly port: number }>();
  #lastKey: SocketKey;
  #offered = 0;
  #candidate = 65_536;

  /** Keys count down from `firstKey`, which is negative. */
  constructor(outbox: Outbox<T>, bindAddress: string, isChecked: (port: number) => boolean, firstKey: SocketKey = -1) {
    this.#outbox = outbox;
    this.#bindAddress = bindAddress;
    this.#isChecked = isChecked;
    this.#lastKey = firstKey + 1;
  }

  open(): void {
    this.#open('control');
    this.#open('listener');
  }

  owns(socket: SocketKey): boolean {
    return this.#opened.has(socket);
  }

  /** `given-up`: all ports that could be had are to be checked. */
  bound(socket: SocketKey, local: Endpoint): 'fine' | 'given-up' {
    const purpose = this.#opened.get(socket);
    if (!purpose) return 'fine';
    if (!this.#isChecked(local.port)) {
      this.#bound.set(purpose, { key: socket, port: local.port });
      return 'fine';
    }
    const other = this.#offered++ < MOST_OFFERS ? ANY : this.#unchecked();
    if (other === null) return 'given-up';
    // The new one is opened first: else the system might hand out the same port again.
    this.#open(purpose, other);
    this.#close(socket);
    return 'fine';
  }

  get ready(): boolean {
    return this.#bound.size === 2;
  }

  key(purpose: 'control' | 'listener'): SocketKey {
    return this.#get(purpose).key;
  }

  /** The port on which it listens. */
  port(purpose: 'control' | 'listener'): number {
    return this.#get(purpose).port;
  }

  is(purpose: 'control' | 'listener', socket: SocketKey): boolean {
    return this.#bound.get(purpose)?.key === socket;
  }

  close(): void {
    for (const socket of [...this.#opened.keys()]) this.#close(socket);
    this.#bound.clear();
  }

  #get(purpose: 'control' | 'listener'): { readonly key: SocketKey; readonly port: number } {
    const bound = this.#bound.get(purpose);
    if (!bound) throw new Error(`the ${purpose} socket is not open`);
    return bound;
  }

  /** One that could not be opened. Where we chose the port, another one may do. */
  failed(socket: SocketKey, failure: SocketFailure): 'fine' | 'given-up' {
    const purpose = this.#opened.get(socket);
    this.#opened.delete(socket);
    const port = failure.kind === 'in-use' && this.#offered >= MOST_OFFERS ? this.#unchecked() : null;
    if (!purpose || port === null) return 'given-up';
    this.#open(purpose, port);
    return 'fine';
  }

  #open(purpose: 'control' | 'listener', port = ANY): void {
    this.#lastKey -= 1;
    this.#opened.set(this.#lastKey, purpose);
    this.#outbox.push({ kind: 'open', socket: this.#lastKey, local: { address: this.#bindAddress, port } });
  }

  /** The next port, from the top, that is not to be checked; null: there is none. */
  #unchecked(): number | null {
    while (this.#candidate > 1024) {
      this.#candidate--;
      if (!this.#isChecked(this.#candidate)) return this.#candidate;
    }
    return null;
  }

  #close(socket: SocketKey): void {
    this.#opened.delete(socket);
    this.#outbox.push({ kind: 'close', socket });
  }
}
