import { type Protocol, rangeLabel, toRanges } from '../base/index.ts';
import type { Cause, PortResult, Verdict } from '../verdict/index.ts';
import type { Report, ReportPort } from './contract.ts';

/** What `fullcone compare --format json` prints. May gain fields and `what`; loses and renames none. */
export interface Comparison {
  readonly schema: 'fullcone.comparison/1';
  readonly first: ComparedReport;
  readonly second: ComparedReport;
  /** Something did, among what both reports speak of. */
  readonly changed: boolean;
  /** How many ports are in both. */
  readonly comparedPorts: number;
  /** Ports of which the other report says nothing: `udp/9000-10999`. */
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
  readonly facts: readonly FactChange[];
  /** Most ports first. */
  readonly ports: readonly PortChange[];
}

export interface ComparedReport {
  readonly startedAt: string;
  readonly verdict: Verdict;
}

/** About the run, its servers and the way there. */
export interface FactChange {
  readonly what: FactName;
  /** Ascending; empty: nothing is known. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Ports of one protocol with the same change. */
export interface PortChange {
  readonly ports: readonly string[];
  readonly count: number;
  readonly before: Outcome;
  readonly after: Outcome;
}

export interface Outcome {
  readonly result: PortResult;
  readonly cause: Cause | null;
}

/** Each as a list of texts that can be compared. How often it was asked, and how long that took, is no change. */
const FACTS = {
  verdict: ({ verdict }) => [verdict],
  reason: ({ reason }) => (reason === null ? [] : [reason]),
  family: ({ ports }) => ports.map(({ family }) => family),
  servers: ({ servers }) => servers.map(({ name, address, state }) => `${name} (${address ?? '-'}): ${state}`),
  publicAddresses: ({ publicAddresses }) => publicAddresses,
  wanAddress: ({ router }) => (router?.wanAddress ? [router.wanAddress] : []),
  nats: ({ router }) => (router?.nats ? [router.nats] : []),
  certificates: ({ certificates = [] }) =>
    certificates.map(
      ({ port, faults, failure }) => `tcp/${port}: ${[...faults, failure?.why ?? ''].join(' ').trim() || 'valid'}`,
    ),
} as const satisfies Readonly<Record<string, (report: Report) => readonly string[]>>;

/** `sourcePorts`: how the ports that are in both reports leave the router. */
export type FactName = keyof typeof FACTS | 'sourcePorts';

/** What is different in `second`; null: they have no port in common, so that nothing can be said. */
export function compareReports(first: Report, second: Report): Comparison | null {
  const [before, after] = [byLabel(first), byLabel(second)];
  const common = [...before.keys()].filter((label) => after.has(label));
  if (common.length === 0) return null;
  const pairs = common.flatMap((label) => {
    const [one, other] = [before.get(label), after.get(label)];
    return one && other ? [[one, other] as const] : [];
  });
  const facts = factChanges(first, second, pairs);
  const ports = portChanges(pairs);
  return {
    schema: 'fullcone.comparison/1',
    first: { startedAt: first.startedAt, verdict: first.verdict },
    second: { startedAt: second.startedAt, verdict: second.verdict },
    changed: facts.length + ports.length > 0,
    comparedPorts: common.length,
    onlyInFirst: labelsOf(first.ports.filter((port) => !after.has(labelOf(port)))),
    onlyInSecond: labelsOf(second.ports.filter((port) => !before.has(labelOf(port)))),
    facts,
    ports,
  };
}

const labelOf = ({ protocol, port }: ReportPort): string => `${protocol}/${port}`;

const byLabel = ({ ports }: Report): ReadonlyMap<string, ReportPort> =>
  new Map(ports.map((port) => [labelOf(port), port]));

type Pair = readonly [before: ReportPort, after: ReportPort];

function factChanges(first: Report, second: Report, pairs: readonly Pair[]): FactChange[] {
  const told = (Object.keys(FACTS) as (keyof typeof FACTS)[]).map((what) => ({
    what,
    before: each(FACTS[what](first)),
    after: each(FACTS[what](second)),
  }));
  const leaving = {
    what: 'sourcePorts' as const,
    before: each(pairs.flatMap(([port]) => leavesAs(port))),
    after: each(pairs.flatMap(([, port]) => leavesAs(port))),
  };
  return [...told, leaving].filter(({ before, after }) => `${before}` !== `${after}`);
}

const each = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/** By its own number, or by another. */
function leavesAs({ mapped, port }: ReportPort): string[] {
  if (mapped === null) return [];
  return [mapped.endsWith(`:${port}`) ? 'preserved' : 'rewritten'];
}

function portChanges(pairs: readonly Pair[]): PortChange[] {
  const groups = new Map<string, { before: Outcome; after: Outcome; ports: ReportPort[] }>();
  for (const [one, other] of pairs) {
    if (one.result === other.result && one.cause === other.cause) continue;
    const [before, after] = [outcomeOf(one), outcomeOf(other)];
    const key = JSON.stringify([one.protocol, before, after]);
    const group = groups.get(key) ?? { before, after, ports: [] };
    groups.set(key, group);
    group.ports.push(one);
  }
  return [...groups.values()]
    .map(({ before, after, ports }) => ({ ports: labelsOf(ports), count: ports.length, before, after }))
    .sort((a, b) => b.count - a.count);
}

const outcomeOf = ({ result, cause }: ReportPort): Outcome => ({ result, cause });

const labelsOf = (ports: readonly ReportPort[]): string[] =>
  (['udp', 'tcp'] satisfies Protocol[]).flatMap((protocol) =>
    toRanges(ports.filter((port) => port.protocol === protocol).map(({ port }) => port)).map((range) =>
      rangeLabel(protocol, range),
    ),
  );
