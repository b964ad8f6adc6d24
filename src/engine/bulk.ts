import { type Milliseconds, TOKEN_LASTS } from '../base/index.ts';
import type { Pass } from '../plan/index.ts';

/** A new one is asked for when no more than this is left. */
const RENEWED_BEFORE: Milliseconds = TOKEN_LASTS / 2;

/** What the server has given to be shown with each request (docs/protocol.md), and how cold packets are ordered. */
export class Bulk {
  #pass: Pass | null;
  #isDoubtful = false;
  #ordersInBulk = true;

  constructor(pass: Pass | null) {
    this.#pass = pass;
  }

  /** To be shown with every request, so that it is answered however many there are; null: there is none. */
  token(now: Milliseconds): string | null {
    return this.#pass && now < this.#pass.until ? this.#pass.token : null;
  }

  /**
   * To order cold packets for many ports with one request, as long as the control probes, which are ordered in the same
   * way, arrive; null: each port is asked for by RESPONSE-PORT.
   */
  order(now: Milliseconds): string | null {
    return this.#ordersInBulk ? this.token(now) : null;
  }

  /** The server knows the token no longer, or something on the way does not let such orders pass. */
  giveUp(): void {
    this.#ordersInBulk = false;
    this.#isDoubtful = true;
  }

  /** The server has answered with an error: it may have been started anew since it gave the token. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  /** Whether the next control probe is to ask for a new token; never of a server that did not give one. */
  wantsNew(now: Milliseconds): boolean {
    return this.#pass !== null && (this.#isDoubtful || now >= this.#pass.until - RENEWED_BEFORE);
  }

  /** `sentAt`: when it was asked for. */
  renew(token: string, sentAt: Milliseconds): void {
    this.#pass = { token, until: sentAt + TOKEN_LASTS };
    this.#isDoubtful = false;
  }
}
