import type { Milliseconds } from '../../../src/base/index.ts';
import type { Protocol } from '../../scenarios/index.ts';
import { invert, type Tuple, tupleKey } from '../packet.ts';

// TCP's own times are others; but each call comes from a port of its own, so that nothing hangs on them.

/** While only one side has spoken. Linux's default, and RFC 4787's REQ-5 is longer. */
const UNREPLIED: Milliseconds = 30_000;
/** Once both have. Linux had 180 s before it had 120 s (and those only for flows older than 2 s); this is the harder one. */
const REPLIED: Milliseconds = 180_000;

/** One flow that the router knows, as a line of `conntrack -L`. */
export interface Entry {
  /** As its first packet came in. */
  readonly original: Tuple;
  /** As the answer to it comes in: the inverse of how the first packet went out. */
  readonly reply: Tuple;
  /** From which side its first packet came. */
  readonly opened: 'inside' | 'outside';
  answered: boolean;
  expires: Milliseconds;
}

/** What the table finds by one of an entry's two tuples. */
interface Way {
  readonly entry: Entry;
  readonly isReply: boolean;
  /** As a packet that comes in by this tuple goes on. */
  readonly onward: Tuple;
}

/** The connection table. An entry is found by either of its tuples, and no two entries share one. */
export interface Table {
  /** Looks a packet up: how it goes on, and the entry lives longer; null: it belongs to no flow. */
  pass(packet: Tuple, now: Milliseconds): Tuple | null;
  /** Opens a flow that leaves as `translated`; for good where a neighbour keeps it alive. */
  open(opened: Entry['opened'], original: Tuple, translated: Tuple, now: Milliseconds, forGood?: boolean): void;
  /** Whether some flow's packets come in like this. */
  taken(tuple: Tuple, now: Milliseconds): boolean;
  /** Flows of this protocol that this inside endpoint has opened, the newest first. */
  openedBy(inside: Pick<Tuple, 'protocol' | 'from'>, now: Milliseconds): readonly Entry[];
  /** How many flows of this protocol the inside address has opened. */
  countOf(protocol: Protocol, insideAddress: string, now: Milliseconds): number;
  /** Flows of this protocol, opened from inside, that have this public port, the newest first. */
  behind(protocol: Protocol, publicPort: number, now: Milliseconds): readonly Entry[];
}

/** How long a flow lives after its last packet. */
export interface Lifetimes {
  readonly unreplied: Milliseconds;
  readonly replied: Milliseconds;
}

const LINUX: Lifetimes = { unreplied: UNREPLIED, replied: REPLIED };

export function createTable({ unreplied, replied }: Lifetimes = LINUX): Table {
  const byTuple = new Map<string, Way>();
  const byInside = new Map<string, Entry[]>();
  const byPublicPort = new Map<string, Entry[]>();

  function find(key: string, now: Milliseconds): Way | null {
    const way = byTuple.get(key);
    return way !== undefined && way.entry.expires > now ? way : null;
  }

  function pass(packet: Tuple, now: Milliseconds): Tuple | null {
    const way = find(tupleKey(packet), now);
    if (way === null) return null;
    const { entry, isReply, onward } = way;
    if (isReply) entry.answered = true;
    entry.expires = Math.max(entry.expires, now + (entry.answered ? replied : unreplied));
    return onward;
  }

  function add(tuple: Tuple, way: Way, now: Milliseconds): void {
    const key = tupleKey(tuple);
    if (find(key, now) !== null) throw new Error(`model: ${key} already belongs to another flow`);
    byTuple.set(key, way);
  }

  function open(opened: Entry['opened'], original: Tuple, translated: Tuple, now: Milliseconds, forGood = false): void {
    const reply = invert(translated);
    const expires = forGood ? Number.POSITIVE_INFINITY : now + unreplied;
    const entry: Entry = { original, reply, opened, answered: forGood, expires };
    add(original, { entry, isReply: false, onward: translated }, now);
    add(reply, { entry, isReply: true, onward: invert(original) }, now);
    if (opened === 'outside') return;
    listed(byInside, insideKey(original)).unshift(entry);
    listed(byPublicPort, portKey(original.protocol, reply.to.port)).unshift(entry);
  }

  return {
    pass,
    open,
    taken: (tuple, now) => find(tupleKey(tuple), now) !== null,
    openedBy: (inside, now) => alive(byInside, insideKey(inside), now),
    countOf: (protocol, insideAddress, now) =>
      [...byInside.keys()]
        .filter((key) => key.startsWith(`${protocol} ${insideAddress}:`))
        .reduce((sum, key) => sum + alive(byInside, key, now).length, 0),
    behind: (protocol, publicPort, now) => alive(byPublicPort, portKey(protocol, publicPort), now),
  };
}

const portKey = (protocol: Protocol, port: number): string => `${protocol} ${port}`;
const insideKey = ({ protocol, from: { address, port } }: Pick<Tuple, 'protocol' | 'from'>): string =>
  `${protocol} ${address}:${port}`;

const NONE: readonly Entry[] = [];

function listed(index: Map<string, Entry[]>, key: string): Entry[] {
  const entries = index.get(key) ?? [];
  index.set(key, entries);
  return entries;
}

function alive(index: Map<string, Entry[]>, key: string, now: Milliseconds): readonly Entry[] {
  const entries = index.get(key);
  if (entries === undefined) return NONE;
  const living = entries.filter(({ expires }) => expires > now);
  if (living.length < entries.length) index.set(key, living);
  return living;
}
