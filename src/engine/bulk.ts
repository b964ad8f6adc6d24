import type { Milliseconds } from '../base/index.ts';
import type { ServerFacts } from '../plan/index.ts';

/**
 * Whether cold packets for many ports are ordered with one request (docs/protocol.md): as long as the token lasts, and
 * as the control probes, which are ordered in the same way, arrive.
 */
export class Bulk {
  #pass: ServerFacts['pass'];

  constructor(pass: ServerFacts['pass']) {
    this.#pass = pass;
  }

  /** To be shown with the request; null: each port is asked for by RESPONSE-PORT. */
  token(now: Milliseconds): string | null {
    return this.#pass && now < this.#pass.until ? this.#pass.token : null;
  }

  /** The server knows the token no longer, or something on the way does not let such requests pass. */
  giveUp(): void {
    this.#pass = null;
  }
}
