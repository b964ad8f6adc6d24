import type { Endpoint } from '../base/index.ts';
import type { Outbox } from './outbox.ts';
import type { SocketKey } from './types.ts';

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

  /** Whether the socket serves; otherwise another was opened in its place. */
  bound(socket: SocketKey, local: Endpoint): void {
    const purpose = this.#opened.get(socket);
    if (!purpose) return;
    if (!this.#isChecked(local.port)) {
      this.#bound.set(purpose, { key: socket, port: local.port });
      return;
    }
    // The new one is opened first: else the system might hand out the same port again.
    this.#open(purpose);
    this.#close(socket);
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

  #open(purpose: 'control' | 'listener'): void {
    this.#lastKey -= 1;
    this.#opened.set(this.#lastKey, purpose);
    this.#outbox.push({ kind: 'open', socket: this.#lastKey, local: { address: this.#bindAddress, port: 0 } });
  }

  #close(socket: SocketKey): void {
    this.#opened.delete(socket);
    this.#outbox.push({ kind: 'close', socket });
  }
}
