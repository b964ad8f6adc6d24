import type { System } from '../system/index.ts';
import { type CheckedPorts, type Pump, pump } from './pump.ts';

/** The engines of one run, which end together when it is cancelled. */
export class PumpUntilCancelled {
  readonly #system: System;
  readonly #running = new Set<Pump>();
  #cancelled = false;
  #stopWaiting: () => void = () => undefined;
  /** Of the sockets that are not checked. */
  readonly helperPorts = new Set<number>();
  /** Settles when the run is cancelled: nothing else is worth waiting for then. */
  readonly cancellation = new Promise<'cancelled'>((resolve) => {
    this.#stopWaiting = () => resolve('cancelled');
  });

  constructor(system: System) {
    this.#system = system;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  cancel(): void {
    this.#cancelled = true;
    for (const running of this.#running) running.cancel();
    this.#stopWaiting();
  }

  /** Settles when the engine is done. `enough`: as soon as this settles, it is told to end. */
  async run<T>(
    engine: Parameters<typeof pump<T>>[0],
    observed: (observation: T) => void,
    { enough, ports }: { readonly enough?: Promise<void> | undefined; readonly ports?: CheckedPorts } = {},
  ): Promise<void> {
    if (this.#cancelled) return;
    const running = pump(engine, this.#system, observed, (port) => this.helperPorts.add(port), ports);
    this.#running.add(running);
    void enough?.then(() => running.cancel());
    try {
      await running.done;
    } finally {
      this.#running.delete(running);
    }
  }
}
