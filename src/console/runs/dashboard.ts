import {
  ANY_ROUTER,
  type FoundProduct,
  findKnownRouter,
  findProducts,
  findProfile,
  listPorts,
  type Profile,
} from '../../app/index.ts';
import { type Family, familyOf, scopeOf } from '../../base/index.ts';
import type { Report } from '../../report/index.ts';
import type { System } from '../../system/index.ts';
import type { Dashboard, RunSummary, Settings } from '../api/index.ts';
import type { Store } from '../store/index.ts';
import type { RunManager } from './manager.ts';
import { callsAtWork, servicesOf } from './ports.ts';
import { publicAddressesOf, requestOf } from './request.ts';
import type { RoundTrips } from './round-trips.ts';
import type { RouterHere } from './router-here.ts';

export interface DashboardTools {
  readonly system: System;
  readonly store: Store;
  readonly manager: RunManager;
  readonly version: string;
  /** When the next check begins by itself; null: none does. */
  readonly next: () => Promise<Date | null>;
  readonly here: RouterHere;
  readonly trips: RoundTrips;
}

/** Runs that the dashboard shows. */
const RECENT = 14;

/** What is known of all of it, without a check. */
export async function dashboardOf(tools: DashboardTools): Promise<Dashboard> {
  const { system, store, manager, next, trips } = tools;
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
    router: await routerOf(tools, settings, report),
    nat: natOf(report),
    ipv6: ipv6Of(system.host.addresses(), report),
    servers: report && newest ? serversOf(report, await trips.of(newest.id)) : [],
    last,
    lastGood: last?.verdict === 'supported' ? null : await lastGood(store),
    recent: recent.slice(0, RECENT),
    running: manager.runningId,
    next: at && { at: at.toISOString(), schedule: settings.schedule, tells: tellsOf(settings.notifications) },
  };
}

const serversOf = (
  { servers, publicAddresses }: Report,
  trips: Awaited<ReturnType<RoundTrips['of']>>,
): Dashboard['servers'] =>
  servers.map(({ name, state, address, otherAddress }) => ({
    ...{ server: name, state, address, otherAddress },
    publicAddress: publicAddresses.find((one) => familyOf(one) === familyOf(address ?? '')) ?? null,
    roundTripMs: trips.get(address ?? '') ?? null,
  }));

/** Of the family that was seen; where nothing was, the one that there is. */
function expectedOf(settings: Settings, family: Family | null): string | null {
  const addresses = publicAddressesOf(settings);
  return (family === null ? addresses[0] : addresses.find((address) => familyOf(address) === family)) ?? null;
}

const lastGood = async (store: Store): Promise<RunSummary | null> =>
  (await store.runs(undefined, 1, 'supported'))[0] ?? null;

/** Nobody waits for it, and it is not asked beside a check. */
async function routerOf(
  { here, manager }: DashboardTools,
  { router: { product } }: Settings,
  report: Report | null,
): Promise<Dashboard['router']> {
  const address = report?.router?.gateway ?? null;
  const chosen = await namedRouter(product);
  if (chosen) return { kind: 'known', name: chosen, by: 'settings', address };
  const said = report && here.look(report, !manager.isBusy);
  if (said === null) return { kind: 'unknown', why: report ? 'not-yet' : 'no-check', address };
  const name = await namedRouter(said);
  return name === null
    ? { kind: 'unknown', why: 'not-recognised', address }
    : { kind: 'known', name, by: 'itself', address };
}

/** null: that is no router in particular. */
const namedRouter = async (id: string): Promise<string | null> =>
  id === ANY_ROUTER ? null : ((await findKnownRouter(id))?.name ?? null);

/** As far as the newest check measured it, and no further. */
export function natOf(report: Report | null): Dashboard['nat'] {
  if (report === null) return { kind: 'unknown', why: 'no-check' };
  const { publicAddresses, bindAddress = '', router } = report;
  if (publicAddresses.includes(bindAddress) && scopeOf(bindAddress) === 'public') return { kind: 'none' };
  if (!router) return { kind: 'unknown', why: 'not-asked' };
  return router.nats === null
    ? { kind: 'unknown', why: router.reason ?? 'not-asked' }
    : { kind: 'known', nats: router.nats };
}

/** `addresses`: of this machine. */
export const ipv6Of = (addresses: readonly string[], report: Report | null): Dashboard['ipv6'] => ({
  isHere: addresses.some((one) => familyOf(one) === 'ipv6' && scopeOf(one) === 'public'),
  wasChecked: report?.ports.some(({ family }) => family === 'ipv6') ?? null,
});

/** null: nobody. */
export const tellsOf = ({ on, mail, webhook }: Settings['notifications']): NonNullable<Dashboard['next']>['tells'] =>
  mail || webhook ? { on, mail: mail?.to ?? [], webhook: webhook !== null } : null;

export const productsOf = async ({ pbx }: Settings, system: System): Promise<readonly FoundProduct[] | Profile> =>
  findProfile(pbx.profile) ?? (await findProducts(system));

async function pbxOf(
  { system, version }: DashboardTools,
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
