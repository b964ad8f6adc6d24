import {
  type CheckRequest,
  type ExclusivePlan,
  type FinishedCheck,
  planExclusive,
  type RunningCheck,
  startCheck,
  writeRun,
} from '../../app/index.ts';
import { err, type Milliseconds, ok, type Result } from '../../base/index.ts';
import { type Report, readReport, renderJson } from '../../report/index.ts';
import type { OwnService, System, Timer } from '../../system/index.ts';
import type { AuditEntry, NewRun, RunSummary } from '../api/index.ts';
import type { Store } from '../store/index.ts';
import { Inside } from './inside.ts';
import { LiveRun } from './live-run.ts';
import { hindranceOf, type Refusal, requestOf } from './request.ts';
import { beginning, type Summary, summaryOf } from './summary.ts';

type By = Summary['by'];

export interface Started {
  readonly id: number;
  readonly joined: boolean;
}

/** What is told when a run is over, to whoever wants to know; what goes wrong there is not the run's. */
export type WhenOver = (run: RunSummary, report: Report) => Promise<void>;

interface Active {
  readonly id: number;
  readonly live: LiveRun;
  readonly running: RunningCheck;
}

export interface ManagerOptions {
  readonly system: System;
  readonly store: Store;
  readonly version: string;
  /** What exclusive mode stops and starts by commands of the user's own; null: the services of the system. */
  readonly services: readonly OwnService[] | null;
  readonly whenOver?: WhenOver;
}

const DAY = 86_400_000;
/** What could not be stored is tried again so often. */
const KEEP_AGAIN: Milliseconds = 10_000;

/** One check at a time: whoever asks for another one joins it. */
export class RunManager {
  readonly #system: System;
  readonly #store: Store;
  readonly #version: string;
  readonly #services: readonly OwnService[] | null;
  readonly #whenOver: WhenOver;
  #starting: Promise<Result<Started, Refusal>> | null = null;
  #active: Active | null = null;
  /** Settles when the last run is stored with its packets, and was told of. */
  #over: Promise<void> = Promise.resolve();
  /** Of another kind than a run, but as exclusive: nothing may disturb its ports. */
  #other: { readonly stop: () => Promise<void> } | null = null;
  /** Of those that wait for room to be stored. */
  readonly #wakes = new Set<() => void>();
  #isClosed = false;
  readonly inside: Inside;

  constructor({ system, store, version, services, whenOver = async () => undefined }: ManagerOptions) {
    this.#system = system;
    this.inside = new Inside(system);
    this.#store = store;
    this.#version = version;
    this.#services = services;
    this.#whenOver = whenOver;
  }

  /** Before the first run: those that were cut off are marked. */
  open(): Promise<readonly number[]> {
    return this.#store.markInterrupted();
  }

  /** Cancels what runs, and waits until it is stored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#wakes) wake();
    await this.#other?.stop();
    await this.#starting?.catch(() => undefined);
    this.#active?.running.cancel();
    await this.#over;
  }

  get runningId(): number | null {
    return this.#active?.id ?? null;
  }

  get isBusy(): boolean {
    return this.#active !== null || this.#starting !== null;
  }

  async start(wish: NewRun, by: By): Promise<Result<Started, Refusal>> {
    if (this.#active) return ok({ id: this.#active.id, joined: true });
    if (this.#starting !== null) {
      const first = await this.#starting;
      return first.kind === 'ok' ? ok({ ...first.value, joined: true }) : this.start(wish, by);
    }
    if (this.#isClosed) return err({ status: 409, code: 'cannot-run', facts: { why: 'closing' } });
    this.#starting = this.#begin(wish, by);
    try {
      return await this.#starting;
    } finally {
      this.#starting = null;
    }
  }

  /** In the audit log, as done by the console itself. */
  note(what: string, facts: AuditEntry['facts']): Promise<void> {
    return this.#store.note({ at: this.#system.clock.date().toISOString(), by: 'console', what, facts, address: null });
  }

