import { err, type Milliseconds, ok, type Protocol, type Result } from '../../src/base/index.ts';
import type { Holder, Service, ServiceFailure } from '../../src/system/index.ts';
import type { Events } from './events.ts';

/** A service of the PBX's machine, and what is wrong with it. */
export interface UnitSpec {
  readonly name: string;
  readonly udp?: readonly number[];
  readonly tcp?: readonly number[];
  /** It stops along with these, and starts after them. */
  readonly requires?: readonly string[];
  /** 100 by default, both. */
  readonly stopTakes?: Milliseconds;
  readonly startTakes?: Milliseconds;
  readonly trouble?: 'stop-hangs' | 'stop-fails' | 'start-hangs' | 'start-fails' | 'dies' | 'does-not-hold';
}

/** What became of a service, and when. */
export interface UnitChange {
  readonly at: Milliseconds;
  readonly name: string;
  readonly state: Service['state'];
}

export interface UnitsTools {
  readonly events: Events;
  /** Ports that other processes of the machine hold; those of units are added and taken away. */
  readonly held: Readonly<Record<Protocol, Set<number>>>;
  /** Whether a socket of the checker has it. */
  readonly isBound: (protocol: Protocol, port: number) => boolean;
}

interface Unit extends Omit<UnitSpec, 'udp'> {
  udp: readonly number[];
  state: Service['state'];
  readonly pid: number;
}

export type Done = (result: Result<null, ServiceFailure>) => void;

const FIRST_PID = 5000;
const TAKES: Milliseconds = 100;
/** Until one that does not like what it finds has ended. */
const DIES_AFTER: Milliseconds = 20;

const failure = (kind: ServiceFailure['kind'], line: string) => err({ kind, lines: [line] });

/** Services that stop and start as those of systemd do: what requires another goes before it, asked for or not. */
export class UnitTable {
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #tools: UnitsTools;
  readonly changes: UnitChange[] = [];

  constructor(specs: readonly UnitSpec[], tools: UnitsTools) {
    this.#tools = tools;
    this.#units = new Map(
      specs.map((spec, index) => [
        spec.name,
        { ...spec, udp: spec.udp ?? [], state: 'running', pid: FIRST_PID + index },
      ]),
    );
    for (const unit of this.#units.values()) this.#hold(unit);
  }

  look(name: string): Service {
    const unit = this.#units.get(name);
    if (!unit) return { name, state: 'missing', takesAlong: [], after: [] };
    const takesAlong = this.#dependents(name).map((other) => other.name);
    return { name, state: unit.state, takesAlong, after: unit.requires ?? [] };
  }

  ofProcess(pid: number): string | null {
    return [...this.#units.values()].find((unit) => unit.pid === pid)?.name ?? null;
  }

  holderOf(protocol: Protocol, port: number): Holder | null {
    const isHolder = (unit: Unit) => unit[protocol]?.includes(port) && this.#tools.held[protocol].has(port);
    const unit = [...this.#units.values()].find(isHolder);
    return unit ? { pid: unit.pid, name: unit.name, unit: unit.name } : null;
  }

  /** It opens one more UDP port, as for a call. */
  take(name: string, port: number): void {
    const unit = this.#units.get(name);
    if (unit?.state !== 'running') return;
    unit.udp = [...unit.udp, port];
    this.#hold(unit);
  }

  stop(name: string, patience: Milliseconds, done: Done): void {
    const unit = this.#units.get(name);
    if (!unit) return done(failure('missing', name));
    for (const other of this.#dependents(name))
      if (other.state === 'running') this.stop(other.name, patience, () => undefined);
    if (unit.state === 'stopped' || unit.state === 'failed') return done(ok(null));
    if (unit.trouble === 'stop-fails') return done(failure('failed', `${name}: refuses to stop`));
    this.#become(unit, 'changing');
    if (unit.trouble === 'stop-hangs') {
      this.#tools.events.after(patience, () => done(failure('timed-out', `${name}: stop-sigterm`)));
      return;
    }
    this.#tools.events.after(unit.stopTakes ?? TAKES, () => {
      // A start that came meanwhile has won.
      if (unit.state === 'changing') this.#become(unit, 'stopped');
      done(ok(null));
    });
  }

  start(name: string, patience: Milliseconds, done: Done): void {
    const unit = this.#units.get(name);
    if (!unit) return done(failure('missing', name));
    if (unit.state === 'running') return done(ok(null));
    const why = this.#whyNot(unit);
    if (why !== null) {
      this.#become(unit, 'failed');
      return done(failure('failed', `${name}: ${why}`));
    }
    this.#become(unit, 'changing');
    if (unit.trouble === 'start-hangs') {
      this.#tools.events.after(patience, () => done(failure('timed-out', `${name}: start-pre`)));
      return;
    }
    this.#tools.events.after(unit.startTakes ?? TAKES, () => {
      this.#become(unit, 'running');
      if (unit.trouble !== 'does-not-hold') this.#hold(unit);
      if (unit.trouble === 'dies') this.#tools.events.after(DIES_AFTER, () => this.#become(unit, 'failed'));
      done(ok(null));
    });
  }

  #whyNot(unit: Unit): string | null {
    const lacking = (unit.requires ?? []).find((name) => this.#units.get(name)?.state !== 'running');
    if (lacking !== undefined) return `${lacking} does not run`;
    const clash = portsOf(unit).find(([protocol, port]) => this.#tools.isBound(protocol, port));
    if (clash) return `bind ${clash[1]}: address in use`;
    return unit.trouble === 'start-fails' ? 'exit code 1' : null;
  }

  #dependents(name: string): readonly Unit[] {
    return [...this.#units.values()].filter(({ requires }) => requires?.includes(name));
  }

  #hold(unit: Unit): void {
    for (const [protocol, port] of portsOf(unit)) this.#tools.held[protocol].add(port);
  }

  #become(unit: Unit, state: Service['state']): void {
    unit.state = state;
    this.changes.push({ at: this.#tools.events.now(), name: unit.name, state });
    if (state === 'running' || state === 'changing') return;
    for (const [protocol, port] of portsOf(unit)) this.#tools.held[protocol].delete(port);
  }
}

const portsOf = ({ udp, tcp = [] }: Unit): (readonly [Protocol, number])[] => [
  ...udp.map((port) => ['udp', port] as const),
  ...tcp.map((port) => ['tcp', port] as const),
];
