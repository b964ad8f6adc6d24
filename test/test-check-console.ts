import type { ModelOptions } from '../lab/model/index.ts';
import type { NetworkSpec } from '../lab/scenarios/index.ts';
import { type Lab, openLab, PRIMARY } from '../src/app/test-lab.ts';
import type { Settings } from '../src/console/api/index.ts';
import type { ConsoleOptions } from '../src/console/console.ts';
import { historyHandlers } from '../src/console/runs/history.ts';
import { makeRuns } from '../src/console/runs/index.ts';
import { RunManager } from '../src/console/runs/manager.ts';
import { routerHere } from '../src/console/runs/router-here.ts';
import { runHandlers } from '../src/console/runs/run-handlers.ts';
import { toolHandlers } from '../src/console/runs/tool-handlers.ts';
import type { Store } from '../src/console/store/index.ts';
import type { System } from '../src/system/index.ts';
import { type Console, serveConsole } from './test-chromium.ts';

/* For tests: a console whose checks are real ones; on virtual time in the model lab, or on loopback. */

type Wish = Partial<Settings['pbx']>;

const PBX: Settings['pbx'] = { profile: 'none', udp: '', tcp: '', hostName: null, mode: 'bind', rate: 'max' };

async function settle(store: Store, pbx: Wish, network: Partial<Settings['network']>): Promise<void> {
  const settings = await store.settings();
  await store.writeSettings('network', { ...settings.network, ...network });
  await store.writeSettings('pbx', { ...settings.pbx, ...PBX, profile: settings.pbx.profile, ...pbx });
}

export interface ModelConsole extends Console {
  readonly lab: Lab;
  readonly manager: RunManager;
  /** Until the run that goes on is stored. */
  finish(): Promise<void>;
  /** So much of its time; milliseconds. */
  pass(ms: number): Promise<void>;
}

/** Its time goes on only when it is told to: a run can be looked at in the middle. */
export async function modelConsole(
  network: NetworkSpec,
  { pbx = {}, options = {} }: { readonly pbx?: Wish; readonly options?: Partial<ModelOptions> } = {},
): Promise<ModelConsole> {
  const lab = await openLab(network, options);
  const made: { manager?: RunManager } = {};
  const handlers = (store: Store): Partial<ConsoleOptions['handlers']> => {
    const manager = new RunManager({ system: lab.pbx, store, version: 'lab', services: null });
    made.manager = manager;
    const base = { system: lab.pbx, store, manager, version: 'lab' };
    const tools = { ...base, next: () => Promise.resolve(null), here: routerHere(lab.pbx) };
    return timed(lab, { ...historyHandlers(tools), ...runHandlers(tools), ...toolHandlers(tools) });
  };
  const console = await serveConsole(handlers);
  await settle(console.made.store, pbx, { servers: [PRIMARY] });
  return {
    ...console,
    lab,
    manager: made.manager as RunManager,
    finish: () => lab.run(made.manager?.idle() ?? Promise.resolve()),
    pass: (ms) => lab.run(new Promise<void>((done) => lab.pbx.clock.at(lab.pbx.clock.now() + ms, () => done()))),
  };
}

/** What begins a run needs time to pass; what only looks must not let it pass. */
function timed<T extends object>(lab: Lab, handlers: T): T {
  const entries = Object.entries(handlers) as [string, (call: unknown) => Promise<unknown>][];
  return Object.fromEntries(
    entries.map(([name, handle]) => [
      name,
      name === 'startRun' || name === 'planRun' ? (call: unknown) => lab.run(handle(call)) : handle,
    ]),
  ) as T;
}

/** With the real network, and the reflector inside: nothing leaves this machine. */
export async function loopbackConsole(system: System, pbx: Wish): Promise<Console> {
  const base = { system, version: 'lab', services: null, link: () => null };
  const console = await serveConsole((store) => makeRuns({ ...base, store }).handlers);
  await settle(console.made.store, pbx, { embedded: true });
  return console;
}
