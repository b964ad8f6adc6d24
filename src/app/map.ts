import type { Milliseconds, PortRange } from '../base/index.ts';
import type { MapReport } from '../report/index.ts';
import {
  IgdMapper,
  type IgdTask,
  type MapObservation,
  type Mapping,
  type MapTask,
  NAT_PMP,
  pcp,
  type RouterProtocol,
  type RouterTarget,
  UdpMapper,
} from '../router/index.ts';
import type { System, Timer } from '../system/index.ts';
import { bytesOf, hasPorts, hasRestarted, type MapNote, type MapNotes, mapNotesOf, mappingsOf } from './map-notes.ts';
import { buildMapReport, foldMap, isOwnerUnknown, type MapSeen, noteAfter, withOwners } from './map-report.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { findGateway } from './router.ts';

export interface MapRequest {
  readonly task: 'make' | 'delete' | 'list';
  /** Of `delete`: none means all that are noted. */
  readonly udp: readonly PortRange[];
  readonly tcp: readonly PortRange[];
  /** Seconds; 0: until somebody deletes them, by UPnP alone. */
  readonly lifetime: number;
  readonly by: 'auto' | RouterProtocol;
  /** Renew at half of the lifetime until cancelled, then delete. */
  readonly keep: boolean;
}

/** In the order in which they are tried: the one that says most comes first. */
export const MAP_PROTOCOLS: readonly RouterProtocol[] = ['pcp', 'nat-pmp', 'upnp'];

export const MAP_LIMITS = {
  /** Seconds; the longest is of WANIPConnection:2. */
  lifetime: { shortest: 10, longest: 604_800, usual: 86_400 },
} as const;

export type MapEvent =
  /** So many of them are over. */
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  /** They are there, and kept. */
  | { readonly kind: 'keeping'; readonly report: MapReport; readonly every: Milliseconds }
  | { readonly kind: 'renewed'; readonly report: MapReport };

export type MapRouter =
  | (RouterTarget & { readonly kind: 'known' })
  | { readonly kind: 'unknown'; readonly why: 'no-lan' | 'no-gateway' | 'gateway-unknown' };

/** An address of the internet, to which nothing is sent: the way there leads over the router that is meant. */
const FAR = '192.0.2.1';

/** The router that leads into the internet; no packet is sent. */
export async function findMapRouter({ host }: Pick<System, 'host'>, bindAddress: string): Promise<MapRouter> {
  const local = bindAddress === '0.0.0.0' ? await host.sourceFor(FAR) : bindAddress;
  if (local === null) return { kind: 'unknown', why: 'no-gateway' };
  const { gateway, unknown } = await findGateway(FAR, local, { host });
  return gateway === null ? { kind: 'unknown', why: unknown ?? 'no-gateway' } : { kind: 'known', gateway, local };
}

export interface RunningMap {
  readonly finished: Promise<MapReport>;
  cancel(): void;
}

/** The only thing of ours that changes a router (docs/decisions/0016). */
export function startMap(
  system: System,
  target: RouterTarget,
  request: MapRequest,
  version: string,
  tell: (event: MapEvent) => void = () => undefined,
): RunningMap {
  const pumps = new PumpUntilCancelled(system);
  const work = { system, target, request, version, tell };
  return { finished: carryOut(work, pumps), cancel: () => pumps.cancel() };
}

interface Work {
  readonly system: System;
  readonly target: RouterTarget;
  readonly request: MapRequest;
  readonly version: string;
  readonly tell: (event: MapEvent) => void;
}

async function carryOut(work: Work, pumps: PumpUntilCancelled): Promise<MapReport> {
  const { request } = work;
  const notes = await mapNotesOf(work.target, work.system);
  if (request.task === 'list') return list(work, notes, pumps);
  if (request.task === 'delete') return remove(work, mappingsOf(request), notes, pumps);
  const made = await make(work, notes, pumps);
  return request.keep && made.mappings.some(({ outcome }) => outcome === 'made')
    ? keep(work, made, notes, pumps)
    : made;
}

