import { Cron } from 'croner';
import { PUBLIC_SAMPLE } from '../../app/index.ts';
import type { Milliseconds, Result } from '../../base/index.ts';
import type { System, Timer } from '../../system/index.ts';
import type { AuditEntry, NewRun, Settings } from '../api/index.ts';
import { storeProblemOf } from '../store/index.ts';
import type { RunManager, Started } from './manager.ts';
import type { Refusal } from './request.ts';

type Schedule = Settings['schedule'];

/** Often enough for a plan that knows minutes; whoever changes it waits no longer. */
const LOOK_EVERY: Milliseconds = 20_000;

/** What was missed for longer, since the machine slept, is not made up for. */
const LATE: Milliseconds = 10 * 60_000;

/** Between two quiet nights there are never more. */
const MOST_SKIPPED = 2_000;

/** Whether these are five fields of cron that ever come true. */
export function isCron(text: string): boolean {
  return text.trim().split(/\s+/).length === 5 && planOf(text)?.nextRun(new Date(0)) !== null && planOf(text) !== null;
}

function planOf(text: string): Cron | null {
  try {
    return new Cron(text, { paused: true });
  } catch {
    return null;
  }
}

/** The first moment after that one at which a check begins by itself; null: none does. */
export function nextStart({ isOn, cron, quiet }: Schedule, after: Date): Date | null {
  const plan = isOn ? planOf(cron) : null;
  let next = plan?.nextRun(after) ?? null;
  for (let skipped = 0; next !== null && isQuiet(quiet, next); skipped++)
    next = skipped < MOST_SKIPPED ? (plan?.nextRun(next) ?? null) : null;
  return next;
}

/** By the clock on the wall of this machine; over midnight where it ends before it begins. */
function isQuiet(quiet: Schedule['quiet'], at: Date): boolean {
  if (!quiet) return false;
  const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const [from, to, now] = [minuteOf(quiet.from), minuteOf(quiet.to), at.getHours() * 60 + at.getMinutes()];
  return from <= to ? now >= from && now < to : now >= from || now < to;
}

/** Nobody is there to be asked: beside the phone system, or a sample of its ports, unless more was allowed. */
export function unattended({ pbx, schedule }: Settings, isLivePossible: boolean): NewRun {
  const wish = { scope: { kind: 'all' }, noWait: false } as const;
  if (schedule.mayStopServices) return { ...wish, mayStopServices: true };
  const mode = pbx.mode === 'exclusive' ? 'auto' : pbx.mode;
  const isLive = isLivePossible && mode !== 'bind';
  return { ...wish, mode, mayStopServices: false, ...(isLive ? {} : { sample: PUBLIC_SAMPLE.usual }) };
}

/** What the audit log says of a check that was due, since nobody is there to read a refusal; null: it began. A page has words for each code. */
function whyNotBegun(started: Result<Started, Refusal>): AuditEntry['facts'] | null {
  if (started.kind === 'error') {
    const { code: reason, ...facts } = started.error.facts;
    return { ...facts, ...(reason !== undefined && { reason }), code: started.error.code };
  }
  return started.value.joined ? { code: 'run-in-progress', run: started.value.id } : null;
}

/** Begins checks by itself. */
export class Scheduler {
  readonly #system: System;
  readonly #settings: () => Promise<Settings>;
  readonly #manager: RunManager;
  readonly #failed: (error: unknown) => void;
  #timer: Timer | null = null;
  #looked: Date;
  #isClosed = false;
  /** What was noted last of those that did not begin, until one begins again: a plan of minutes would fill the log with it. */
  #noted: string | null = null;

  constructor(
    system: System,
    settings: () => Promise<Settings>,
    manager: RunManager,
    failed: (error: unknown) => void = () => undefined,
  ) {
    this.#failed = failed;
    this.#system = system;
    this.#settings = settings;
    this.#manager = manager;
    this.#looked = system.clock.date();
  }

  open(): void {
    this.#timer = this.#system.clock.at(this.#system.clock.now() + LOOK_EVERY, () => {
      // A full disk, say: whatever it is, the next one is looked for all the same.
      void this.#look()
        .catch((error: unknown) => this.#tell(error))
        .catch(this.#failed)
        .finally(() => {
          if (!this.#isClosed) this.open();
        });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async next(): Promise<Date | null> {
    return nextStart((await this.#settings()).schedule, this.#system.clock.date());
  }

  async #look(): Promise<void> {
    const now = this.#system.clock.date();
    const since = new Date(Math.max(this.#looked.getTime(), now.getTime() - LATE));
    this.#looked = now;
    const settings = await this.#settings();
    const due = nextStart(settings.schedule, since);
    if (due === null || due > now || this.#isClosed) return;
    const hindrance = await this.#system.live.hindrance({ family: 'ipv4', udp: [] });
    const wish = unattended(settings, hindrance === null);
    await this.#note(whyNotBegun(await this.#manager.start(wish, { kind: 'schedule', name: null })));
  }

  /** Of what nobody expected the log has what it is, and the console's own output all of it. */
  async #tell(error: unknown): Promise<void> {
    this.#failed(error);
    await this.#note({ code: storeProblemOf(error) ? 'storage' : 'internal' });
  }

  async #note(why: AuditEntry['facts'] | null): Promise<void> {
    // Not by how much: how many sockets are free, say, is never the same.
    const what = why && `${why['code']} ${why['why']} ${why['run']}`;
    // Who ends the console knows why nothing begins any more.
    if (why !== null && what !== this.#noted && !this.#isClosed) await this.#manager.note('schedule.refused', why);
    this.#noted = what;
  }
}
