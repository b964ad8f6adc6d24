import { askServer, listPorts, listRouters, PROFILES, type Profile, startNat } from '../../app/index.ts';
import { formatRanges, type Protocol } from '../../base/index.ts';
import type { ServerTest } from '../api/index.ts';
import { type Handlers, json, problem } from '../handler.ts';
import { type DashboardTools, dashboardOf, productsOf } from './dashboard.ts';
import { addressingOf, readServers } from './request.ts';
import { RoundTrips } from './round-trips.ts';

export type ToolTools = Omit<DashboardTools, 'trips'>;

/** What is known of this machine, its phone system and its servers, without a check. */
export const toolHandlers = (
  tools: ToolTools,
  trips = new RoundTrips(tools.store),
): Handlers<'dashboard' | 'profiles' | 'routers' | 'testServer' | 'nat' | 'ports'> => ({
  dashboard: async () => json(await dashboardOf({ ...tools, trips })),

  profiles: async () =>
    json(PROFILES.map(({ id, name, ports }) => ({ id, name, udp: listed(ports, 'udp'), tcp: listed(ports, 'tcp') }))),

  routers: async () =>
    json((await listRouters()).map(({ id, name, config }) => ({ id, name, hasConfiguration: config }))),

  testServer: async ({ body: { server } }) => {
    const how = await howToAsk(server, tools);
    if (how.kind === 'error') return problem(409, how.error.code, how.error.facts);
    const inside = await tools.manager.inside.hold([how.value.server]);
    if (inside.kind === 'error') return problem(409, inside.error.code, inside.error.facts);
    try {
      const { name, ...asked } = await askServer(tools.system, how.value.server, how.value);
      return json({ server: name, ...asked } satisfies ServerTest);
    } finally {
      inside.value();
    }
  },

  nat: async ({ body: { server }, gone }) => {
    const { manager, system, version } = tools;
    const how = await howToAsk(server, tools);
    if (how.kind === 'error') return problem(409, how.error.code, how.error.facts);
    const inside = await manager.inside.hold([how.value.server]);
    if (inside.kind === 'error') return problem(409, inside.error.code, inside.error.facts);
    const release = manager.reserve(async () => running.cancel());
    if (!release) {
      inside.value();
      return problem(409, 'run-in-progress');
    }
    const running = startNat(system, { ...how.value, servers: [how.value.server] }, version);
    gone.addEventListener('abort', () => running.cancel());
    try {
      return json(await running.finished);
    } finally {
      inside.value();
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
