import { err, type Milliseconds, ok, type Protocol, type Result } from '../../src/base/index.ts';
import type { Holder, Keeper, Service, ServiceControl, ServiceFailure, Services } from '../../src/system/index.ts';
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

export interface UnitsSpec {
  readonly units: readonly UnitSpec[];
  /** So long after it was armed the first keeper is gone; `cannot`: none can be had. */
  readonly keeper?: 'cannot' | { readonly livesFor: Milliseconds };
  /** The user may stop nothing. */
  readonly mayNot?: true;
  /** The checker itself belongs to this one. */
  readonly self?: string;
}

/** What became of a service, and when. */
export interface UnitChange {
  readonly at: Milliseconds;
  readonly name: string;
  readonly state: Service['state'];
}

export interface Units {
  readonly control: ServiceControl;
  /** In the order in which it happened. */
  readonly changes: readonly UnitChange[];
  /** Keepers that were armed, and have neither ended nor died. */
  keepers(): number;
  /** null: none of them has it. */
  holderOf(protocol: Protocol, port: number): Holder | null;
}

export interface UnitsTools {
  readonly events: Events;
  /** Ports that other processes of the machine hold; those of units are added and taken away. */
  readonly held: Readonly<Record<Protocol, Set<number>>>;
  /** Whether a socket of the checker has it. */
  readonly isBound: (protocol: Protocol, port: number) => boolean;
}

interface Unit extends UnitSpec {
  state: Service['state'];
  pid: number;
}

const FIRST_PID = 5000;

