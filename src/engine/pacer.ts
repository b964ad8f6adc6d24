import type { Milliseconds } from '../base/index.ts';
import type { Rate } from '../plan/index.ts';

/** Says when the next packet may leave. */
export interface Pacer {
  /** Whether one may leave now; if so, it is counted. */
  take(now: Milliseconds): boolean;
  /** Counts a packet that leaves in any case. */
  spend(now: Milliseconds): void;
  /** When to ask again after a `false`. */
  readonly again: Milliseconds;
  /** A probe is due whose answer tells that all before it have arrived. */
  probeDue(): boolean;
  probeSent(now: Milliseconds): Token;
  probeAnswered(token: Token): void;
}

/** Stands for "everything that was sent before this probe". */
export interface Token {
  readonly upTo: number;
  readonly sentAt: Milliseconds;
}

export const makePacer = (rate: Rate): Pacer =>
  rate.kind === 'max' ? new WindowPacer() : new RatePacer(rate.packetsPerSecond);

/** A timer may be late; what was missed is made up for, up to this much time's worth. */
const CATCH_UP: Milliseconds = 30;

/**
 * Waiting for each single packet would cost more than sending it; naps of 4 ms cost a fifth more processor time than
 * these, and longer ones save next to nothing.
 */
const NAP: Milliseconds = 10;

/** Where each packet counts, the first one waits: what asked the server before may have done so a moment ago. */
const SETTLE: Milliseconds = 100;

/** A token bucket. */
class RatePacer implements Pacer {
  readonly #perMillisecond: number;
  readonly #most: number;
  #tokens: number;
  #filledAt: Milliseconds | null = null;
  again: Milliseconds = 0;

  constructor(packetsPerSecond: number) {
    this.#perMillisecond = packetsPerSecond / 1000;
    this.#most = Math.max(1, this.#perMillisecond * CATCH_UP);
    this.#tokens = this.#most > 1 ? this.#most : Math.max(0, 1 - this.#perMillisecond * SETTLE);
  }

  take(now: Milliseconds): boolean {
    this.#fill(now);
    if (this.#tokens < 1) {
      this.again = now + Math.max(NAP, (1 - this.#tokens) / this.#perMillisecond);
      return false;
    }
    this.#tokens--;
    return true;
  }

  spend(now: Milliseconds): void {
    this.#fill(now);
    this.#tokens--;
  }

  #fill(now: Milliseconds): void {
    const passed = now - (this.#filledAt ?? now);
    this.#filledAt = now;
    this.#tokens = Math.min(this.#most, this.#tokens + passed * this.#perMillisecond);
  }

  probeDue(): boolean {
    return false;
  }

  probeSent(now: Milliseconds): Token {
    return { upTo: 0, sentAt: now };
  }

  probeAnswered(): void {
    // A rate asks nobody.
  }
}

/** Fewer small datagrams than the default socket buffer of 212,992 bytes holds (about 277). */
const WINDOW = 224;
const PROBE_EVERY = 32;
/** A probe that was lost must not stop the run. */
const PROBE_TIMEOUT: Milliseconds = 100;

/** At most WINDOW packets on the way that no later probe's answer has accounted for. */
class WindowPacer implements Pacer {
  #sent = 0;
  #arrived = 0;
  #probedAt = 0;
  #probes: Token[] = [];
  again: Milliseconds = 0;

  take(now: Milliseconds): boolean {
    if (this.#sent - this.#arrived < WINDOW) {
      this.#sent++;
      return true;
    }
    const oldest = this.#probes[0];
    if (oldest && now >= oldest.sentAt + PROBE_TIMEOUT) {
      this.probeAnswered(oldest);
      return this.take(now);
    }
    this.again = oldest ? oldest.sentAt + PROBE_TIMEOUT : now + PROBE_TIMEOUT;
    return false;
  }

  spend(): void {
    this.#sent++;
  }

  probeDue(): boolean {
    return this.#sent - this.#probedAt >= PROBE_EVERY;
  }

  probeSent(now: Milliseconds): Token {
    const token = { upTo: this.#sent, sentAt: now };
    this.#probedAt = this.#sent;
    this.#probes.push(token);
    return token;
  }

  probeAnswered(token: Token): void {
    this.#arrived = Math.max(this.#arrived, token.upTo);
    this.#probes = this.#probes.filter(({ upTo }) => upTo > token.upTo);
  }
}
