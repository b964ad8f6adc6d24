import type { Milliseconds } from '../base/index.ts';
import type { Rate } from '../plan/index.ts';
import { makePacer, type Pacer } from './pacer.ts';

/**
 * Packets to ports per second, after each time that a router or a server has shown the pace to be too much for it: far
 * below what flood protections ship with (docs/decisions/0009), the last one below 20 new flows per second.
 */
const SLOWER: readonly number[] = [200, 50, 12];

/** Below the ten per second of RFC 5780 section 5: control probes count there, too. */
const POLITE = 5;

/** What the ports may send; control probes, of flows that the router knows, keep the usual pace. */
export class Throttle {
  readonly #usual: Pacer;
  /** Packets per second. */
  readonly #usualPace: number;
  #slow: Pacer | null = null;
  #slowPace = Number.POSITIVE_INFINITY;
  #steps = 0;

  /** `rate`: that of the pacer. */
  constructor(usual: Pacer, rate: Rate) {
    this.#usual = usual;
    this.#usualPace = rate.kind === 'max' ? Number.POSITIVE_INFINITY : rate.packetsPerSecond;
  }

  /** How many times as long as usual the ports take, if they take all that they may; 1: no longer. */
  get slowness(): number {
    return this.#slow ? Math.max(1, this.#usualPace / this.#slowPace) : 1;
  }

  take(now: Milliseconds): boolean {
    return (this.#slow?.take(now) ?? true) && this.#usual.take(now);
  }

  /** When to ask again after a `false`. */
  get again(): Milliseconds {
    return Math.max(this.#slow?.again ?? 0, this.#usual.again);
  }

  slower(): void {
    this.#slowDown(SLOWER[Math.min(this.#steps++, SLOWER.length - 1)] ?? 1);
  }

  /** As slow as a server of strangers likes it, and some. */
  polite(): void {
    this.#slowDown(POLITE);
  }

  #slowDown(packetsPerSecond: number): void {
    this.#slowPace = packetsPerSecond;
    this.#slow = makePacer({ kind: 'paced', packetsPerSecond });
  }
}