/** The protocols that may be used, as long as none of them is spoken. */
async function make(work: Work, notes: MapNotes, pumps: PumpUntilCancelled): Promise<MapReport> {
  const { request, system } = work;
  const mappings = mappingsOf(request);
  const { lifetime: asked } = request;
  const task: MapTask = { kind: 'make', mappings, lifetime: asked };
  const wanted = request.by === 'auto' ? MAP_PROTOCOLS : [request.by];
  // A mapping without an end is nothing that the other two have.
  const order = wanted.filter((by) => by === 'upnp' || asked > 0);
  const all: MapSeen[] = [];
  for (const by of order) {
    const earlier = notes.of(by);
    const now = system.clock.date().getTime();
    await notes.write(noteAfter(earlier, { mappings, asked, now, epoch: null }));
    const seen = await withOwnersOf(await run(work, by, task, earlier, pumps), work, pumps);
    all.push(seen);
    const noted = await notes.write(seen.isSpoken ? noteAfter(earlier, { ...seen, asked, now }) : earlier);
    const restarted = earlier.epoch !== null && seen.epoch !== null && hasRestarted(earlier.epoch, seen.epoch);
    if (seen.isSpoken || pumps.cancelled) return report(work, seen, notes, { noted, restarted });
  }
  return report(work, bestOf(all), notes, {});
}

/** Of several that are not spoken: who answered something tells more than who is silent. */
const bestOf = (all: readonly MapSeen[]): MapSeen =>
  all.find(({ why }) => why !== null && why !== 'silent') ?? all[0] ?? foldMap([], null, 0);

async function run(
  { system, target, tell }: Work,
  by: RouterProtocol,
  task: MapTask,
  { nonce }: Pick<MapNote, 'nonce'>,
  pumps: PumpUntilCancelled,
): Promise<MapSeen> {
  const observations: MapObservation[] = [];
  const total = task.mappings.length;
  const engine = by === 'upnp' ? new IgdMapper(target, task) : udpMapper(target, by, nonce, task);
  let done = 0;
  await pumps.run(engine, (observation) => {
    observations.push(observation);
    if (observation.kind === 'map-outcome') tell({ kind: 'progress', done: ++done, total });
  });
  return foldMap(observations, by, system.clock.date().getTime());
}

const udpMapper = (target: RouterTarget, by: 'pcp' | 'nat-pmp', nonce: string, task: MapTask): UdpMapper =>
  new UdpMapper(target, by === 'pcp' ? pcp(target.local, bytesOf(nonce)) : NAT_PMP, task);

/** So many owners say who it is. */
const MOST_OWNERS = 50;

/** PCP and NAT-PMP say that somebody has a port, and not who; most routers that speak them speak UPnP, too. */
async function withOwnersOf(seen: MapSeen, { target }: Work, pumps: PumpUntilCancelled): Promise<MapSeen> {
  const unknown = seen.outcomes.flatMap(({ mapping, outcome }) => (isOwnerUnknown(outcome) ? [mapping] : []));
  if (unknown.length === 0 || seen.by === 'upnp') return seen;
  const observations: MapObservation[] = [];
  const task: IgdTask = { kind: 'look', mappings: unknown.slice(0, MOST_OWNERS) };
  await pumps.run(new IgdMapper(target, task), (observation) => observations.push(observation));
  return withOwners(seen, observations, target.local);
}

/** Only what is noted as ours. `named`: none: all of it. */
async function remove(
  work: Work,
  named: readonly Mapping[],
  notes: MapNotes,
  pumps: PumpUntilCancelled,
): Promise<MapReport> {
  const { system, request } = work;
  const allowed = notes.all.filter(({ by }) => request.by === 'auto' || request.by === by);
  const all: MapSeen[] = [];
  let noted = true;
  for (const note of allowed.filter(hasPorts)) {
    const mappings = mappingsOf(note).filter((one) => named.length === 0 || named.some((other) => isSame(one, other)));
    if (mappings.length === 0) continue;
    const seen = await run(work, note.by, { kind: 'delete', mappings, lifetime: 0 }, note, pumps);
    all.push(seen);
    const now = system.clock.date().getTime();
    // Of what may still be there nobody knows until when: as long as before.
    const asked = note.until === null ? 0 : Math.max(1, (note.until - now) / 1_000);
    if (seen.isSpoken) noted = await notes.write(noteAfter(note, { ...seen, asked, now }));
  }
  const [first, ...others] = all;
  if (!first) return { ...report(work, foldMap([], null, 0), notes, {}), reason: 'nothing-noted' };
  return report(work, { ...first, outcomes: [first, ...others].flatMap(({ outcomes }) => outcomes) }, notes, { noted });
}

