import type { Milliseconds } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import type { ProbeRole } from '../plan/index.ts';
import type { PauseEvidence } from './types.ts';

type Seen<K extends Observation['kind']> = Extract<Observation, { kind: K }>;

/** What was let in, and how many ports that took; what was not; and when. */
interface Record {
  readonly letIn: Milliseconds[];
  readonly refused: Milliseconds[];
  /** Of each port that was let in: when it was asked, first of all. */
  readonly ports: Map<number, Milliseconds>;
}

/** Each pause of the run: after how much it came, and how long it took until it was over. In the order of time. */
export function collectPauses(observations: readonly Observation[]): PauseEvidence[] {
  const paused = new Map<Milliseconds, Seen<'paused'>>();
  const resumed = new Map<Milliseconds, Milliseconds>();
  for (const seen of observations) {
    if (seen.kind === 'paused') paused.set(seen.at, seen);
    if (seen.kind === 'resumed') resumed.set(seen.since, seen.at);
  }
  if (paused.size === 0) return [];
  const records = {
    router: ofRouter(observations),
    outbound: ofServer(observations, 'newcomer', (seen) => seen.kind === 'answered' && seen.question === 'outbound'),
    server: ofServer(observations, 'primary', ({ kind }) => kind === 'sent'),
  };
  const pauses = [...paused.values()].sort((a, b) => a.at - b.at);
  return pauses.map(({ at, by }, index) => {
    const before = pauses[index - 1];
    const began = before ? (resumed.get(before.at) ?? before.at) : Number.NEGATIVE_INFINITY;
    return describe(records[by], { by, at, began, over: resumed.get(at) ?? null });
  });
}

interface Span {
  readonly by: PauseEvidence['by'];
  readonly began: Milliseconds;
  readonly at: Milliseconds;
  readonly over: Milliseconds | null;
}

function describe({ letIn, refused, ports }: Record, { by, began, at, over }: Span): PauseEvidence {
  const last = latest(letIn, began, at) ?? at;
  const stillAt = latest(refused, last, over ?? Number.POSITIVE_INFINITY) ?? at;
  const againAt = over === null ? null : earliest(letIn, at, over);
  return {
    by,
    ports: [...ports.values()].filter((time) => time >= began && time <= last).length,
    atLeast: stillAt - last,
    atMost: againAt === null ? null : againAt - last,
  };
}

/** New flows: cold packets, and sentinels. */
function ofRouter(observations: readonly Observation[]): Record {
  const record: Record = { letIn: [], refused: [], ports: new Map() };
  const answered = new Set<Milliseconds>();
  for (const seen of observations) {
    if (seen.kind !== 'answered' || seen.arrivedOn !== seen.port) continue;
    if (seen.question === 'cold') noteFirst(record.ports, seen.port, seen.sentAt);
    if (seen.question === 'sentinel') answered.add(seen.sentAt);
    if (seen.question === 'cold' || seen.question === 'sentinel') record.letIn.push(seen.sentAt);
  }
  for (const seen of observations)
    if (seen.kind === 'sent' && seen.question === 'sentinel' && !answered.has(seen.at)) record.refused.push(seen.at);
  return record;
}

/** Which probes were answered, and which were not; and the ports of which something counts. */
function ofServer(
  observations: readonly Observation[],
  role: ProbeRole,
  counts: (seen: Seen<'sent' | 'answered'>) => boolean,
): Record {
  const record: Record = { letIn: [], refused: [], ports: new Map() };
  for (const seen of observations) {
    if (seen.kind === 'control-answered' && seen.role === role) record.letIn.push(seen.sentAt);
    if (seen.kind === 'control-lost' && seen.role === role) record.refused.push(seen.sentAt);
    if ((seen.kind === 'sent' || seen.kind === 'answered') && counts(seen))
      noteFirst(record.ports, seen.port, seen.kind === 'sent' ? seen.at : seen.sentAt);
  }
  return record;
}

function noteFirst(ports: Map<number, Milliseconds>, port: number, at: Milliseconds): void {
  const known = ports.get(port);
  if (known === undefined || at < known) ports.set(port, at);
}

/** The last time in a span, its end not included; null: none. */
const latest = (times: readonly Milliseconds[], from: Milliseconds, to: Milliseconds): Milliseconds | null =>
  times.reduce<Milliseconds | null>(
    (last, time) => (time > from && time < to && time > (last ?? from) ? time : last),
    null,
  );

/** The first time in a span, both ends included; null: none. */
const earliest = (times: readonly Milliseconds[], from: Milliseconds, to: Milliseconds): Milliseconds | null =>
  times.reduce<Milliseconds | null>(
    (first, time) => (time >= from && time <= to && time < (first ?? Number.POSITIVE_INFINITY) ? time : first),
    null,
  );
