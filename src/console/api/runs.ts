import { z } from 'zod';
import { moment, page, portLabel, serverName, verdict } from './common.ts';

export const mode = z.enum(['bind', 'live', 'exclusive']);

/** What a Run may be asked to do otherwise than the settings say. */
export const newRun = z.strictObject({
  /** `failed`: only the ports that were not found open in that run. */
  scope: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('failed'), run: z.int().min(1) }),
    z.strictObject({ kind: z.literal('ports'), ports: z.array(portLabel).min(1).max(1_000) }),
  ]),
  mode: z.enum(['auto', 'live', 'bind', 'exclusive']).optional(),
  servers: z.array(serverName).min(1).max(10).optional(),
  sample: z.union([z.literal('all'), z.int().min(1).max(65_535)]).optional(),
  /** Exclusive mode stops services: nobody says yes by accident. */
  mayStopServices: z.boolean().default(false),
  noWait: z.boolean().default(false),
});

/** What would happen; nothing has been sent. */
export const runPlan = z.strictObject({
  udp: z.array(portLabel),
  tcp: z.array(portLabel),
  count: z.int(),
  mode,
  servers: z.array(serverName),
  /** An estimate, from the last run of this kind or from the pace; milliseconds. */
  expectedMs: z.number(),
  /** Exclusive mode: what is stopped, in this order, each only while its ports are asked. */
  stops: z.array(z.strictObject({ service: z.string(), ports: z.array(portLabel) })),
  /** By busy media ports; null: cannot be told. */
  callsInProgress: z.int().nullable(),
});

export const runState = z.enum(['running', 'finished', 'interrupted']);

/** A row of the history. */
export const runSummary = z.strictObject({
  id: z.int(),
  state: runState,
  startedAt: moment,
  /** null: it runs, or nobody knows when it was cut off. */
  endedAt: moment.nullable(),
  by: z.strictObject({ kind: z.enum(['user', 'token', 'schedule']), name: z.string().nullable() }),
  scope: newRun.shape.scope,
  mode: mode.nullable(),
  verdict: verdict.nullable(),
  reason: z.string().nullable(),
  durationMs: z.number().nullable(),
  counts: z.strictObject({ open: z.int(), closed: z.int(), other: z.int() }).nullable(),
  /** The headline in both languages: what is the matter, in one sentence. */
  headline: z.strictObject({ en: z.string(), de: z.string() }).nullable(),
});

/** `came`: only those that came to this. */
export const runsQuery = page.extend({ came: z.union([verdict, z.literal('interrupted')]).optional() });

/** A port of the map: one letter each, in the order of `ranges`. */
export const CELLS = {
  /** Not yet asked. */
  w: 'waiting',
  /** Being asked. */
  a: 'asked',
  /** No answer so far: turns into closed only when control probes have answered again. */
  s: 'silent',
  o: 'open',
  c: 'closed',
  /** Any other result: the report says which. */
  u: 'other',
} as const;

/** What the log of a run that goes on may say; a page has a sentence for each. */
export const LOG_CODES = [
  ...(['server-two', 'server-one', 'server-silent', 'server-unresolved', 'router', 'waiting'] as const),
  ...(['mode-bind', 'mode-live', 'mode-exclusive'] as const),
  ...(['asked-first', 'asked-refine', 'asked-more', 'asked-again', 'calls', 'silence-counts'] as const),
  ...(['paused-router', 'paused-outbound', 'paused-server', 'resumed'] as const),
  ...(['throttled', 'server-lost', 'refused-by-router'] as const),
  ...(['service-stopping', 'service-stopped', 'service-starting', 'service-started', 'service-held'] as const),
  ...(['service-failed-guard', 'service-failed-stop', 'service-failed-start', 'service-failed-hold'] as const),
] as const;

