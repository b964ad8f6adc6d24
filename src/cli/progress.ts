import type { RunEvent } from '../app/index.ts';
import type { Milliseconds } from '../base/index.ts';
import type { Clock } from '../system/index.ts';
import { TEXTS } from './say.ts';
import type { Language, Stream } from './types.ts';

/** Quick enough to live, slow enough not to cost anything. */
const REDRAW: Milliseconds = 100;

const CLEAR_LINE = '\r\u001b[2K';

/** One line on a terminal, written over and over, gone in the end. */
export class Progress {
  readonly #stream: Stream;
  readonly #clock: Clock;
  readonly #language: Language;
  readonly #began: Milliseconds;
  #state: { readonly key: string; readonly facts: Readonly<Record<string, string | number>> } = {
    key: 'servers',
    facts: {},
  };
  #total = 0;
  #finished = 0;
  #letIn = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stream: Stream, clock: Clock, language: Language) {
    this.#stream = stream;
    this.#clock = clock;
    this.#language = language;
    this.#began = clock.now();
  }

  show(event: RunEvent): void {
    this.#count(event);
    const now = this.#clock.now();
    if (now - this.#drawnAt < REDRAW) return;
    this.#drawnAt = now;
    this.#draw(now);
  }

  clear(): void {
    this.#stream.write(CLEAR_LINE);
  }

  #count(event: RunEvent): void {
    if (event.kind === 'waiting') {
      this.#state = { key: 'waiting', facts: { seconds: Math.ceil(event.for / 1000) } };
      this.#drawnAt = Number.NEGATIVE_INFINITY;
    } else if (event.kind === 'planned') {
      this.#total = event.plan.slices.flat().length;
      this.#state = { key: 'ports', facts: {} };
    } else if (event.kind === 'observed') {
      const { observation } = event;
      if (observation.kind === 'finished' || observation.kind === 'not-listening') this.#finished++;
      if (observation.kind === 'answered' && observation.question === 'cold') this.#letIn++;
    }
  }

  #draw(now: Milliseconds): void {
    const amount = (value: number) => TEXTS.amount(this.#language, value);
    const text = TEXTS.one(this.#language, `progress.${this.#state.key}`, {
      ...this.#state.facts,
      finished: amount(this.#finished),
      total: amount(this.#total),
      letIn: amount(this.#letIn),
      passed: amount(Math.floor((now - this.#began) / 1000)),
    });
    const room = (this.#stream.columns ?? 80) - 1;
    this.#stream.write(`${CLEAR_LINE}${text.length > room ? `${text.slice(0, room - 1)}…` : text}`);
  }
}
