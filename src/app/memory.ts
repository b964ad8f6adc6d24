import {
  asList,
  asRecord,
  type Endpoint,
  type Family,
  familyOf,
  formatEndpoint,
  formatRanges,
  haveOneOf,
  joinRanges,
  type Milliseconds,
  type PortRange,
  parsePorts,
  portsOf,
  textToValue,
  toRanges,
} from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import type { ProbePlan, Question, ServerFacts, Step } from '../plan/index.ts';
import type { Report, ReportPort } from '../report/index.ts';
import type { System, Timer } from '../system/index.ts';

/**
 * What a check leaves in a router: entries of its connection table that answer for later packets, whatever the
 * rules say by then (docs/decisions/0002). So each check notes who sent to which ports, and whom they sent to themselves;
 * the next one asks another endpoint, or waits.
 */
export interface PastCheck {
  /** Of the run: it notes what it intends, and in the end what it did. */
  readonly id: string;
  /** Time of day. */
  readonly endedAt: Milliseconds;
  readonly flows: readonly Flow[];
  /** Of `mapped`. */
  readonly family: Family;
  /** Ports with a mapping of their own making, which may let in, or be used for, whoever comes next. */
  readonly mapped: readonly PortRange[];
}

interface Flow {
  /** `198.51.100.20:3478`, `[2001:db8::20]:3478`; or an address alone: all of its ports. */
  readonly peer: string;
  /** The ports sent there themselves. Otherwise only the peer sent, or may have. */
  readonly spoken: boolean;
  readonly ports: readonly PortRange[];
}

/** A flow that had no answer (Linux: 30 s; OpenWrt and others: 60 s), and some. */
const UNANSWERED_LIVES: Milliseconds = 65_000;
/** A flow that had answers (Linux: 180 s at most by default), and some. */
const ANSWERED_LIVES: Milliseconds = 185_000;

const FILE = 'past-checks.json';

/** Often enough that a killed check is remembered for about as long as its flows live. */
const RENEWED_EVERY: Milliseconds = 30_000;

/** A check has one for each role that it asks, of each server. */
const MOST_FLOWS = 128;

/** More checks than this nobody makes in three minutes. */
const MOST_NOTES = 200;

const idOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export interface Advice {
  /** One of those that were offered: the first that needs the shortest wait. */
  readonly server: ServerFacts;
  /** Until no old entry of the router can answer for the alternate address, or for a mapping that the primary sees. */
  readonly wait: Milliseconds;
  /** Ports for which, after that wait, an entry may still answer for the primary's other port. */
  readonly stalePorts: readonly number[];
}

/** Sockets of this machine that were not checked, but have opened ways through the router all the same. */
export interface Bystanders {
  readonly ports: readonly number[];
  /** Addresses to which they spoke. */
  readonly peers: readonly string[];
}

/** What one server was asked, and what came of it. */
export interface Remembered {
  readonly plan: ProbePlan;
  readonly observations: readonly Observation[];
}

const NOBODY: Bystanders = { ports: [], peers: [] };

export interface Memory {
  /**
   * Which way to ask a server, and after which time. `isTranslated`: packets leave by another address than the
   * machine's own, so that old mappings matter.
   */
  advise(ways: readonly [ServerFacts, ...ServerFacts[]], ports: readonly number[], isTranslated: boolean): Advice;
  remember(legs: readonly Remembered[], report: Report, bystanders?: Bystanders): Promise<boolean>;
  /** Before the first packet of a leg, with those before it: a run that is killed has left its flows, too. */
  intend(plans: readonly ProbePlan[]): Promise<boolean>;
  /** What is intended is noted again and again until the work is over, since a note bears its time; not afterwards. */
  renew(work: Promise<unknown>): Promise<void>;
}

