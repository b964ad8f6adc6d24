import { type Endpoint, formatEndpoint, type Milliseconds } from '../base/index.ts';
import type { System } from '../system/index.ts';

/** When the first packet left for each place. */
export class StopWatch {
  readonly system: System;
  readonly #left = new Map<string, Milliseconds>();

  constructor(system: System) {
    const { clock, udp } = system;
    const open: System['udp']['open'] = (local, handlers, load) => {
      const socket = udp.open(local, handlers, load);
      const send = (bytes: Uint8Array, to: Endpoint): void => {
        const key = formatEndpoint(to);
        if (!this.#left.has(key)) this.#left.set(key, clock.now());
        socket.send(bytes, to);
      };
      return { send, close: () => socket.close() };
    };
    this.system = { ...system, udp: { ...udp, open } };
  }

  /** To a tenth. */
  since(to: Endpoint, at: Milliseconds): Milliseconds | null {
    const left = this.#left.get(formatEndpoint(to));
    return left === undefined ? null : Math.round((at - left) * 10) / 10;
  }
}
