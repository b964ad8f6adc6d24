import { onTestFinished } from 'vitest';
import { FORWARDED, type Lab, openLab, PRIMARY } from '../../app/test-lab.ts';
import type { NewRun, Settings } from '../api/index.ts';
import type { Answer, Call, ServerEvent, Who } from '../handler.ts';
import { openDatabase, Store } from '../store/index.ts';
import { RunManager, type WhenOver } from './manager.ts';

/* For tests: the runs of a console, on virtual time, in a network of the model lab. */

export { PRIMARY };

export const ALL: NewRun = { scope: { kind: 'all' }, mayStopServices: false, noWait: true };
export const BY = { kind: 'user', name: 'ada' } as const;
export const WHO: Who = { kind: 'user', name: 'ada', role: 'admin', language: 'en' };

export const callOf = (parts: Partial<Call>): never =>
  ({
    ...{ params: undefined, query: undefined, body: undefined, who: WHO, lastEventId: null },
    gone: new AbortController().signal,
    ...parts,
  }) as never;

/** All that comes, until it ends. */
export function readEvents(answer: Answer): { readonly got: ServerEvent[]; isOver: boolean; close: () => void } {
  if (answer.kind !== 'events') throw new Error(`no events: ${JSON.stringify(answer)}`);
  const reader = { got: [] as ServerEvent[], isOver: false, close: (): void => undefined };
  reader.close = answer.open({
    send: (event) => reader.got.push(JSON.parse(JSON.stringify(event)) as ServerEvent),
    end: () => {
      reader.isOver = true;
    },
  });
  return reader;
}

export interface TestConsole {
  readonly lab: Lab;
  readonly store: Store;
  readonly manager: RunManager;
  /** Starts one and waits for its end. */
  run(wish?: Partial<NewRun>): Promise<number>;
}

export async function openConsole(
  network = FORWARDED,
  {
    options = {},
    pbx = {},
    network: addressing = {},
    whenOver,
  }: {
    readonly options?: Parameters<typeof openLab>[1];
    readonly pbx?: Partial<Settings['pbx']>;
    readonly network?: Partial<Settings['network']>;
    readonly whenOver?: WhenOver;
  } = {},
): Promise<TestConsole> {
  const lab = await openLab(network, options);
  const database = await openDatabase(':memory:', false);
  if (database.kind === 'error') throw new Error(JSON.stringify(database.error));
  const store = new Store(database.value);
  onTestFinished(() => store.close());
  const settings = await store.settings();
  await store.writeSettings('network', { ...settings.network, servers: [PRIMARY], ...addressing });
  await store.writeSettings('pbx', { ...settings.pbx, udp: '5060,9000-9005', mode: 'bind', ...pbx });
  const manager = new RunManager({
    system: lab.pbx,
    store,
    version: 'lab',
    services: null,
    ...(whenOver && { whenOver }),
  });
  return {
    lab,
    store,
    manager,
    async run(wish = {}) {
      const started = await lab.run(manager.start({ ...ALL, ...wish }, BY));
      if (started.kind === 'error') throw new Error(JSON.stringify(started.error));
      await lab.run(manager.idle());
      return started.value.id;
    },
  };
}
