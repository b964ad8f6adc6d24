import { type RunEvent, type RunningCheck, startCheck } from '../../app/index.ts';
import type { Milliseconds, Protocol } from '../../base/index.ts';
import type { Report } from '../../report/index.ts';
import type { System, Timer } from '../../system/index.ts';
import type { WatchState } from '../api/index.ts';
import { type Handlers, problem } from '../handler.ts';
import type { Store } from '../store/index.ts';
import type { RunManager } from './manager.ts';

/** From the beginning of one test to that of the next, unless the router has to forget first. */
const EVERY: Milliseconds = 1_000;

export interface WatchTools {
  readonly system: System;
  readonly store: Store;
  readonly manager: RunManager;
  readonly version: string;
}

interface WatchedPort {
  readonly protocol: Protocol;
  readonly port: number;
}

type Start = (listen: (event: RunEvent) => void) => RunningCheck;
type Outcome = Pick<WatchState, 'light' | 'result' | 'cause' | 'mapped'>;

/**
 * One port, asked again and again while somebody looks. Each test is a whole check of that port, which remembers what the
 * ones before left in the router (docs/decisions/0002): a port that was asked a moment ago is not asked again before
 * the router can have forgotten it, and `waitMs` says how long that takes. The light never rests on an old state.
 */
export const watchHandlers = ({ system, store, manager, version }: WatchTools): Handlers<'watch'> => ({
  watch: async ({ query: { protocol, port } }) => {
    if (manager.isBusy) return problem(409, 'run-in-progress');
    const { mode } = (await store.settings()).pbx;
    const request = await manager.request({
      scope: { kind: 'ports', ports: [`${protocol}/${port}`] },
      sample: 'all',
      mayStopServices: false,
      noWait: false,
      // Nothing is stopped every second.
      ...(mode === 'exclusive' ? { mode: 'auto' } : {}),
    });
    if (request.kind === 'error') return problem(request.error.status, request.error.code, request.error.facts);
    const reflector = await manager.inside.hold(request.value.servers);
    if (reflector.kind === 'error') return problem(409, reflector.error.code, reflector.error.facts);
    const watch = new Watch(system, { protocol, port }, (listen) =>
      startCheck(system, { ...request.value, noRouter: true }, version, listen),
    );
    const release = manager.reserve(() => watch.stop());
    if (!release) {
      reflector.value();
      return problem(409, 'run-in-progress');
    }
    return {
      kind: 'events',
      open: (sink) => {
        void watch
          .all((state) => sink.send({ id: null, event: 'state', data: state }))
          .catch(() => undefined)
          .finally(() => {
            reflector.value();
            release();
            sink.end();
          });
        return () => void watch.stop();
      },
    };
  },
});

class Watch {
  readonly #system: System;
  readonly #port: WatchedPort;
  readonly #start: Start;
  #running: RunningCheck | null = null;
  #wake: () => void = () => undefined;
  #isStopped = false;
  #over: Promise<void> = Promise.resolve();
  #outcome: Outcome = { light: 'asking', result: null, cause: null, mapped: null };
  #since: Milliseconds;
  #count = 0;

  constructor(system: System, port: WatchedPort, start: Start) {
    this.#system = system;
    this.#port = port;
    this.#start = start;
    this.#since = system.clock.now();
  }

  all(tell: (state: WatchState) => void): Promise<void> {
    this.#over = this.#repeat(tell);
    return this.#over;
  }

  /** Settles when nothing of it is left open. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#running?.cancel();
    this.#wake();
    await this.#over.catch(() => undefined);
  }

  async #repeat(tell: (state: WatchState) => void): Promise<void> {
    const { clock } = this.#system;
    tell(this.#state(null));
    while (!this.#isStopped) {
      const began = clock.now();
      this.#running = this.#start((event) => {
        if (event.kind === 'waiting') tell(this.#state(event.for));
      });
      const { report } = await this.#running.finished;
      if (this.#isStopped) return;
      this.#count++;
      this.#take(outcomeOf(report, this.#port));
      tell(this.#state(null));
      await this.#sleep(began + EVERY);
    }
  }

  #take(outcome: Outcome): void {
    if (outcome.light !== this.#outcome.light) this.#since = this.#system.clock.now();
    this.#outcome = outcome;
  }

  #state(waitMs: Milliseconds | null): WatchState {
    const { clock } = this.#system;
    const sinceMs = Math.round(clock.now() - this.#since);
    return { at: clock.date().toISOString(), ...this.#outcome, sinceMs, count: this.#count, waitMs };
  }

  async #sleep(until: Milliseconds): Promise<void> {
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = this.#system.clock.at(until, resolve);
    });
    timer?.cancel();
  }
}

/** Only what is proven is red. */
const LIGHTS: Readonly<Partial<Record<string, WatchState['light']>>> = {
  open: 'open',
  closed: 'closed',
  translated: 'closed',
  'no-answer': 'closed',
};

function outcomeOf({ ports }: Report, { protocol, port }: WatchedPort): Outcome {
  const found = ports.find((one) => one.protocol === protocol && one.port === port);
  const { result = null, cause = null, mapped = null } = found ?? {};
  return { light: LIGHTS[result ?? ''] ?? 'unknown', result, cause, mapped };
}
