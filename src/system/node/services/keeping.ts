import { err, type Milliseconds, type Result } from '../../../base/index.ts';
import type { ServiceFailure } from '../../services.ts';
import type { Controller } from './controller.ts';

/** So long a start may take when nobody waits for it any more. */
const START_PATIENCE: Milliseconds = 60_000;
/** What was begun when the checker died is let finish, where a start could overtake it; elsewhere only reach its controller. */
const IN_FLIGHT: Milliseconds = 500;
/** For so long what was started is looked at: a stop that was on its way may come after the start. */
const WATCHED: Milliseconds = 3_000;
const LOOK_EVERY: Milliseconds = 200;
const MOST_STARTS = 5;

type Done = Promise<Result<null, ServiceFailure>>;

/**
 * What the keeper knows: which services were told to stop and not started since. It is the only one who stops anything,
 * so that nothing can be stopped of which it does not know.
 */
export class Keeping {
  readonly #controller: Controller;
  /** In the order of stopping. */
  readonly #touched = new Set<string>();
  readonly #underWay = new Set<Done>();

  /** `stopped`: by another one, that is gone. */
  constructor(controller: Controller, stopped: readonly string[] = []) {
    this.#controller = controller;
    for (const service of stopped) this.#touched.add(service);
  }

  stop(service: string, patience: Milliseconds): Done {
    this.#touched.delete(service);
    this.#touched.add(service);
    return this.#follow(this.#controller.stop(service, patience));
  }

  async start(service: string, patience: Milliseconds): Done {
    const result = await this.#follow(this.#controller.start([service], patience));
    if (result.kind === 'ok') this.#touched.delete(service);
    return result;
  }

  /** The checker is gone: all that it has left stopped runs again. */
  async restore(): Promise<void> {
    if (this.#touched.size === 0) return;
    await this.#letFinish();
    const services = [...this.#touched].reverse();
    let starts = 1;
    await this.#controller.start(services, START_PATIENCE);
    const until = performance.now() + WATCHED;
    while (performance.now() < until && starts < MOST_STARTS) {
      await pause(LOOK_EVERY);
      const fallen = await this.#notRunning(services);
      if (fallen.length === 0) continue;
      starts++;
      await this.#controller.start(fallen, START_PATIENCE);
    }
  }

  async #notRunning(services: readonly string[]): Promise<readonly string[]> {
    const looked = await this.#controller.look(services);
    if (looked.kind === 'error') return [];
    return looked.value.filter(({ state }) => state === 'stopped' || state === 'failed').map(({ name }) => name);
  }

  async #letFinish(): Promise<void> {
    const all = Promise.allSettled([...this.#underWay]);
    await (this.#controller.mayStartWhileStopping ? Promise.race([all, pause(IN_FLIGHT)]) : all);
  }

  /** A bug in a controller is a failure like any other: nobody may die of it here. */
  async #follow(work: Done): Done {
    const safe = work.catch((error: unknown) => err<ServiceFailure>({ kind: 'failed', lines: [String(error)] }));
    this.#underWay.add(safe);
    const result = await safe;
    this.#underWay.delete(safe);
    return result;
  }
}

const pause = (time: Milliseconds): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));
