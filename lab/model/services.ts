import { err, type Milliseconds, ok, type Protocol, type Result } from '../../src/base/index.ts';
import type { Holder, Keeper, ServiceControl, ServiceFailure, Services } from '../../src/system/index.ts';
import { type Done, type UnitChange, type UnitSpec, type UnitsTools, UnitTable } from './units.ts';

export interface UnitsSpec {
  readonly units: readonly UnitSpec[];
  /** So long after it was armed the first keeper is gone; `cannot`: none can be had. */
  readonly keeper?: 'cannot' | { readonly livesFor: Milliseconds };
  /** The user may stop nothing. */
  readonly mayNot?: true;
  /** The checker itself belongs to this one. */
  readonly self?: string;
}

export interface Units {
  readonly control: ServiceControl;
  /** In the order in which it happened. */
  readonly changes: readonly UnitChange[];
  /** Keepers that were armed, and have neither ended nor died. */
  keepers(): number;
  /** A service opens one more UDP port, as for a call. */
  take(name: string, port: number): void;
  /** null: none of them has it. */
  holderOf(protocol: Protocol, port: number): Holder | null;
}

const FOR_EVER = Number.POSITIVE_INFINITY;

export function createUnits(spec: UnitsSpec, tools: UnitsTools): Units {
  const table = new UnitTable(spec.units, tools);
  const alive = new Set<Keeper>();
  let armed = 0;
  function guarded(): Keeper {
    armed++;
    return createKeeper(table, tools, {
      kind: 'process',
      livesFor: armed === 1 && typeof spec.keeper === 'object' ? spec.keeper.livesFor : FOR_EVER,
      alive,
    });
  }
  const services: Services = {
    kind: 'systemd',
    ofProcess: (pid) => Promise.resolve(pid === 'self' ? (spec.self ?? null) : table.ofProcess(pid)),
    look: (names) => Promise.resolve(ok(names.map((name) => table.look(name)))),
    lastLines: (name) => Promise.resolve([`${name}: its last words`]),
    mayControl: () => Promise.resolve(spec.mayNot ? err({ kind: 'permission', lines: [] }) : ok(null)),
    keeper(how) {
      if (how === 'unguarded')
        return Promise.resolve(ok(createKeeper(table, tools, { kind: 'none', livesFor: FOR_EVER, alive })));
      return Promise.resolve(spec.keeper === 'cannot' ? err({ kind: 'no-keeper', lines: [] }) : ok(guarded()));
    },
  };
  return {
    control: { ofSystem: () => (spec.units.length > 0 ? services : null), ofCommands: () => services },
    changes: table.changes,
    keepers: () => alive.size,
    take: (name, port) => table.take(name, port),
    holderOf: (protocol, port) => table.holderOf(protocol, port),
  };
}

interface Life {
  readonly kind: Keeper['kind'];
  readonly livesFor: Milliseconds;
  /** Those that live. */
  readonly alive: Set<Keeper>;
}

function createKeeper(table: UnitTable, { events }: UnitsTools, { kind, livesFor, alive }: Life): Keeper {
  const lost = err<ServiceFailure>({ kind: 'keeper-lost', lines: [] });
  const pending = new Set<() => void>();
  const listeners: (() => void)[] = [];
  const carryOut =
    (action: (name: string, patience: Milliseconds, done: Done) => void) => (name: string, patience: Milliseconds) =>
      new Promise<Result<null, ServiceFailure>>((resolve) => {
        if (!alive.has(keeper)) return resolve(lost);
        const abandon = () => resolve(lost);
        pending.add(abandon);
        action(name, patience, (result) => {
          pending.delete(abandon);
          resolve(result);
        });
      });
  const keeper: Keeper = {
    kind,
    stop: carryOut((name, patience, done) => table.stop(name, patience, done)),
    start: carryOut((name, patience, done) => table.start(name, patience, done)),
    onLost: (listener) => void listeners.push(listener),
    end() {
      alive.delete(keeper);
      return Promise.resolve();
    },
  };
  alive.add(keeper);
  if (livesFor < FOR_EVER)
    events.after(livesFor, () => {
      if (!alive.delete(keeper)) return;
      for (const abandon of [...pending]) abandon();
      for (const listener of listeners) listener();
    });
  return keeper;
}
