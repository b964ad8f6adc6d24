import { join } from 'node:path';
import type { Dashboard, RunPlan, RunProgress, RunSummary, WatchState } from '../src/console/api/index.ts';
import { makeConsole } from '../src/console/console.ts';
import { type Answer, type EventSink, json } from '../src/console/handler.ts';
import { makeRuns } from '../src/console/runs/index.ts';
import { summaryOf } from '../src/console/runs/summary.ts';
import { openDatabase, Store } from '../src/console/store/index.ts';
import type { Report } from '../src/report/index.ts';
import { nodeSystem } from '../src/system/node/index.ts';
import { reportInModel } from './run-model.ts';
import type { NetworkSpec } from './scenarios/index.ts';
import { TESTED } from './test-tested-servers.ts';

/* A console with a past: runs of the model lab, which are the same each time. For pictures, and for tests of pages. */

export const PORTS = { udp: '5060,5090,9000-10999', tcp: '5060-5061' };

export const forwarding = (...ranges: readonly (readonly [number, number])[]): NetworkSpec => ({
  router: {
    outward: 'preserve',
    filtering: 'address-and-port',
    forwards: ranges.map(([from, to]) => ({ ports: [{ from, to }], to: 'pbx' as const })),
  },
  server: { kind: 'full' },
});

/** Stops forwarding within the range of media. */
export const UNSUPPORTED = forwarding([5060, 5060], [5090, 5090], [9000, 9499]);
export const SUPPORTED = forwarding([1, 65_535]);

/** As it would be after a run; gives its number. */
export async function storeRun(
  store: Store,
  report: Report,
  startedAt: string,
  by: RunSummary['by'] = { kind: 'user', name: 'ada' },
): Promise<number> {
  const scope = { kind: 'all' } as const;
  const at = { ...report, startedAt };
  const summary = summaryOf(at, by, scope);
  const id = await store.beginRun(startedAt, summary);
  const endedAt = new Date(Date.parse(startedAt) + report.durationMs).toISOString();
  await store.finishRun(id, { endedAt, summary, report: JSON.stringify(at), record: null });
  return id;
}

/** The moment at which the sample is looked at. */
export const NOW = Date.UTC(2026, 10, 20, 11, 4);
const DAY = 86_400_000;

/** Twelve nights in which all was well, and two checks after the router was changed. */
export async function storePast(store: Store): Promise<void> {
  const good = await reportInModel(SUPPORTED, PORTS);
  const bad = await reportInModel(UNSUPPORTED, PORTS);
  const night = (days: number) => new Date(NOW - 10 * 3_600_000 - days * DAY).toISOString();
  const schedule = { kind: 'schedule', name: null } as const;
  const { network } = await store.settings();
  const publicAddress = { kind: 'static', ipv4: '203.0.113.44', ipv6: null } as const;
  await store.writeSettings('network', {
    ...network,
    publicAddress,
    servers: known().servers.map(({ server }) => server),
  });
  for (let days = 12; days > 0; days--) await storeRun(store, good, night(days), schedule);
  await storeRun(store, bad, night(0), schedule);
  await storeRun(store, bad, new Date(NOW - 2 * 3_600_000).toISOString());
}

const service = (
  purpose: string,
  ports: string[],
  name: string,
  pid: number,
): Dashboard['pbx']['services'][number] => ({
  purpose,
  ports,
  heldBy: [{ name, pid, unit: null, count: ports.length }],
  state: 'running',
});

const PBX: Dashboard['pbx'] = {
  name: 'pbx.example.org',
  address: '192.168.0.100',
  services: [
    service('sip', ['udp/5060', 'tcp/5060'], 'phonesystem', 1184),
    service('sips', ['tcp/5061'], 'phonesystem', 1184),
    service('tunnel', ['udp/5090'], 'mediaserver', 1201),
    service('rtp', ['udp/9000-10999'], 'mediaserver', 1201),
  ],
  callsInProgress: 3,
  busy: ['udp/9004-9009'],
};

