import {
  askServer,
  type FoundProduct,
  findProducts,
  findProfile,
  listPorts,
  listRouters,
  PROFILES,
  type Profile,
  startNat,
} from '../../app/index.ts';
import { type Family, familyOf, formatRanges, type Protocol } from '../../base/index.ts';
import type { Report } from '../../report/index.ts';
import type { System } from '../../system/index.ts';
import type { Dashboard, RunSummary, Settings } from '../api/index.ts';
import { type Handlers, json, problem } from '../handler.ts';
import type { Store } from '../store/index.ts';
import type { RunManager } from './manager.ts';
import { callsAtWork, servicesOf } from './ports.ts';
import { addressingOf, publicAddressesOf, readServers, requestOf } from './request.ts';

export interface ToolTools {
  readonly system: System;
  readonly store: Store;
  readonly manager: RunManager;
  readonly version: string;
  /** When the next check begins by itself; null: none does. */
  readonly next: () => Promise<Date | null>;
}

/** Runs that the dashboard shows. */
const RECENT = 14;
/** The last good one is looked for among so many. */
const REMEMBERED = 500;

/** What is known of this machine, its phone system and its servers, without a check. */
export const toolHandlers = (
  tools: ToolTools,
): Handlers<'dashboard' | 'profiles' | 'routers' | 'testServer' | 'nat' | 'ports'> => ({
  dashboard: async () => json(await dashboardOf(tools)),

  profiles: async () =>
    json(PROFILES.map(({ id, name, ports }) => ({ id, name, udp: listed(ports, 'udp'), tcp: listed(ports, 'tcp') }))),

  routers: async () =>
    json((await listRouters()).map(({ id, name, config }) => ({ id, name, hasConfiguration: config }))),

  testServer: async ({ body: { server } }) => {
    const how = await howToAsk(server, tools);
    if (how.kind === 'error') return problem(409, how.error.code, how.error.facts);
    const { name, ...asked } = await askServer(tools.system, how.value.server, how.value);
    return json({ server: name, ...asked });
  },

  nat: async ({ body: { server }, gone }) => {
    const { manager, system, version } = tools;
    const how = await howToAsk(server, tools);
    if (how.kind === 'error') return problem(409, how.error.code, how.error.facts);
    const release = manager.reserve(async () => running.cancel());
    if (!release) return problem(409, 'run-in-progress');
    const running = startNat(system, { ...how.value, servers: [how.value.server] }, version);
    gone.addEventListener('abort', () => running.cancel());
    try {
      return json(await running.finished);
    } finally {
      release();
    }
  },

  ports: async () => {
    const { system, store, version } = tools;
    return json(await listPorts(system, await productsOf(await store.settings(), system), version));
  },
});

const listed = (ports: Profile['ports'], wanted: Protocol): string =>
  formatRanges(ports.filter(({ protocol, optional }) => protocol === wanted && !optional));

async function howToAsk(name: string, { store }: ToolTools) {
  const servers = readServers([name]);
  if (servers.kind === 'error') return servers;
  const [server] = servers.value;
  const addressing = addressingOf(servers.value, await store.settings());
  if (addressing.kind === 'error' || !server) return addressing as Extract<typeof addressing, { kind: 'error' }>;
  return { kind: 'ok', value: { server, ...addressing.value } } as const;
}

const productsOf = async ({ pbx }: Settings, system: System): Promise<readonly FoundProduct[] | Profile> =>
  findProfile(pbx.profile) ?? (await findProducts(system));

async function dashboardOf(tools: ToolTools): Promise<Dashboard> {
  const { store, manager, next } = tools;
  const [settings, recent, at] = [await store.settings(), await store.runs(undefined, RECENT), await next()];
  const last = recent.find(({ state }) => state !== 'running') ?? null;
  const newest = recent.find(({ state }) => state === 'finished');
  const report = newest ? await manager.report(newest.id) : null;
  return {
    pbx: await pbxOf(tools, settings, report),
    publicAddress: {
      seen: report?.publicAddresses[0] ?? null,
      expected: expectedOf(settings, familyOf(report?.publicAddresses[0] ?? '')),
      at: report && newest ? (newest.endedAt ?? newest.startedAt) : null,
    },
    servers: (report?.servers ?? []).map(({ name, state, address, otherAddress }) => ({
      ...{ server: name, state, address, otherAddress, roundTripMs: null },
      publicAddress: report?.publicAddresses.find((one) => familyOf(one) === familyOf(address ?? '')) ?? null,
    })),
    last,
    lastGood: last?.verdict === 'supported' ? null : await lastGood(store),
    recent: recent.slice(0, RECENT),
    running: manager.runningId,
    next: at && { at: at.toISOString(), schedule: settings.schedule },
  };
}

/** Of the family that was seen; where nothing was, the one that there is. */
function expectedOf(settings: Settings, family: Family | null): string | null {
  const addresses = publicAddressesOf(settings);
  return (family === null ? addresses[0] : addresses.find((address) => familyOf(address) === family)) ?? null;
}

async function lastGood(store: Store): Promise<RunSummary | null> {
  return (await store.runs(undefined, REMEMBERED)).find(({ verdict }) => verdict === 'supported') ?? null;
}

async function pbxOf(
  { system, version }: ToolTools,
  settings: Settings,
  report: Report | null,
): Promise<Dashboard['pbx']> {
  const listing = await listPorts(system, await productsOf(settings, system), version);
  const [product] = listing.products;
  // Whether a run could be begun does not matter here: only which ports it would be about.
  const wish = { scope: { kind: 'all' }, mayStopServices: false, noWait: false } as const;
  const request = await requestOf(wish, settings, null, system);
  const calls = request.kind === 'ok' ? await callsAtWork(request.value.udp, system) : { inProgress: null, busy: [] };
  return {
    name: product?.name ?? '',
    address: report?.bindAddress ?? null,
    services: servicesOf(product?.ports ?? [], listing.allHoldersKnown),
    callsInProgress: calls.inProgress,
    busy: [...calls.busy],
  };
}
