import { z } from 'zod';
import { moment, port, portLabel } from './common.ts';
import { runSummary } from './runs.ts';
import { schedule, serverState } from './settings.ts';

export const service = z.strictObject({
  /** `sip`, `sips`, `rtp`, `tunnel`, ... as `fullcone ports --json` has it. */
  purpose: z.string(),
  ports: z.array(portLabel),
  heldBy: z.array(
    z.strictObject({
      name: z.string().nullable(),
      pid: z.int().nullable(),
      unit: z.string().nullable(),
      count: z.int(),
    }),
  ),
  state: z.enum(['running', 'partly', 'nobody', 'unknown']),
});

export const dashboard = z.strictObject({
  pbx: z.strictObject({
    name: z.string(),
    address: z.string().nullable(),
    services: z.array(service),
    callsInProgress: z.int().nullable(),
    /** Media ports that are busy. */ busy: z.array(portLabel),
  }),
  publicAddress: z.strictObject({
    seen: z.string().nullable(),
    /** By the settings. */ expected: z.string().nullable(),
    at: moment.nullable(),
  }),
  servers: z.array(serverState),
  last: runSummary.nullable(),
  /** The last one that was supported, if the last one is not. */
  lastGood: runSummary.nullable(),
  /** Newest first, up to fourteen. */
  recent: z.array(runSummary),
  running: z.int().nullable(),
  next: z.strictObject({ at: moment, schedule }).nullable(),
});

/** Retested every second while somebody looks. */
export const watchQuery = z.strictObject({
  protocol: z.enum(['udp', 'tcp']).default('udp'),
  port: z.coerce.number().pipe(port),
});
/** An event `state` of `GET /watch`; the light. */
export const watchState = z.strictObject({
  at: moment,
  light: z.enum(['asking', 'open', 'closed', 'unknown']),
  /** As in a report. */
  result: z.string().nullable(),
  cause: z.string().nullable(),
  /** By which public address and port it was seen: `203.0.113.44:5060`. */
  mapped: z.string().nullable(),
  /** How long it has been so. */
  sinceMs: z.number(),
  /** How often it has been asked. */
  count: z.int(),
  /** It is asked again only then: until then the router may answer by what it remembers. null: within a second. */
  waitMs: z.number().nullable(),
});

/** `fullcone nat --json`. */
export const natReport = z.record(z.string(), z.unknown());
/** `fullcone ports --json`. */
export const portsReport = z.record(z.string(), z.unknown());

export const routerProduct = z.strictObject({ id: z.string(), name: z.string(), hasConfiguration: z.boolean() });
export const profile = z.strictObject({ id: z.string(), name: z.string(), udp: z.string(), tcp: z.string() });

export type Dashboard = z.infer<typeof dashboard>;
export type WatchState = z.infer<typeof watchState>;
