import type { Family, PortRange } from '../../base/index.ts';
import type { Localised, Need, Ports } from '../routers/index.ts';

/** All that a configuration is made of. Every value has been looked at (`readRepair`): it may stand in a command. */
export interface Repair {
  readonly needs: readonly Need[];
  /** Of the PBX's address, and of all others here. IPv6 only where nothing is translated. */
  readonly family: Family;
  readonly pbx: string;
  /** The interface, zone or port to the internet, as the product calls it. */
  readonly wan: string;
  /** null: not known. */
  readonly publicAddress: string | null;
  /** Of the servers from which the check is answered. */
  readonly sources: readonly string[];
  readonly ports: Readonly<Record<'forward' | 'keep-source-port' | 'let-out', Ports>>;
  /** Of a Linux packet filter: the chain that decides what is passed on, and the one that counts new connections. */
  readonly chains: Readonly<Record<'forward' | 'scan', Chain | null>>;
}

export interface Chain {
  readonly family: 'ip' | 'ip6' | 'inet';
  readonly table: string;
  readonly chain: string;
}

/** The lines for one need. */
export interface Section {
  readonly need: Need;
  readonly lines: readonly string[];
  /** What must be seen to besides. */
  readonly note?: Localised;
}

/** A way of writing a configuration down. */
export interface Dialect {
  /** That of its router. */
  readonly id: string;
  /** What a line begins with that is read by people alone. */
  readonly comment: string;
  /** The usual name of the interface, zone or port to the internet; null: there is none. */
  readonly wan: string | null;
  /** What such a name looks like. */
  readonly wanNames: RegExp;
  /** Its rules were loaded into a real one, and the next check was `supported`. */
  readonly proven: boolean;
  readonly write: (repair: Repair) => readonly Section[];
  /** The same where nothing is translated: what comes is admitted, and not forwarded. Absent: no rules are known for that. */
  readonly admit?: (repair: Repair) => readonly Section[];
}

/** One for each range, with its protocol, counted from one. */
export const eachRange = (ports: Ports): readonly RangeOf[] =>
  (['udp', 'tcp'] as const).flatMap((protocol) =>
    ports[protocol].map((range, index) => ({ protocol, ...range, number: index + 1 })),
  );

export interface RangeOf extends PortRange {
  readonly protocol: 'udp' | 'tcp';
  readonly number: number;
}

/** A rule of Linux's multiport has room for fifteen numbers, of which a range takes two. */
const MOST_RANGES = 7;

/** One for each rule that names its ports in a list, `5060,9000-10999`. */
export const eachList = (ports: Ports): readonly ListOf[] =>
  (['udp', 'tcp'] as const).flatMap((protocol) =>
    Array.from({ length: Math.ceil(ports[protocol].length / MOST_RANGES) }, (_, index) => ({
      protocol,
      list: ports[protocol]
        .slice(MOST_RANGES * index, MOST_RANGES * (index + 1))
        .map((range) => span(range))
        .join(','),
    })),
  );

export interface ListOf {
  readonly protocol: 'udp' | 'tcp';
  readonly list: string;
}

/** `5060`, `9000-10999`, or with another word in between. */
export const span = ({ from, to }: PortRange, between = '-'): string =>
  from === to ? `${from}` : `${from}${between}${to}`;