export async function memoryOf(system: System): Promise<Memory> {
  const now = () => system.clock.date().getTime();
  const read = async () => parse(await system.files.readState(FILE), now());
  const past = await read();
  const id = idOf(system.random(8));
  /** Beside what others have noted in the meantime, and in the place of what this run noted before. */
  const keep = async (check: Omit<PastCheck, 'id'>) => {
    const others = (await read()).filter((other) => other.id !== id).slice(-MOST_NOTES);
    return system.files.writeState(FILE, JSON.stringify([...others, { ...check, id }].map(toNote)));
  };
  let intended: readonly ProbePlan[] = [];
  const intend = async (): Promise<boolean> =>
    intended.length === 0 ||
    keep({ endedAt: now(), flows: intended.flatMap(intendedFlows), family: familyOfAll(intended), mapped: [] });
  return {
    advise: (ways, ports, isTranslated) =>
      advise(past.flatMap(leftIn(ports, familyIn(ways[0].primary))), { ways, ports, isTranslated }, now()),
    remember: (legs, report, { ports, peers } = NOBODY) => {
      const spoken = peers.map((peer) => ({ peer, spoken: true, ports: toRanges(ports) }));
      const flows = legs.flatMap(({ plan, observations }) => flowsOf(plan, askedPorts(observations)));
      const mapped = toRanges(mappedPorts(legs, report));
      return keep({
        endedAt: now(),
        flows: [...flows, ...spoken],
        family: familyOfAll(legs.map(({ plan }) => plan)),
        mapped,
      });
    },
    intend: (plans) => {
      intended = plans;
      return intend();
    },
    renew: (work) => repeatDuring(work, system.clock, intend),
  };
}

/** One at a time, and none of them outlives the work. */
async function repeatDuring(
  work: Promise<unknown>,
  clock: System['clock'],
  action: () => Promise<unknown>,
): Promise<void> {
  let timer: Timer | undefined;
  let underWay: Promise<unknown> = Promise.resolve();
  let isOver = false;
  const later = (): void => {
    if (isOver) return;
    timer = clock.at(clock.now() + RENEWED_EVERY, () => {
      underWay = action().then(later, later);
    });
  };
  later();
  try {
    await work;
  } finally {
    isOver = true;
    timer?.cancel();
    await underWay;
  }
}

/** What may still be in a router, of which ports, and for how long. */
interface Leftover {
  readonly ports: readonly PortRange[];
  readonly until: Milliseconds;
  /** null: whoever comes. */
  readonly peer: string | null;
}

const familyIn = ({ address }: Endpoint): Family => familyOf(address) ?? 'ipv4';

/** A run is one of one family. */
const familyOfAll = ([first]: readonly ProbePlan[]): Family => (first ? familyIn(first.server.primary) : 'ipv4');

/** Of one check, as far as these ports and this family are concerned. */
const leftIn = (ports: readonly number[], asked: Family) => {
  const ascending = [...ports].sort((a, b) => a - b);
  return ({ endedAt, flows, family, mapped }: PastCheck): Leftover[] => {
    const met = flows.filter((flow) => haveOneOf(flow.ports, ascending));
    const left = met.map(({ peer, spoken, ports: of }) => ({
      peer,
      ports: of,
      until: endedAt + (spoken ? ANSWERED_LIVES : UNANSWERED_LIVES),
    }));
    return family === asked && haveOneOf(mapped, ascending)
      ? [...left, { peer: null, ports: mapped, until: endedAt + ANSWERED_LIVES }]
      : left;
  };
};

interface Intention {
  readonly ways: readonly [ServerFacts, ...ServerFacts[]];
  readonly ports: readonly number[];
  readonly isTranslated: boolean;
}

function advise(left: readonly Leftover[], { ways, ports, isTranslated }: Intention, now: Milliseconds): Advice {
  const waits = ways.map((way) => {
    const inTheWay = left.filter(({ peer }) => peer === null || disturbs(peer, way, isTranslated));
    return inTheWay.reduce((longest, { until }) => Math.max(longest, until - now), 0);
  });
  const wait = Math.min(...waits);
  const server = ways[waits.indexOf(wait)] ?? ways[0];
  const lasting = left.filter(({ peer, until }) => until > now + wait && addressOf(peer) === server.primary.address);
  const stale = new Set(portsOf(joinRanges(lasting.flatMap((one) => one.ports))));
  return { server, wait, stalePorts: ports.filter((port) => stale.has(port)) };
}

/**
 * An entry of the alternate address may answer for a cold packet, and one of the primary's for a mapping. A server
 * without a second address is asked nothing that makes a port open or closed.
 */
function disturbs(peer: string, { primary, alternate }: ServerFacts, isTranslated: boolean): boolean {
  if (alternate === null) return false;
  if (addressOf(peer) === alternate.address) return true;
  return isTranslated && (peer === primary.address || peer === formatEndpoint(primary));
}

/** `198.51.100.20:3478`, `[2001:db8::20]:3478`, or an address alone. */
const addressOf = (peer: string | null): string | null =>
  peer && (/^\[(.*)\]/.exec(peer)?.[1] ?? (familyOf(peer) ? peer : peer.replace(/:.*/, '')));

