import type { Family, Milliseconds } from '../../src/base/index.ts';
import type { System } from '../../src/system/index.ts';
import type { NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import { createEvents } from './events.ts';
import { createNetwork } from './network.ts';
import type { ModelOptions } from './options.ts';
import { advanceBy, runUntilSettled } from './run.ts';
import type { Units } from './services.ts';
import { type Counters, createWatch, type PacketTrace } from './watch.ts';

export interface Model {
  /** 192.168.0.100; without a router 203.0.113.44. */
  readonly pbx: System;
  /** 198.51.100.10 and .20. */
  readonly reflector: System;
  now(): Milliseconds;
  /**
   * Lets virtual time pass until the promise settles; its outcome. Rejects when nothing is left that could settle it,
   * or when `limit` has passed, by default 30 minutes of virtual time.
   */
  run<T>(work: Promise<T>, limit?: Milliseconds): Promise<T>;
  advance(duration: Milliseconds): Promise<void>;
  /** Other rules for the router from now on. What its connection table holds stays. */
  repair(change: Partial<RouterSpec>, family?: Family): void;
  readonly counters: Counters;
  readonly trace: readonly PacketTrace[];
  /** The services of the PBX's machine. */
  readonly units: Omit<Units, 'control'>;
  /** Sockets and listeners of both hosts that nobody has closed, and calls under way. */
  openSockets(): number;
}

export function createModel(spec: NetworkSpec, options: ModelOptions): Model {
  const events = createEvents();
  const watch = createWatch(events.now, options.trace ?? false);
  const { pbx, reflector, routers } = createNetwork(spec, options, events, watch);
  return {
    pbx: pbx.system,
    reflector: reflector.system,
    now: events.now,
    run: (work, limit) => runUntilSettled(events, work, limit),
    advance: (duration) => advanceBy(events, duration),
    repair(change, family = 'ipv4') {
      const router = routers[family];
      if (!router) throw new Error('model: there is no router to repair');
      router.repair(change);
    },
    counters: watch.counters,
    trace: watch.trace,
    units: pbx.units,
    openSockets: () => pbx.openSockets() + reflector.openSockets(),
  };
}