const isSame = (one: Mapping, other: Mapping): boolean => one.port === other.port && one.protocol === other.protocol;

/** Only UPnP can be asked for what there is. */
async function list(work: Work, notes: MapNotes, pumps: PumpUntilCancelled): Promise<MapReport> {
  const observations: MapObservation[] = [];
  await pumps.run(new IgdMapper(work.target, { kind: 'list' }), (observation) => observations.push(observation));
  const seen = foldMap(observations, 'upnp', work.system.clock.date().getTime());
  const listed = report(work, seen, notes, {});
  return listed.reason === 'silent' ? { ...listed, reason: 'cannot-list' } : listed;
}

const report = (
  { system, target, request, version }: Work,
  seen: MapSeen,
  notes: MapNotes,
  facts: { readonly noted?: boolean; readonly restarted?: boolean },
): MapReport =>
  buildMapReport(seen, {
    ...{ noted: true, restarted: false, ...facts },
    ...{ target, version, task: request.task, own: notes.all, startedAt: system.clock.date() },
  });

/** How often a router that tells how long it remembers is asked whether it has restarted. */
const LOOKS_EVERY: Milliseconds = 60_000;

/** Renews until cancelled; then deletes what it has made. */
async function keep(work: Work, made: MapReport, notes: MapNotes, pumps: PumpUntilCancelled): Promise<MapReport> {
  const { system, request, tell } = work;
  const by = made.by ?? 'upnp';
  // One protocol to the end: what another one makes would be another mapping.
  const again: Work = { ...work, request: { ...request, by }, tell: () => undefined };
  const every = renewalOf(made);
  if (!pumps.cancelled) tell({ kind: 'keeping', report: made, every });
  let renewAt = system.clock.now() + every;
  while (!pumps.cancelled) {
    await sleepUntil(Math.min(renewAt, system.clock.now() + LOOKS_EVERY), system, pumps.cancellation);
    if (pumps.cancelled) break;
    if (system.clock.now() < renewAt && !(await hasForgotten(again, by, notes, pumps))) continue;
    const renewed = await make(again, notes, pumps);
    if (pumps.cancelled) break;
    tell({ kind: 'renewed', report: renewed });
    renewAt = system.clock.now() + renewalOf(renewed);
  }
  const last: Work = { ...again, request: { ...again.request, task: 'delete' } };
  return remove(last, mappingsOf(request), notes, new PumpUntilCancelled(system));
}

/** Half of the shortest lifetime (RFC 6886 section 3.3, RFC 6887 section 11.2.1); soon again where there is none now. */
const renewalOf = ({ lifetimeSeconds }: MapReport): Milliseconds => {
  if (lifetimeSeconds === 0) return LONGEST_SLEEP;
  return lifetimeSeconds === null ? LOOKS_EVERY : Math.max(1_000, (lifetimeSeconds * 1_000) / 2);
};

/** Of a mapping without an end: it is looked whether it is still there. */
const LONGEST_SLEEP: Milliseconds = 30 * 60_000;

async function hasForgotten(
  work: Work,
  by: RouterProtocol,
  notes: MapNotes,
  pumps: PumpUntilCancelled,
): Promise<boolean> {
  const { epoch, nonce } = notes.of(by);
  if (epoch === null || by === 'upnp') return false;
  const { epoch: now } = await run(work, by, { kind: 'make', mappings: [], lifetime: 0 }, { nonce }, pumps);
  return now !== null && hasRestarted(epoch, now);
}

/** `enough`: nobody waits any longer. */
async function sleepUntil(when: Milliseconds, { clock }: System, enough: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined;
  const over = new Promise<void>((resolve) => {
    timer = clock.at(when, resolve);
  });
  await Promise.race([over, enough]);
  timer?.cancel();
}
