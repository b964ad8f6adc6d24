import { type CheckRequest, type ExclusivePlan, PUBLIC_SAMPLE } from '../../app/index.ts';
import { type Milliseconds, portsOf, rangeLabel } from '../../base/index.ts';
import type { System } from '../../system/index.ts';
import type { RunPlan, RunSummary } from '../api/index.ts';
import { empty, type Handlers, json, problem } from '../handler.ts';
import type { Store } from '../store/index.ts';
import type { RunManager } from './manager.ts';
import { callsAtWork } from './ports.ts';
import type { Refusal } from './request.ts';

export interface RunTools {
  readonly system: System;
  readonly store: Store;
  readonly manager: RunManager;
}

const refused = ({ status, code, facts }: Refusal) => problem(status, code, facts);

/** What begins, shows and ends a run. */
export const runHandlers = ({
  system,
  store,
  manager,
}: RunTools): Handlers<'planRun' | 'startRun' | 'cancelRun' | 'runEvents'> => ({
  planRun: async ({ body }) => {
    const request = await manager.request(body);
    if (request.kind === 'error') return refused(request.error);
    const [mode, exclusive] = [await modeOf(request.value, system), await manager.plan(request.value)];
    if (exclusive.kind === 'error') return refused(exclusive.error);
    const calls = await callsAtWork(request.value.udp, system);
    const recent = await store.runs(undefined, 14);
    return json(planOf(request.value, { mode, exclusive: exclusive.value, calls: calls.inProgress, recent }));
  },

  startRun: async ({ body, who }) => {
    const started = await manager.start(body, { kind: who.kind, name: who.name });
    if (started.kind === 'error') return refused(started.error);
    return json(started.value, started.value.joined ? 200 : 201);
  },

  cancelRun: async ({ params: { id } }) => {
    if (manager.cancel(id)) return empty(202);
    return (await store.run(id)) ? problem(409, 'not-running') : problem(404, 'not-found');
  },

  runEvents: async ({ params: { id }, lastEventId }) => {
    const live = manager.live(id);
    if (live) return { kind: 'events', open: (sink) => live.open(sink, lastEventId) };
    const run = await store.run(id);
    if (!run) return problem(404, 'not-found');
    const { report: _, ...summary } = run;
    return {
      kind: 'events',
      open: (sink) => {
        sink.send({ id: null, event: 'end', data: summary });
        sink.end();
        return () => undefined;
      },
    };
  },
});

async function modeOf({ mode, family, udp }: CheckRequest, system: System): Promise<RunPlan['mode']> {
  if (mode !== 'auto') return mode;
  return (await system.live.hindrance({ family: family ?? 'ipv4', udp })) ? 'bind' : 'live';
}

interface Known {
  readonly mode: RunPlan['mode'];
  readonly exclusive: ExclusivePlan | null;
  readonly calls: number | null;
  readonly recent: readonly RunSummary[];
}

function planOf(request: CheckRequest, { mode, exclusive, calls, recent }: Known): RunPlan {
  const { udp, tcp, sample, servers } = request;
  const all = portsOf(udp).length;
  const asked = (typeof sample === 'number' ? Math.min(sample, all) : all) + portsOf(tcp).length;
  return {
    udp: udp.map((range) => rangeLabel('udp', range)),
    tcp: tcp.map((range) => rangeLabel('tcp', range)),
    count: asked,
    mode,
    servers: servers.map(({ name }) => name),
    expectedMs: expected(request, asked, recent),
    stops: (exclusive?.plan.groups ?? []).flatMap((group) => {
      const ports = [
        ...group.udp.map((range) => rangeLabel('udp', range)),
        ...group.tcp.map((range) => rangeLabel('tcp', range)),
      ];
      return group.waves.flat().map((service) => ({ service, ports: group.holders.includes(service) ? ports : [] }));
    }),
    callsInProgress: calls,
  };
}

/** A server that is asked, and the router, take about so long. */
const AROUND: Milliseconds = 1_500;
/** Packets of a port that is let in, and what a reflector of ours allows. */
const [PACKETS, RATE, STRANGERS_RATE] = [2.5, 920, 10];

/** As long as the last one of about as many ports; else by the pace. */
function expected({ rate, serverList }: CheckRequest, asked: number, recent: readonly RunSummary[]): Milliseconds {
  const alike = recent.find(({ verdict, counts, durationMs }) => {
    if (durationMs === null || counts === null || verdict === null || verdict === 'cancelled') return false;
    const count = counts.open + counts.closed + counts.other;
    return count > 0 && Math.abs(count - asked) <= asked / 10;
  });
  if (alike?.durationMs) return Math.round(alike.durationMs);
  const usual = serverList !== null && asked <= PUBLIC_SAMPLE.most ? STRANGERS_RATE : RATE;
  const pace = rate?.kind === 'paced' ? rate.packetsPerSecond : usual;
  return Math.round(AROUND + (asked * PACKETS * 1_000) / pace);
}