  /** false: it does not run. */
  cancel(id: number): boolean {
    if (this.#active?.id !== id) return false;
    this.#active.running.cancel();
    return true;
  }

  /** null: it does not run. */
  live(id: number): LiveRun | null {
    return this.#active?.id === id ? this.#active.live : null;
  }

  /** Settles when nothing runs any more. */
  async idle(): Promise<void> {
    await this.#starting;
    await this.#over;
  }

  /** Something that must not run beside a check; a check that comes ends it. null: a check runs. */
  reserve(stop: () => Promise<void>): (() => void) | null {
    if (this.isBusy || this.#other || this.#isClosed) return null;
    const other = { stop };
    this.#other = other;
    return () => {
      if (this.#other === other) this.#other = null;
    };
  }

  /** What such a run would ask; sends nothing but questions to resolvers. */
  async request(wish: NewRun): Promise<Result<CheckRequest, Refusal>> {
    const [settings, failed] = [await this.#store.settings(), await this.#failedIn(wish)];
    return requestOf(wish, settings, failed, this.#system);
  }

  /** Stops nothing. */
  async plan(request: CheckRequest): Promise<Result<ExclusivePlan | null, Refusal>> {
    if (request.mode !== 'exclusive') return ok(null);
    const planned = await planExclusive(this.#system, request, this.#services);
    if (planned.kind === 'ok') return planned;
    const { kind } = planned.error;
    const service = 'service' in planned.error ? { service: planned.error.service ?? '' } : {};
    return err({ status: 409, code: 'cannot-run', facts: { why: `exclusive-${kind}`, ...service } });
  }

  #failedIn({ scope }: NewRun): Promise<Report | null> | null {
    return scope.kind === 'failed' ? this.report(scope.run) : null;
  }

  /** Of a finished run; null: there is none. */
  async report(id: number): Promise<Report | null> {
    const stored = await this.#store.run(id);
    if (!stored?.report) return null;
    const read = await readReport(stored.report);
    return read.kind === 'ok' ? read.value : null;
  }

  async #begin(wish: NewRun, by: By): Promise<Result<Started, Refusal>> {
    const request = await this.request(wish);
    if (request.kind === 'error') return request;
    const hindrance = await hindranceOf(request.value, this.#system);
    if (hindrance) return err(hindrance);
    if (request.value.mode === 'exclusive' && !wish.mayStopServices)
      return err({ status: 409, code: 'stops-services', facts: {} });
    const exclusive = await this.plan(request.value);
    if (exclusive.kind === 'error') return exclusive;
    await this.#other?.stop();
    const reflector = await this.inside.hold(request.value.servers);
    if (reflector.kind === 'error') return reflector;
    const startedAt = this.#system.clock.date().toISOString();
    const id = await this.#store.beginRun(startedAt, beginning(by, wish.scope)).catch((error: unknown) => {
      reflector.value();
      throw error;
    });
    const live = new LiveRun(id, this.#system.clock);
    const running = startCheck(
      this.#system,
      request.value,
      this.#version,
      (event) => live.show(event),
      exclusive.value,
    );
    const over = this.#finish({ id, live, running, startedAt }, beginning(by, wish.scope), reflector.value);
    // The one before may still be telling of itself, or waiting for room on the disk.
    this.#over = Promise.all([this.#over, over]).then(() => undefined);
    this.#active = { id, live, running };
    return ok({ id, joined: false });
  }

  async #finish(
    { id, live, running, startedAt }: Active & { readonly startedAt: string },
    { by, scope }: Pick<Summary, 'by' | 'scope'>,
    release: () => void,
  ): Promise<void> {
    const finished = await running.finished.catch(() => null);
    release();
    const endedAt = this.#system.clock.date().toISOString();
    const summary = finished ? summaryOf(finished.report, by, scope) : beginning(by, scope);
    const keep = () =>
      this.#keep(id, endedAt, { summary, finished }).then(
        () => true,
        () => false,
      );
    let isKept = await keep();
    const state = finished ? ('finished' as const) : ('interrupted' as const);
    const run = { id, state, startedAt, endedAt, ...summary };
    this.#active = null;
    live.end(finished?.report ?? null, run);
    // A full disk, say: what was found out is not lost while there is somebody to make room.
    while (!isKept && !this.#isClosed) {
      await this.#pause(KEEP_AGAIN);
      isKept = await keep();
    }
    if (!finished || !isKept) return;
    // Nobody waits for the packets; without them the run is as good as any.
    await this.#store.keepRecord(id, writeRun(finished.events)).catch(() => undefined);
    await this.#whenOver(run, finished.report).catch(() => undefined);
    // Only now: what it is compared with may be the next one to be forgotten.
    await this.#prune(endedAt).catch(() => undefined);
  }

  /** Or until the console ends. */
  async #pause(time: Milliseconds): Promise<void> {
    const { clock } = this.#system;
    let timer: Timer | undefined;
    let wake: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.#wakes.add(wake);
      timer = clock.at(clock.now() + time, resolve);
    });
    timer?.cancel();
    this.#wakes.delete(wake);
  }

  async #keep(
    id: number,
    endedAt: string,
    { summary, finished }: { readonly summary: Summary; readonly finished: FinishedCheck | null },
  ): Promise<void> {
    if (!finished) {
      await this.#store.interruptRun(id, endedAt);
      return;
    }
    const { report } = finished;
    await this.#store.finishRun(id, { endedAt, summary, report: renderJson(report), record: null });
  }

  async #prune(endedAt: string): Promise<void> {
    const { retention } = (await this.#store.settings()).general;
    const oldest = retention.days === null ? null : new Date(Date.parse(endedAt) - retention.days * DAY).toISOString();
    await this.#store.prune(retention.runs, oldest);
  }
}
