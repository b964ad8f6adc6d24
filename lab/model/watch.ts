import type { Endpoint, Milliseconds } from '../../src/base/index.ts';
import type { Protocol } from '../scenarios/index.ts';
import type { Packet } from './packet.ts';

/**
 * lan: between the LAN's hosts and the router. wan: between the router (or the public host) and the internet.
 * out: away from the PBX.
 */
export type Link = 'lan-out' | 'lan-in' | 'wan-out' | 'wan-in';

export type Fate =
  | 'passed'
  /** By the link. */
  | 'lost'
  /** By the router, on the way out. */
  | 'blocked'
  /** To the public address, and nobody's: dropped by the router. */
  | 'unwanted'
  /** To the public address, and nobody's: the router took it for itself. */
  | 'taken'
  /** To the public address, and nobody's: the router answered with a reset, and forgot it. */
  | 'rejected'
  /** There is no such address, or no socket at that port, or the server is down or silent. */
  | 'nobody'
  /** Every public port, or every source port, is taken. */
  | 'no-port'
  /** Dropped by a router that lets no fragments pass. */
  | 'too-long';

/** One packet on one link, UDP or TCP. A lost packet has been on the link; a blocked one never got as far as the WAN. */
export interface PacketTrace {
  readonly at: Milliseconds;
  readonly link: Link;
  readonly protocol: Protocol;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly size: number;
  readonly fate: Fate;
}

/** Packets that were put on a link: each has one fate. A copy that the link made itself is a packet too. */
export interface LinkCounters extends Readonly<Record<Fate, number>> {
  readonly sent: number;
  readonly duplicated: number;
  readonly reordered: number;
}

export type Counters = Readonly<Record<Link, LinkCounters>>;

type Writable = { -readonly [K in keyof LinkCounters]: LinkCounters[K] };

/** Counts always; keeps every packet only where asked to, because that costs. */
export interface Watch {
  readonly counters: Counters;
  readonly trace: readonly PacketTrace[];
  note(link: Link, packet: Packet, fate: Fate): void;
  bump(link: Link, what: 'duplicated' | 'reordered'): void;
}

const zero = (): Writable => ({
  ...{
    sent: 0,
    passed: 0,
    lost: 0,
    blocked: 0,
    unwanted: 0,
    taken: 0,
    rejected: 0,
    nobody: 0,
    'no-port': 0,
    'too-long': 0,
  },
  ...{ duplicated: 0, reordered: 0 },
});

export function createWatch(now: () => Milliseconds, tracing: boolean): Watch {
  const counters = { 'lan-out': zero(), 'lan-in': zero(), 'wan-out': zero(), 'wan-in': zero() };
  const trace: PacketTrace[] = [];
  return {
    counters,
    trace,
    note(link, { protocol, from, to, bytes }, fate) {
      counters[link].sent++;
      counters[link][fate]++;
      if (tracing) trace.push({ at: now(), link, protocol, from, to, size: bytes.length, fate });
    },
    bump(link, what) {
      counters[link][what]++;
    },
  };
}