const PLAN: RunPlan = {
  udp: ['udp/5060', 'udp/5090', 'udp/9000-10999'],
  tcp: ['tcp/5060-5061'],
  count: 2_004,
  mode: 'live',
  servers: ['reflector.example.net'],
  expectedMs: 16_000,
  stops: [],
  callsInProgress: 3,
};

export interface Sample {
  readonly at: string;
  readonly store: Store;
  /** `name=value`, of the admin `ada`. */
  readonly cookie: string;
  close(): Promise<void>;
}

const HOLDERS = {
  ...{ schema: 'fullcone.ports/1', version: '0.1.0', startedAt: new Date(NOW).toISOString(), allHoldersKnown: true },
  products: [
    {
      ...{ profile: '3cx', name: '3CX', running: true, processes: [], warnings: [] },
      ports: PBX.services.flatMap(({ purpose, ports, heldBy }) =>
        ports.map((label) => {
          const [protocol, range = ''] = label.split('/');
          const [from, to = from] = range.split('-').map(Number);
          const holders = heldBy.map((holder) => ({ ...holder, ports: [label] }));
          return { protocol, from, to, purpose, optional: false, address: null, origin: null, holders };
        }),
      ),
    },
  ],
};

/** Serves the built pages on loopback; its phone system is made up, and nothing else. */
export async function openSample(fill: (store: Store) => Promise<void> = storePast): Promise<Sample> {
  const database = await openDatabase(':memory:', false);
  if (database.kind === 'error') throw new Error(database.error.kind);
  const store = new Store(database.value);
  await fill(store);
  const system = nodeSystem();
  const runs = makeRuns({ system, store, version: '0.1.0', services: null, link: () => null });
  const made = await makeConsole({
    ...{ system, store, version: '0.1.0', listen: '127.0.0.1', tls: null, behindProxy: false },
    pages: join(import.meta.dirname, '../dist/web'),
    failed: (error) => console.error(error),
    handlers: {
      ...runs.handlers,
      dashboard: async (call) => json({ ...(bodyOf(await runs.handlers.dashboard(call)) as Dashboard), ...known() }),
      planRun: async () => json(PLAN),
      run: async (call) =>
        call.params.id === RUNNING ? json({ ...UNDER_WAY, report: null }) : runs.handlers.run(call),
      runEvents: async (call) =>
        call.params.id === RUNNING ? { kind: 'events', open: runUnderWay } : runs.handlers.runEvents(call),
      watch: async () => ({ kind: 'events', open: watchedPort }),
      testServer: async ({ body }) => json(Object.values(TESTED).find(({ server }) => server === body.server)),
      ports: async () => json(HOLDERS),
    },
  });
  const at = await (made.app.listen({ host: '127.0.0.1', port: 0 }) as Promise<string>);
  return {
    ...{ at, store },
    cookie: await setUp(at, made.setUpToken ?? ''),
    close: async () => {
      await runs.close();
      await made.app.close();
      await store.close();
    },
  };
}

type Server = Dashboard['servers'][number];
const server = (
  name: string,
  address: string | null,
  otherAddress: string | null,
  roundTripMs: number | null,
): Server => ({
  ...{ server: name, address, otherAddress, publicAddress: '203.0.113.44', roundTripMs },
  state: address === null ? 'unresolvable' : otherAddress === null ? 'no-second-address' : 'ok',
});

const known = (): Pick<Dashboard, 'pbx' | 'router' | 'nat' | 'ipv6' | 'servers' | 'next' | 'publicAddress'> => ({
  pbx: PBX,
  router: { kind: 'known', name: 'pfSense', by: 'itself', address: '192.168.0.1' },
  nat: { kind: 'known', nats: 'one-nat' },
  ipv6: { isHere: false, wasChecked: false },
  servers: [
    server('reflector.example.net', '198.51.100.10', '198.51.100.20:3479', 24.8),
    server('stun.example.net', '198.51.100.77', null, 31.2),
    server('stun.oldvendor.example', null, null, null),
  ],
  next: {
    at: new Date(NOW + 14 * 3_600_000 - 4 * 60_000).toISOString(),
    schedule: { isOn: true, cron: '0 2 * * *', quiet: { from: '07:00', to: '20:00' }, mayStopServices: false },
    tells: { on: 'change', mail: ['it@example.org'], webhook: false },
  },
  publicAddress: { seen: '203.0.113.44', expected: '203.0.113.44', at: new Date(NOW - 4 * 60_000).toISOString() },
});

