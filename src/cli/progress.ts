import type { RunEvent } from '../app/index.ts';
import type { Milliseconds } from '../base/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import { CLEAR_LINE, DEFAULT_COLUMNS } from './display.ts';
import { TEXTS } from './say.ts';
import type { Language, Stream } from './types.ts';

/** Quick enough to live, slow enough not to cost anything. */
const REDRAW: Milliseconds = 100;

/** The seconds go on when nothing else happens. */
const TICK: Milliseconds = 1_000;

type Phase =
  | 'servers'
  | 'router'
  | 'waiting'
  | 'ports'
  | 'stopping'
  | 'starting'
  | 'paused-by-router'
  | 'paused-by-outbound'
  | 'paused-by-server';

/** One line on a terminal, written over and over, gone in the end. */
export class Progress {
  readonly #stream: Stream;
  readonly #clock: Clock;
  readonly #language: Language;
  readonly #began: Milliseconds;
  #timer: Timer;
  #phase: Phase = 'servers';
  #waitingUntil: Milliseconds = 0;
  #total = 0;
  #finished = 0;
  #service = '';
  readonly #reached = new Set<number>();
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stream: Stream, clock: Clock, language: Language) {
    this.#stream = stream;
    this.#clock = clock;
    this.#language = language;
    this.#began = clock.now();
    this.#timer = this.#tick();
  }

  show(event: RunEvent): void {
    const now = this.#clock.now();
    this.#count(event, now);
    if (now - this.#drawnAt >= REDRAW) this.#draw(now);
  }

  /** Makes room for a sentence; the next event draws it again. */
  wipe(): void {
    this.#stream.write(CLEAR_LINE);
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  /** The end: nothing is drawn afterwards. */
  clear(): void {
    this.#timer.cancel();
    this.#stream.write(CLEAR_LINE);
  }

  #tick(): Timer {
    return this.#clock.at(this.#clock.now() + TICK, () => {
      this.#draw(this.#clock.now());
      this.#timer = this.#tick();
    });
  }

  #count(event: RunEvent, now: Milliseconds): void {
    if (event.kind === 'waiting') this.#wait('waiting', now + event.for);
    else if (event.kind === 'gateway') this.#meet(event.gateway);
    else if (event.kind === 'service') this.#serve(event.step);
    else if (event.kind === 'planned') {
      this.#phase = 'ports';
      this.#total += event.plan.slices.flat().length;
    } else if (event.kind === 'extended') {
      this.#total += event.slices.flat().length;
    } else if (event.kind === 'observed') this.#observe(event.observation);
  }

  #observe(observation: Extract<RunEvent, { kind: 'observed' }>['observation']): void {
    if (observation.kind === 'paused') this.#wait(`paused-by-${observation.by}`, observation.until);
    if (observation.kind === 'resumed') this.#phase = 'ports';
    if (observation.kind === 'finished' || observation.kind === 'not-listening') this.#finished++;
    // Where the cold question cannot be asked, the warm one tells.
    const inbound = observation.kind === 'answered' && ['cold', 'warm'].includes(observation.question);
    if (inbound) this.#reached.add(observation.port);
  }

  #serve({ step, service }: Extract<RunEvent, { kind: 'service' }>['step']): void {
    if (step !== 'stopping' && step !== 'starting') return;
    this.#phase = step;
    this.#service = service;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  #meet(gateway: string | null): void {
    if (gateway !== null && this.#phase === 'servers') this.#phase = 'router';
  }

  #wait(phase: Phase, until: Milliseconds): void {
    this.#phase = phase;
    this.#waitingUntil = until;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  #draw(now: Milliseconds): void {
    this.#drawnAt = now;
    const amount = (value: number) => TEXTS.amount(this.#language, value);
    const text = TEXTS.one(this.#language, `progress.${this.#phase}`, {
      seconds: amount(Math.max(0, Math.ceil((this.#waitingUntil - now) / 1_000))),
      finished: amount(this.#finished),
      total: amount(this.#total),
      // A port is reached before it is finished.
      reached: amount(Math.min(this.#reached.size, this.#finished)),
      service: this.#service,
      passed: amount(Math.floor((now - this.#began) / 1_000)),
    });
    const room = (this.#stream.columns ?? DEFAULT_COLUMNS) - 1;
    this.#stream.write(`${CLEAR_LINE}${text.length > room ? `${text.slice(0, room - 1)}…` : text}`);
  }
}