/** Who sends to the ports that are asked a question, and where they send themselves. */
function flowsOfStep({ from, to, answerTo, answerFrom }: Step): Omit<Flow, 'ports'>[] {
  return [
    ...(from === 'port' ? [{ peer: formatEndpoint(to), spoken: true }] : []),
    ...(answerTo === 'control' ? [] : [{ peer: formatEndpoint(answerFrom), spoken: false }]),
  ];
}

/** What was asked of which ports. */
function flowsOf(plan: ProbePlan, asked: ReadonlyMap<Question, ReadonlySet<number>>): Flow[] {
  const flows = new Map<string, Omit<Flow, 'ports'> & { ports: Set<number> }>();
  for (const [question, ports] of asked) {
    const step = plan.steps[question];
    for (const flow of step ? flowsOfStep(step) : []) {
      const key = `${flow.peer} ${flow.spoken}`;
      const known = flows.get(key) ?? { ...flow, ports: new Set() };
      flows.set(key, known);
      for (const port of ports) known.ports.add(port);
    }
  }
  return [...flows.values()].map(({ ports, ...flow }) => ({ ...flow, ports: toRanges([...ports]) }));
}

/** Any question may be asked of any port. */
function intendedFlows({ steps, slices }: ProbePlan): Flow[] {
  const ports = toRanges(slices.flat());
  const flows = Object.values(steps).flatMap(flowsOfStep);
  const once = new Map(flows.map((flow) => [`${flow.peer} ${flow.spoken}`, flow]));
  return [...once.values()].map((flow) => ({ ...flow, ports }));
}

function askedPorts(observations: readonly Observation[]): Map<Question, Set<number>> {
  const asked = new Map<Question, Set<number>>();
  for (const seen of observations) {
    if (seen.kind !== 'sent') continue;
    const ports = asked.get(seen.question);
    if (ports) ports.add(seen.port);
    else asked.set(seen.question, new Set([seen.port]));
  }
  return asked;
}

/**
 * Ports whose mapping lets in, or is used for, whoever comes next. Where everybody is let in on a mapping (and there is
 * a router), those are all ports that have spoken; an open one would look open without its rule.
 */
function mappedPorts(legs: readonly Remembered[], report: Report): number[] {
  const isLocal = report.publicAddresses.every((address) => address === report.bindAddress);
  const isOpen = legs.some(({ observations }) => observations.some(({ kind }) => kind === 'filter-open'));
  return isLocal || !isOpen
    ? report.ports.filter(hasMapping).map(({ port }) => port)
    : legs.flatMap((leg) => [...portsThatSpoke(leg)]);
}

/** Those that sent packets of their own. */
export function portsThatSpoke({ plan, observations }: Remembered): Set<number> {
  const spoke = (question: Question) => plan.steps[question]?.from === 'port';
  return new Set(observations.flatMap((seen) => (seen.kind === 'sent' && spoke(seen.question) ? [seen.port] : [])));
}

const hasMapping = ({ result, cause }: ReportPort): boolean => result === 'translated' || cause === 'works-by-accident';

/** As it is written: ranges as on the command line. */
const toNote = ({ id, endedAt, flows, family, mapped }: PastCheck) => ({
  id,
  endedAt,
  family,
  flows: flows.map(({ ports, ...flow }) => ({ ...flow, ports: formatRanges(ports) })),
  mapped: formatRanges(mapped),
});

/** A file of ours, but anybody may have written to it, and the clock may have been set back since. */
function parse(text: string | null, now: Milliseconds): PastCheck[] {
  return asList(textToValue(text ?? '[]'))
    .slice(-MOST_NOTES)
    .flatMap((note): PastCheck[] => {
      const { id, endedAt, flows, family, mapped } = asRecord(note);
      if (typeof endedAt !== 'number' || now - endedAt >= ANSWERED_LIVES) return [];
      const check: PastCheck = {
        id: typeof id === 'string' ? id : '',
        endedAt: Math.min(endedAt, now),
        flows: asList(flows).slice(0, MOST_FLOWS).flatMap(readFlow),
        family: family === 'ipv6' ? family : 'ipv4',
        mapped: readRanges(mapped),
      };
      return [check];
    });
}

function readFlow(note: unknown): Flow[] {
  const { peer, spoken, ports } = asRecord(note);
  return typeof peer === 'string' ? [{ peer, spoken: spoken === true, ports: readRanges(ports) }] : [];
}

function readRanges(value: unknown): readonly PortRange[] {
  const ranges = parsePorts(typeof value === 'string' ? value : '');
  // Whoever wrote it may have named the same ports a thousand times.
  return ranges.kind === 'ok' ? joinRanges(ranges.value) : [];
}