/** The number of a run that never ends. */
export const RUNNING = 15;

const UNDER_WAY: RunSummary = {
  ...{ id: RUNNING, state: 'running', startedAt: new Date(NOW - 7_000).toISOString(), endedAt: null },
  ...{ by: { kind: 'user', name: 'ada' }, scope: { kind: 'all' }, mode: 'live', verdict: null, reason: null },
  ...{ durationMs: null, counts: null, headline: null },
};

/** Half of the ports have been asked, in random order; the router stops forwarding at 9500. */
function cellsUnderWay(): string {
  const letterOf = (port: number): string => {
    const turn = (port * 7919) % 2003;
    if (turn > 1_040) return 'w';
    if (turn > 1_000) return 'a';
    if (port < 9_500) return 'o';
    return turn > 820 ? 's' : 'c';
  };
  return ['o', 'o', ...Array.from({ length: 2_000 }, (_, index) => letterOf(9_000 + index))].join('');
}

function runUnderWay({ send }: EventSink): () => void {
  const cells = cellsUnderWay();
  const count = (letters: string): number => [...cells].filter((letter) => letters.includes(letter)).length;
  const progress: RunProgress = {
    ...{
      id: RUNNING,
      state: 'running',
      phase: 'ports',
      elapsedMs: 7_000,
      leftMs: 9_000,
      pausedBy: null,
      service: null,
    },
    mode: 'live',
    servers: [
      { name: 'reflector.example.net', address: '198.51.100.10', otherAddress: '198.51.100.20:3479', state: 'ok' },
    ],
    path: {
      ...{ local: '192.168.0.100', publicAddress: '203.0.113.44', out: 'yes', back: 'yes', cold: 'asked', warm: 'yes' },
    },
    ranges: [
      { protocol: 'udp', from: 5060, to: 5060 },
      { protocol: 'udp', from: 5090, to: 5090 },
      { protocol: 'udp', from: 9000, to: 10_999 },
    ],
    cells,
    counts: { open: count('o'), closed: count('c'), other: 0, waiting: count('was') },
    loss: { sent: 120, answered: 120 },
    roundTripMs: 24.8,
    log: [
      { atMs: 3_100, code: 'silence-counts', facts: {} },
      { atMs: 700, code: 'asked-first', facts: { server: 'reflector.example.net', count: 2_002 } },
      { atMs: 650, code: 'mode-live', facts: {} },
      { atMs: 420, code: 'router', facts: { gateway: '192.168.0.1' } },
      {
        ...{ atMs: 310, code: 'server-two' },
        facts: { address: '198.51.100.10', other: '198.51.100.20' },
      },
    ],
  };
  send({ id: 1, event: 'snapshot', data: progress });
  return () => undefined;
}

/** Closed, until the router is changed. */
function watchedPort({ send }: EventSink): () => void {
  const state = { at: new Date(NOW).toISOString(), mapped: '203.0.113.44:9500', sinceMs: 0, count: 1, waitMs: null };
  const tell = (data: Partial<WatchState>): void => send({ id: null, event: 'state', data: { ...state, ...data } });
  tell({ light: 'closed', result: 'closed', cause: 'not-forwarded' });
  const timer = setTimeout(() => tell({ light: 'open', result: 'open', cause: null, sinceMs: 14_000 }), 2_500);
  return () => clearTimeout(timer);
}

const bodyOf = (answer: Answer): unknown => (answer.kind === 'json' ? answer.body : null);

async function setUp(at: string, token: string): Promise<string> {
  const response = await fetch(`${at}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, name: 'ada', password: 'correct horse battery' }),
  });
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}
