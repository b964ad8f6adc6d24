import { z } from 'zod';
import { moment, port, portLabel } from './common.ts';
import { runSummary } from './runs.ts';
import { notifications, schedule, serverState } from './settings.ts';

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

/** Its address is the one that the newest check knew. */
const routerAddress = z.string().nullable();

/** The one in front of this machine. `why`: nothing was checked, or it is being asked; or it says nothing that tells. */
export const routerHere = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('known'),
    name: z.string(),
    by: z.enum(['settings', 'itself']),
    address: routerAddress,
  }),
  z.strictObject({
    kind: z.literal('unknown'),
    why: z.enum(['no-check', 'not-yet', 'not-recognised']),
    address: routerAddress,
  }),
]);

/** By the newest check. */
export const nat = z.discriminatedUnion('kind', [
  /** The servers see this machine by its own address. */
  z.strictObject({ kind: z.literal('none') }),
  /** As in a report: what the router's own address tells beside the one that the servers see. */
  z.strictObject({
    kind: z.literal('known'),
    nats: z.enum(['one-nat', 'carrier-nat', 'double-nat', 'other-public-address']),
  }),
  /** `no-check`, `not-asked`, or a reason as in a report: `silent`, `no-address`, ... */
  z.strictObject({ kind: z.literal('unknown'), why: z.string() }),
]);

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
  router: routerHere,
  nat,
  ipv6: z.strictObject({
    /** This machine has an address of IPv6 that is of the internet. */ isHere: z.boolean(),
    /** The newest check was of IPv6; null: there is none. */ wasChecked: z.boolean().nullable(),
  }),
  /** As the newest check saw them; how far away they were, by the quickest of its control probes. */
  servers: z.array(serverState),
  last: runSummary.nullable(),
  /** The last one that was supported, if the last one is not. */
  lastGood: runSummary.nullable(),
  /** Newest first, up to fourteen. */
  recent: z.array(runSummary),
  running: z.int().nullable(),
  next: z
    .strictObject({
      at: moment,
      schedule,
      /** Who is told of what came of it, and when; null: nobody. */
      tells: z.strictObject({ on: notifications.shape.on, mail: z.array(z.string()), webhook: z.boolean() }).nullable(),
    })
    .nullable(),
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
