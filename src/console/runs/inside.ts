import { EMBEDDED, isEmbedded, type RunningReflector, type ServerName, startReflector } from '../../app/index.ts';
import { err, formatEndpoint, ok, type Result } from '../../base/index.ts';
import type { System } from '../../system/index.ts';
import type { Refusal } from './request.ts';

/** The reflector inside: there is one for all who ask it, and it runs as long as somebody does. */
export class Inside {
  readonly #system: System;
  #running: ReturnType<typeof startReflector> | null = null;
  #holders = 0;

  constructor(system: System) {
    this.#system = system;
  }

  /** Where it is meant, it runs until this is called. */
  async hold(servers: readonly ServerName[]): Promise<Result<() => void, Refusal>> {
    if (!isEmbedded(servers)) return ok(() => undefined);
    this.#holders++;
    this.#running ??= startReflector(this.#system, { ...EMBEDDED.options, fault: null, rfc3489: false });
    const running = this.#running;
    const started = await running;
    if (started.kind === 'ok') return ok(this.#releaseOf(started.value));
    this.#holders--;
    if (this.#running === running) this.#running = null;
    const { error } = started;
    const at = 'endpoint' in error ? { endpoint: formatEndpoint(error.endpoint) } : {};
    return err({ status: 409, code: 'cannot-run', facts: { why: `embedded-${error.kind}`, ...at } });
  }

  #releaseOf(reflector: RunningReflector): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      if (--this.#holders > 0) return;
      this.#running = null;
      reflector.close();
    };
  }
}
