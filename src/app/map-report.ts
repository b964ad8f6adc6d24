import { type Milliseconds, scopeOf, toRanges } from '../base/index.ts';
import type { MapGroup, MapReport, ReportEntry } from '../report/index.ts';
import {
  leadsHere,
  type MapEntry,
  type MapObservation,
  type MapOutcome,
  type Mapping,
  type RouterProtocol,
  type RouterTarget,
} from '../router/index.ts';
import { type Epoch, hasPorts, type MapNote, mappingsOf, rangesOf } from './map-notes.ts';

/** What the observations of one engine add up to. */
export interface MapSeen {
  readonly by: RouterProtocol | null;
  readonly isSpoken: boolean;
  /** Why it is not spoken, or nothing could be asked; null: it is. */
  readonly why: 'silent' | 'unsupported' | 'malformed' | 'failed' | 'cancelled' | null;
  readonly outcomes: readonly { readonly mapping: Mapping; readonly outcome: MapOutcome }[];
  readonly entries: readonly MapEntry[] | null;
  readonly entriesComplete: boolean;
  readonly address: string | null;
  readonly otherAddresses: readonly string[];
  readonly epoch: Epoch | null;
  readonly cancelled: boolean;
}

type Of<K extends MapObservation['kind']> = Extract<MapObservation, { kind: K }>;

/** `now`: time of day. */
export function foldMap(
  observations: readonly MapObservation[],
  by: RouterProtocol | null,
  now: Milliseconds,
): MapSeen {
  const all = <K extends MapObservation['kind']>(kind: K): Of<K>[] =>
    observations.filter((one): one is Of<K> => one.kind === kind);
  const [router] = all('map-router');
  const addresses = all('map-address');
  const [listed] = all('map-listed');
  const cancelled = all('map-cancelled').length > 0;
  return {
    by: router ? by : null,
    isSpoken: router !== undefined && all('map-not-spoken').length === 0,
    why: whyNot(all('map-not-spoken'), all('map-failed').length > 0, router !== undefined),
    outcomes: all('map-outcome').map(({ mapping, outcome }) => ({ mapping, outcome })),
    entries: listed ? all('map-entry').map(({ entry }) => entry) : null,
    entriesComplete: listed?.whole ?? true,
    address: addresses.findLast(({ used }) => used)?.address ?? null,
    otherAddresses: [...new Set(addresses.filter(({ used }) => !used).map(({ address }) => address))],
    epoch: typeof router?.epoch === 'number' ? { seconds: router.epoch, at: now } : null,
    cancelled,
  };
}

function whyNot([not]: readonly Of<'map-not-spoken'>[], hasFailed: boolean, isThere: boolean): MapSeen['why'] {
  if (not) return not.why;
  if (hasFailed) return 'failed';
  return isThere ? null : 'cancelled';
}

/** Whether it is worth to ask by UPnP who has it: a PCP server says "not authorised" of a mapping with another nonce, too. */
export const isOwnerUnknown = (outcome: MapOutcome): boolean =>
  (outcome.kind === 'conflict' && outcome.owner === null) || outcome.kind === 'denied';

/** With the owners that UPnP has told. What leads here already, one to one, is no conflict. */
export function withOwners(seen: MapSeen, observations: readonly MapObservation[], local: string): MapSeen {
  const owners = new Map<string, MapEntry>();
  for (const one of observations) if (one.kind === 'map-owner' && one.owner) owners.set(keyOf(one.mapping), one.owner);
  const outcomes = seen.outcomes.map(({ mapping, outcome }) => {
    const owner = isOwnerUnknown(outcome) ? owners.get(keyOf(mapping)) : undefined;
    if (!owner) return { mapping, outcome };
    const left = outcome.kind === 'conflict' ? outcome.left : null;
    const isPresent = leadsHere(owner, local) && left === null;
    return {
      mapping,
      outcome: isPresent ? ({ kind: 'present' } as const) : { kind: 'conflict' as const, owner, left },
    };
  });
  return { ...seen, outcomes };
}

const keyOf = ({ protocol, port }: Mapping): string => `${protocol}/${port}`;

interface Done {
  /** What is about to be asked for; or what became of it. */
  readonly mappings?: readonly Mapping[];
  readonly outcomes?: MapSeen['outcomes'];
  /** The lifetime in seconds that was asked for. */
  readonly asked: number;
  readonly now: Milliseconds;
  readonly epoch: Epoch | null;
}

