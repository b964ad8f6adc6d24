import { err, type Family, type Milliseconds, type Protocol, type Result } from '../base/index.ts';
import type { ServiceStep, ServiceTrouble } from '../evidence/index.ts';
import type { ServiceGroup } from '../pbx/index.ts';
import type { Keeper, Service, ServiceFailure, Services, System } from '../system/index.ts';

/** A service that takes longer to stop is not waited for. Some let calls end for half a minute (`fwconsole stop`). */
const STOP_PATIENCE: Milliseconds = 45_000;
const START_PATIENCE: Milliseconds = 120_000;
/** One that would not stop may be told to start and still be stopping. */
const STUBBORN_PATIENCE: Milliseconds = 5_000;
/** Since it runs, until it holds its ports. */
const HOLD_PATIENCE: Milliseconds = 30_000;
const LOOK_EVERY: Milliseconds = 100;
/** Whoever ends several of them wants it so. */
const MOST_KEEPERS = 3;
/** Whoever does not like his configuration ends within this time since he was started. */
const SETTLED: Milliseconds = 1_000;

export interface ExclusiveTools {
  readonly system: Pick<System, 'clock' | 'host'>;
  readonly services: Services;
  /** Of the ports that are waited for. */
  readonly families: readonly Family[];
  readonly tell: (step: UntimedStep) => void;
  /** Nobody would restore any more: what is being asked has to end. */
  readonly abort: () => void;
  readonly isCancelled: () => boolean;
}

type UntimedStep = ServiceStep extends infer S ? (S extends ServiceStep ? Omit<S, 'at'> : never) : never;

/**
 * Stops the services of a group and starts them again. What it has touched it starts, whatever goes wrong and in
 * whichever order it is told; after the first trouble it stops nothing any more (docs/decisions/0015).
 */
export class Exclusive {
  readonly #tools: ExclusiveTools;
  #keeper: Keeper | null = null;
  #successor: Promise<Keeper | null> | null = null;
  /** Told to stop, and not started since. */
  readonly #touched = new Set<string>();
  /** Started again, and when. */
  readonly #restored = new Map<string, Milliseconds>();
  readonly #stubborn = new Set<string>();
  #isFailed = false;

  constructor(tools: ExclusiveTools) {
    this.#tools = tools;
  }

  get isFailed(): boolean {
    return this.#isFailed;
  }