/** Where the run is. Everything a page needs to show it from scratch. */
export const runProgress = z.strictObject({
  id: z.int(),
  state: runState,
  phase: z.enum([
    'starting',
    'servers',
    'router',
    'waiting',
    'ports',
    'calls',
    'stopping',
    'starting-services',
    'paused',
    'concluding',
    'over',
  ]),
  elapsedMs: z.number(),
  /** null: cannot be told yet. */
  leftMs: z.number().nullable(),
  /** The reason of `waiting` and `paused`; by whom. */
  pausedBy: z.enum(['states', 'router', 'outbound', 'server']).nullable(),
  service: z.string().nullable(),
  mode: mode.nullable(),
  servers: z.array(
    z.strictObject({
      name: z.string(),
      address: z.string().nullable(),
      otherAddress: z.string().nullable(),
      state: z.string(),
    }),
  ),
  /** The path picture: PBX, router, primary, alternate; an arrow each. */
  path: z.strictObject({
    local: z.string().nullable(),
    publicAddress: z.string().nullable(),
    out: z.enum(['waiting', 'asked', 'yes', 'no']),
    back: z.enum(['waiting', 'asked', 'yes', 'no']),
    cold: z.enum(['waiting', 'asked', 'yes', 'no']),
    warm: z.enum(['waiting', 'asked', 'yes', 'no']),
  }),
  ranges: z.array(z.strictObject({ protocol: z.enum(['udp', 'tcp']), from: z.int(), to: z.int() })),
  /** As many letters of `CELLS` as there are ports in `ranges`. */
  cells: z.string(),
  counts: z.strictObject({ open: z.int(), closed: z.int(), other: z.int(), waiting: z.int() }),
  loss: z.strictObject({ sent: z.int(), answered: z.int() }).nullable(),
  /** Of the last control probe; null: none has answered. */
  roundTripMs: z.number().nullable(),
  /** The last things that happened, newest first; `atMs`: since it began. */
  log: z.array(
    z.strictObject({
      atMs: z.int(),
      code: z.enum(LOG_CODES),
      facts: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
});

/**
 * Server-sent events of `GET /runs/{id}/events`; `id:` counts up, and Last-Event-ID resumes after it:
 * - `snapshot`: `runProgress`;
 * - `delta`: `runDelta`, at most every 100 ms;
 * - `end`: `runSummary`; nothing follows.
 */
export const runDelta = runProgress
  .omit({ cells: true, ranges: true, id: true })
  .partial()
  .extend({
    /** Index of a cell, how many from there on, and the letter. */ cells: z
      .array(z.tuple([z.int(), z.int(), z.string().length(1)]))
      .optional(),
    ranges: runProgress.shape.ranges.optional(),
  });

/** The report is `fullcone.report/1`, as dist/report.schema.json has it. */
export const run = runSummary.extend({ report: z.record(z.string(), z.unknown()).nullable() });

export const started = z.strictObject({
  id: z.int(),
  /** Another one was running already: this one joined it. */ joined: z.boolean(),
});

export const exportQuery = z.strictObject({
  format: z.enum(['text', 'json', 'junit', 'csv', 'html', 'pdf', 'events']),
  language: z.enum(['en', 'de']).optional(),
  /** Other addresses and names in the place of all. */
  redact: z.enum(['true', 'false']).default('false'),
});

export const compareQuery = z.strictObject({ a: z.coerce.number().int().min(1), b: z.coerce.number().int().min(1) });

/** Per finding: what was seen, what callers notice, what proves it, what to do, how to see that it worked. In the language asked for. */
export const adviceQuery = z.strictObject({
  router: z.string().max(64).optional(),
  language: z.enum(['en', 'de']).optional(),
});

/** One port, such as `udp/9500`. */
export const packetsQuery = z.strictObject({ port: z.string().regex(/^(udp|tcp)\/\d{1,5}$/) });

/** As a finding of a report has them; null: this port was not asked. */
export const packets = z.strictObject({ proof: z.record(z.string(), z.unknown()).nullable() });

export const trend = z.strictObject({
  ranges: z.array(portLabel),
  /** Oldest first. */
  runs: z.array(
    z.strictObject({
      id: z.int(),
      startedAt: moment,
      verdict: verdict.nullable(),
      /** Of each range, in the order of `ranges`. */ open: z.array(z.number().min(0).max(1).nullable()),
    }),
  ),
});

export type RunPlan = z.infer<typeof runPlan>;
export type NewRun = z.infer<typeof newRun>;
export type RunSummary = z.infer<typeof runSummary>;
export type RunProgress = z.infer<typeof runProgress>;
export type RunDelta = z.infer<typeof runDelta>;