/** What is noted then: also what may have been made, and not what is somebody else's. */
export function noteAfter(earlier: MapNote, { mappings = [], outcomes = [], asked, now, epoch }: Done): MapNote {
  const mine = new Map([...mappingsOf(earlier), ...mappings].map((one) => [keyOf(one), one]));
  let until = hasPorts(earlier) ? earlier.until : 0;
  const later = (seconds: number): void => {
    const end = seconds === 0 ? null : now + seconds * 1_000;
    until = until === null || end === null ? null : Math.max(until, end);
  };
  if (mappings.length > 0) later(asked);
  for (const { mapping, outcome } of outcomes) {
    const isMine = isOurs(outcome);
    if (isMine === true) mine.set(keyOf(mapping), mapping);
    else if (isMine === false) mine.delete(keyOf(mapping));
    if (isMine === true) later(outcome.kind === 'made' ? outcome.lifetime : asked);
  }
  const all = [...mine.values()];
  return {
    ...{ by: earlier.by, nonce: earlier.nonce, udp: rangesOf(all, 'udp'), tcp: rangesOf(all, 'tcp') },
    until: all.length > 0 ? until : null,
    epoch: epoch ?? earlier.epoch,
  };
}

/** null: as it was before. */
function isOurs(outcome: MapOutcome): boolean | null {
  switch (outcome.kind) {
    case 'made':
    case 'no-answer':
      return true;
    case 'present':
    case 'deleted':
    case 'absent':
    case 'not-ours':
      return false;
    case 'conflict':
      return outcome.left !== null;
    case 'differs':
      return outcome.left;
    case 'denied':
    case 'no-resources':
    case 'no-address':
    case 'permanent-only':
    case 'failed':
    case 'malformed':
    case 'not-asked':
      return null;
    default:
      return outcome satisfies never;
  }
}

interface MapFacts {
  readonly target: RouterTarget;
  readonly task: MapReport['task'];
  readonly version: string;
  readonly startedAt: Date;
  readonly own: readonly MapNote[];
  readonly noted: boolean;
  readonly restarted: boolean;
}

export function buildMapReport(seen: MapSeen, facts: MapFacts): MapReport {
  const { target, task, version, startedAt, own, noted, restarted } = facts;
  const lifetimes = seen.outcomes.flatMap(({ outcome }) => (outcome.kind === 'made' ? [outcome.lifetime] : []));
  const ending = lifetimes.filter((seconds) => seconds > 0);
  return {
    ...{ schema: 'fullcone.map/1', version, startedAt: startedAt.toISOString(), task },
    ...{ gateway: target.gateway, local: target.local, by: seen.by, reason: seen.why },
    externalAddress: seen.address,
    behindNat: seen.address !== null && scopeOf(seen.address) !== 'public',
    otherAddresses: seen.otherAddresses,
    restarted,
    lifetimeSeconds: lifetimes.length === 0 ? null : ending.length === 0 ? 0 : Math.min(...ending),
    noted,
    mappings: groupsOf(seen.outcomes),
    entries: seen.entries,
    entriesComplete: seen.entriesComplete,
    own: own.filter(hasPorts).map(({ by, udp, tcp, until }) => ({
      ...{ by, udp, tcp },
      until: until === null ? null : new Date(until).toISOString(),
    })),
    cancelled: seen.cancelled,
  };
}

/** One for each outcome and owner: a range that one host has is one line. */
function groupsOf(outcomes: MapSeen['outcomes']): MapGroup[] {
  const groups = new Map<string, { mappings: Mapping[]; outcome: MapOutcome; left: number[] }>();
  for (const { mapping, outcome } of outcomes) {
    const owner = 'owner' in outcome ? outcome.owner : null;
    const who = owner ? [owner.client, owner.description] : null;
    const key = JSON.stringify([mapping.protocol, outcome.kind, 'code' in outcome ? outcome.code : null, who]);
    const group = groups.get(key) ?? { mappings: [], outcome, left: [] };
    groups.set(key, group);
    group.mappings.push(mapping);
    if (outcome.kind === 'conflict' && outcome.left !== null) group.left.push(outcome.left);
  }
  return [...groups.values()].map(({ mappings, outcome, left }) => ({
    outcome: outcome.kind,
    protocol: mappings[0]?.protocol ?? 'udp',
    ranges: toRanges(mappings.map(({ port }) => port)),
    count: mappings.length,
    code: 'code' in outcome ? outcome.code : null,
    owner: 'owner' in outcome ? (outcome.owner satisfies ReportEntry | null) : null,
    leftOpen: left,
  }));
}