  /** false: its ports cannot be asked; what was stopped by then is for `restore`. */
  async stop({ waves }: ServiceGroup): Promise<boolean> {
    await this.#lookAgain();
    const keeper = await this.#guarded();
    if (!keeper) return false;
    for (const wave of waves) {
      const stopped = await Promise.all(wave.map((service) => this.#stopOne(service, keeper)));
      if (stopped.includes(false) || this.#isFailed || this.#tools.isCancelled()) return false;
    }
    return true;
  }

  /** Settles when all of it runs and holds its ports again, or is known not to. */
  async restore(group: ServiceGroup): Promise<void> {
    const touched = group.waves.flat().filter((service) => this.#touched.has(service));
    if (touched.length === 0) return;
    const started: string[] = [];
    for (const wave of [...group.waves].reverse()) {
      const left = wave.filter((service) => this.#touched.has(service));
      const results = await Promise.all(left.map((service) => this.#startOne(service)));
      started.push(...left.filter((_, index) => results[index] === true));
    }
    await this.#awaitHeld(group, started);
  }

  /** The last look: one that died meanwhile is told, too. */
  async end(): Promise<void> {
    const { clock } = this.#tools.system;
    const settled = Math.max(0, ...this.#restored.values()) + SETTLED;
    if (this.#restored.size > 0) await this.#pause(settled - clock.now());
    await this.#lookAgain();
    const keeper = this.#keeper;
    this.#keeper = null;
    await keeper?.end();
  }

  async #guarded(): Promise<Keeper | null> {
    if (this.#isFailed) return null;
    if (this.#keeper) return this.#keeper;
    const keeper = await this.#tools.services.keeper('guarded', []);
    if (keeper.kind === 'error') {
      this.#fail('guard', null, keeper.error);
      return null;
    }
    this.#take(keeper.value);
    return keeper.value;
  }

  #take(keeper: Keeper): void {
    this.#keeper = keeper;
    keeper.onLost(() => {
      if (this.#keeper !== keeper) return;
      this.#keeper = null;
      this.#fail('guard', null, { kind: 'keeper-lost', lines: [] });
      this.#tools.abort();
    });
  }

  /** Somebody has to, guarded or not. */
  async #whoeverStarts(): Promise<Keeper | null> {
    if (this.#keeper) return this.#keeper;
    this.#successor ??= this.#findSuccessor();
    const keeper = await this.#successor;
    this.#successor = null;
    return keeper;
  }

  async #findSuccessor(): Promise<Keeper | null> {
    const { services } = this.#tools;
    const stopped = [...this.#touched];
    const guarded = await services.keeper('guarded', stopped);
    const keeper = guarded.kind === 'ok' ? guarded : await services.keeper('unguarded', stopped);
    if (keeper.kind === 'error') return null;
    this.#take(keeper.value);
    return keeper.value;
  }

  async #stopOne(service: string, keeper: Keeper): Promise<boolean> {
    this.#touched.add(service);
    this.#restored.delete(service);
    this.#tools.tell({ step: 'stopping', service });
    const result = await keeper.stop(service, STOP_PATIENCE);
    if (result.kind === 'ok') this.#tools.tell({ step: 'stopped', service });
    else {
      this.#stubborn.add(service);
      this.#fail('stop', service, result.error);
    }
    return result.kind === 'ok';
  }

  async #startOne(service: string): Promise<boolean> {
    this.#tools.tell({ step: 'starting', service });
    const result = await this.#start(service, MOST_KEEPERS);
    if (result.kind === 'ok') {
      this.#touched.delete(service);
      this.#restored.set(service, this.#tools.system.clock.now());
      this.#tools.tell({ step: 'started', service });
      return true;
    }
    this.#fail('start', service, result.error);
    return false;
  }

  /** A keeper may go in the middle, too: the next one does it again, to no harm where it is done. */
  async #start(service: string, keepers: number): Promise<Result<null, ServiceFailure>> {
    const patience = this.#stubborn.has(service) ? STUBBORN_PATIENCE : START_PATIENCE;
    const keeper = await this.#whoeverStarts();
    const result = (await keeper?.start(service, patience)) ?? err({ kind: 'no-keeper', lines: [] });
    const isLost = result.kind === 'error' && result.error.kind === 'keeper-lost';
    return isLost && keepers > 1 ? this.#start(service, keepers - 1) : result;
  }

  async #awaitHeld({ holders, awaited }: ServiceGroup, started: readonly string[]): Promise<void> {
    const { clock } = this.#tools.system;
    const own = started.filter((service) => holders.includes(service));
    // Ports of one that did not start are not waited for.
    const expected = own.length === holders.length ? awaited : [];
    const until = clock.now() + HOLD_PATIENCE;
    for (;;) {
      const free = await this.#free(expected);
      const states = await this.#states(started);
      if (states.some(isDead)) return await this.#tellDeaths(states);
      const late = free.length > 0 ? own : notRunning(states);
      if (late.length === 0) {
        for (const service of own) this.#tools.tell({ step: 'held', service });
        return;
      }
      if (clock.now() >= until) return await this.#tellNotHeld(late);
      await this.#pause(LOOK_EVERY);
    }
  }

  async #lookAgain(): Promise<void> {
    await this.#tellDeaths(await this.#states([...this.#restored.keys()]));
  }

  async #states(services: readonly string[]): Promise<readonly Service[]> {
    if (services.length === 0) return [];
    const looked = await this.#tools.services.look(services);
    return looked.kind === 'ok' ? looked.value : [];
  }

  /** Of these, those that nobody holds. */
  async #free(awaited: readonly string[]): Promise<readonly string[]> {
    const held = new Set<string>();
    for (const protocol of ['udp', 'tcp'] as const) {
      const ports = awaited.filter((label) => label.startsWith(protocol)).map((label) => Number(label.slice(4)));
      for (const port of await this.#held(protocol, ports)) held.add(`${protocol}/${port}`);
    }
    return awaited.filter((label) => !held.has(label));
  }

  async #held(protocol: Protocol, ports: readonly number[]): Promise<readonly number[]> {
    if (ports.length === 0) return [];
    const { host } = this.#tools.system;
    const maps = await Promise.all(this.#tools.families.map((family) => host.holders(protocol, ports, family)));
    return maps.flatMap((map) => [...map.keys()]);
  }

  async #tellDeaths(states: readonly Service[]): Promise<void> {
    for (const { name } of states.filter(isDead)) {
      this.#restored.delete(name);
      this.#fail('start', name, { kind: 'died', lines: await this.#tools.services.lastLines(name) });
    }
  }

  async #tellNotHeld(services: readonly string[]): Promise<void> {
    for (const service of services)
      this.#fail('hold', service, { kind: 'timed-out', lines: await this.#tools.services.lastLines(service) });
  }

  #fail(what: ServiceTrouble, service: string | null, failure: ServiceFailure): void {
    this.#isFailed = true;
    this.#tools.tell({ step: 'failed', what, service, failure });
  }

  #pause(time: Milliseconds): Promise<void> {
    const { clock } = this.#tools.system;
    return new Promise((resolve) => void clock.at(clock.now() + time, resolve));
  }
}

const isDead = ({ state }: Service): boolean => state === 'failed' || state === 'stopped' || state === 'missing';

const notRunning = (services: readonly Service[]): readonly string[] =>
  services.filter(({ state }) => state !== 'running').map(({ name }) => name);
