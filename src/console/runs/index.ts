/** Runs of the console: one at a time, followed live, kept, exported, compared, begun by themselves, and told of. */
import type { OwnService, System } from '../../system/index.ts';
import { notifyHandlers, tellOf } from '../notify/index.ts';
import type { Store } from '../store/index.ts';
import { historyHandlers } from './history.ts';
import { RunManager } from './manager.ts';
import { routerHere } from './router-here.ts';
import { runHandlers } from './run-handlers.ts';
import { Scheduler } from './schedule.ts';
import { toolHandlers } from './tool-handlers.ts';
import { watchHandlers } from './watch.ts';

export { isCron } from './schedule.ts';

export interface RunsOptions {
  readonly system: System;
  readonly store: Store;
  readonly version: string;
  /** Those that exclusive mode stops by commands of the user’s own; by default those of the system. */
  readonly services?: readonly OwnService[] | null;
  /** Something that nobody expected, and nobody waits for. */
  readonly failed?: (error: unknown) => void;
  /** Of the page of a run; null: nobody knows the address of the console. */
  readonly link: (id: number) => string | null;
}

export type Runs = ReturnType<typeof makeRuns>;

/** All of it; nothing runs before `open`, and nothing after `close`. */
export function makeRuns({ system, store, version, services = null, link, failed }: RunsOptions) {
  const manager: RunManager = new RunManager({
    ...{ system, store, version, services },
    whenOver: (run, report) =>
      tellOf(run, report, { store, link, report: (id) => manager.report(id), now: () => system.clock.date() }),
  });
  const scheduler = new Scheduler(system, () => store.settings(), manager, failed);
  const tools = { system, store, manager, version, next: () => scheduler.next(), here: routerHere(system) };
  return {
    handlers: {
      ...historyHandlers(tools),
      ...runHandlers(tools),
      ...toolHandlers(tools),
      ...watchHandlers(tools),
      ...notifyHandlers(tools),
    },
    /** Which run goes on; null: none. */
    runningId: () => manager.runningId,
    /** Marks the runs that were cut off, and begins to look at the schedule. Those that were marked. */
    async open(): Promise<readonly number[]> {
      const interrupted = await manager.open();
      scheduler.open();
      return interrupted;
    },
    /** Cancels what runs, and waits until services are back and all is stored. */
    async close(): Promise<void> {
      scheduler.close();
      await manager.close();
    },
  };
}
