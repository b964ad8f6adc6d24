import type { RunEvent } from '../../app/index.ts';
import type { Milliseconds } from '../../base/index.ts';
import type { Report } from '../../report/index.ts';
import type { Clock, Timer } from '../../system/index.ts';
import type { RunProgress, RunSummary } from '../api/index.ts';
import type { EventSink, ServerEvent } from '../handler.ts';
import { Progress } from './progress.ts';

/** At most one `delta` in this time. */
const BETWEEN: Milliseconds = 100;

/** Whoever was away for longer gets a snapshot, which is no larger. */
const MOST_KEPT = 300;

/** A run that goes on, for all who look at it. */
export class LiveRun {
  readonly #clock: Clock;
  readonly #progress: Progress;
  readonly #sinks = new Set<EventSink>();
  readonly #kept: (ServerEvent & { readonly id: number })[] = [];
  #lastId = 0;
  #sentAt: Milliseconds = Number.NEGATIVE_INFINITY;
  #timer: Timer | null = null;
  #isOver = false;

  constructor(id: number, clock: Clock) {
    this.#clock = clock;
    this.#progress = new Progress(id, clock.now());
    this.#progress.delta(clock.now());
  }

  snapshot(): RunProgress {
    return this.#progress.snapshot(this.#clock.now());
  }

  show(event: RunEvent): void {
    const now = this.#clock.now();
    this.#progress.apply(event, now);
    if (now - this.#sentAt >= BETWEEN) this.#tell();
    else this.#timer ??= this.#clock.at(this.#sentAt + BETWEEN, () => this.#tell());
  }

  /** Begins where the reader was, if that is known still; the end of it is told as such. How to stop listening. */
  open(sink: EventSink, lastEventId: string | null): () => void {
    const missed = this.#missedSince(lastEventId);
    // Whatever has not been told yet is in a snapshot, so nothing of it may come again as a change of others.
    if (missed === null) {
      this.#tell();
      sink.send({ id: this.#lastId, event: 'snapshot', data: this.snapshot() });
    } else for (const event of missed) sink.send(event);
    if (this.#isOver) {
      sink.end();
      return () => undefined;
    }
    this.#sinks.add(sink);
    return () => this.#sinks.delete(sink);
  }

  end(report: Report | null, summary: RunSummary): void {
    this.#progress.conclude(report);
    this.#tell();
    this.#publish('end', summary);
    this.#isOver = true;
    for (const sink of this.#sinks) sink.end();
    this.#sinks.clear();
  }

  /** null: too long ago, or never. */
  #missedSince(lastEventId: string | null): readonly ServerEvent[] | null {
    const id = lastEventId !== null && /^\d{1,9}$/.test(lastEventId) ? Number(lastEventId) : null;
    const oldest = this.#kept[0]?.id ?? this.#lastId + 1;
    if (id === null || id > this.#lastId || id < oldest - 1) return null;
    return this.#kept.filter((event) => event.id > id);
  }

  #tell(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const now = this.#clock.now();
    const delta = this.#progress.delta(now);
    if (!delta) return;
    this.#sentAt = now;
    this.#publish('delta', delta);
  }

  #publish(event: string, data: unknown): void {
    const next = { id: ++this.#lastId, event, data };
    this.#kept.push(next);
    if (this.#kept.length > MOST_KEPT) this.#kept.shift();
    for (const sink of this.#sinks) sink.send(next);
  }
}