export function createUnits(spec: UnitsSpec, { events, held, isBound }: UnitsTools): Units {
  const changes: UnitChange[] = [];
  const units = new Map<string, Unit>(
    spec.units.map((unit, index) => [unit.name, { ...unit, state: 'running', pid: FIRST_PID + index }]),
  );
  for (const unit of units.values()) hold(unit);
  let keepers = 0;
  let armed = 0;

  function* portsOf({ udp = [], tcp = [] }: Unit): Generator<readonly [Protocol, number]> {
    for (const port of udp) yield ['udp', port];
    for (const port of tcp) yield ['tcp', port];
  }
  function hold(unit: Unit): void {
    for (const [protocol, port] of portsOf(unit)) held[protocol].add(port);
  }
  function become(unit: Unit, state: Service['state']): void {
    unit.state = state;
    changes.push({ at: events.now(), name: unit.name, state });
    if (state === 'running' || state === 'changing') return;
    for (const [protocol, port] of portsOf(unit)) held[protocol].delete(port);
  }
  const dependents = (name: string) => [...units.values()].filter(({ requires }) => requires?.includes(name));
  const failure = (kind: ServiceFailure['kind'], line: string) => err({ kind, lines: [line] });

  /** As systemd does it: what requires it goes before, whether or not somebody asked for that. */
  function stop(unit: Unit, done: (result: Result<null, ServiceFailure>) => void, patience: Milliseconds): void {
    for (const other of dependents(unit.name)) if (other.state === 'running') stop(other, () => undefined, patience);
    if (unit.state === 'stopped' || unit.state === 'failed') return done(ok(null));
    if (unit.trouble === 'stop-fails') return done(failure('failed', `${unit.name}: refuses to stop`));
    become(unit, 'changing');
    if (unit.trouble === 'stop-hangs') {
      events.after(patience, () => done(failure('timed-out', `${unit.name}: stop-sigterm`)));
      return;
    }
    events.after(unit.stopTakes ?? 100, () => {
      // A start that came meanwhile has won.
      if (unit.state === 'changing') become(unit, 'stopped');
      done(ok(null));
    });
  }

  function start(unit: Unit, done: (result: Result<null, ServiceFailure>) => void, patience: Milliseconds): void {
    const lacking = (unit.requires ?? []).find((name) => units.get(name)?.state !== 'running');
    if (unit.state === 'running') return done(ok(null));
    if (lacking !== undefined) return done(failure('failed', `${unit.name}: ${lacking} does not run`));
    const clash = [...portsOf(unit)].find(([protocol, port]) => isBound(protocol, port));
    if (clash || unit.trouble === 'start-fails') {
      become(unit, 'failed');
      return done(failure('failed', `${unit.name}: ${clash ? `bind ${clash[1]}: address in use` : 'exit code 1'}`));
    }
    become(unit, 'changing');
    if (unit.trouble === 'start-hangs') {
      events.after(patience, () => done(failure('timed-out', `${unit.name}: start-pre`)));
      return;
    }
    events.after(unit.startTakes ?? 100, () => {
      become(unit, 'running');
      if (unit.trouble !== 'does-not-hold') hold(unit);
      if (unit.trouble === 'dies') events.after(20, () => become(unit, 'failed'));
      done(ok(null));
    });
  }

  function createKeeper(kind: Keeper['kind'], livesFor: Milliseconds): Keeper {
    let isOver = false;
    const pending = new Set<() => void>();
    const listeners: (() => void)[] = [];
    keepers++;
    const over = (): void => {
      if (!isOver) keepers--;
      isOver = true;
    };
    const lost: ServiceFailure = { kind: 'keeper-lost', lines: [] };
    if (Number.isFinite(livesFor))
      events.after(livesFor, () => {
        if (isOver) return;
        over();
        for (const abandon of [...pending]) abandon();
        for (const listener of listeners) listener();
      });
    const carryOut =
      (action: typeof stop) =>
      (name: string, patience: Milliseconds): Promise<Result<null, ServiceFailure>> =>
        new Promise((resolve) => {
          const unit = units.get(name);
          if (isOver) return resolve(err(lost));
          if (!unit) return resolve(failure('missing', name));
          const abandon = () => resolve(err(lost));
          pending.add(abandon);
          action(
            unit,
            (result) => {
              pending.delete(abandon);
              resolve(result);
            },
            patience,
          );
        });
    return {
      kind,
      stop: carryOut(stop),
      start: carryOut(start),
      onLost: (listener) => void listeners.push(listener),
      end() {
        over();
        return Promise.resolve();
      },
    };
  }

  const services: Services = {
    kind: 'systemd',
    ofProcess: (pid) =>
      Promise.resolve(
        pid === 'self' ? (spec.self ?? null) : ([...units.values()].find((unit) => unit.pid === pid)?.name ?? null),
      ),
    look: (names) =>
      Promise.resolve(
        ok(
          names.map((name): Service => {
            const unit = units.get(name);
            if (!unit) return { name, state: 'missing', takesAlong: [], after: [] };
            const takesAlong = dependents(name).map((other) => other.name);
            return { name, state: unit.state, takesAlong, after: unit.requires ?? [] };
          }),
        ),
      ),
    lastLines: (name) => Promise.resolve([`${name}: its last words`]),
    mayControl: () => Promise.resolve(spec.mayNot ? err({ kind: 'permission', lines: [] }) : ok(null)),
    keeper(how) {
      if (how === 'unguarded') return Promise.resolve(ok(createKeeper('none', Number.POSITIVE_INFINITY)));
      if (spec.keeper === 'cannot') return Promise.resolve(err({ kind: 'no-keeper', lines: [] }));
      armed++;
      const livesFor = armed === 1 && spec.keeper ? spec.keeper.livesFor : Number.POSITIVE_INFINITY;
      return Promise.resolve(ok(createKeeper('process', livesFor)));
    },
  };
  return {
    control: { ofSystem: () => (spec.units.length > 0 ? services : null), ofCommands: () => services },
    changes,
    keepers: () => keepers,
    holderOf(protocol, port) {
      const unit = [...units.values()].find((one) => one[protocol]?.includes(port) && held[protocol].has(port));
      return unit ? { pid: unit.pid, name: unit.name, unit: unit.name } : null;
    },
  };
}
