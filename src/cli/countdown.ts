import type { Milliseconds } from '../base/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import { CLEAR_LINE, DEFAULT_COLUMNS } from './display.ts';
import { TEXTS } from './say.ts';
import type { Language, Stream } from './types.ts';

const TICK: Milliseconds = 1_000;

/** One line on a terminal that says how many seconds are left at most; gone in the end. */
export class Countdown {
  readonly #stream: Stream;
  readonly #clock: Clock;
  readonly #language: Language;
  #timer: Timer | null = null;
  #until: Milliseconds = 0;

  constructor(stream: Stream, clock: Clock, language: Language) {
    this.#stream = stream;
    this.#clock = clock;
    this.#language = language;
  }

  start(duration: Milliseconds): void {
    this.#timer?.cancel();
    this.#until = this.#clock.now() + duration;
    this.#draw();
  }

  /** The end: nothing is drawn afterwards. */
  clear(): void {
    if (!this.#timer) return;
    this.#timer.cancel();
    this.#stream.write(CLEAR_LINE);
  }

  #draw(): void {
    const now = this.#clock.now();
    const seconds = TEXTS.amount(this.#language, Math.max(0, Math.ceil((this.#until - now) / 1_000)));
    const text = TEXTS.one(this.#language, 'progress.lifetime', { seconds });
    const room = (this.#stream.columns ?? DEFAULT_COLUMNS) - 1;
    this.#stream.write(`${CLEAR_LINE}${text.length > room ? `${text.slice(0, room - 1)}…` : text}`);
    this.#timer = this.#clock.at(now + TICK, () => this.#draw());
  }
}
