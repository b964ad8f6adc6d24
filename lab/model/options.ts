import type { Milliseconds } from '../../src/base/index.ts';
import type { RunningProcess } from '../../src/system/index.ts';
import type { Packet } from './packet.ts';
import type { UnitsSpec } from './services.ts';

/** What befalls one packet on its way between router and internet: lost, or so much later; null: nothing special. */
export type Meddle = (way: 'out' | 'in', packet: Packet, now: Milliseconds) => 'lost' | Milliseconds | null;

export interface ModelOptions {
  /** The same seed, the same packets. */
  readonly seed: number;
  /** Wins over the network's own. */
  readonly loss?: { readonly out: number; readonly in: number };
  /** One way between router and internet, in the mean; 10 by default. */
  readonly delay?: Milliseconds;
  readonly jitter?: Milliseconds;
  /** Chance that the link makes a copy of a packet. */
  readonly duplicate?: number;
  /** Chance that a packet is overtaken. */
  readonly reorder?: number;
  /** How many sockets the PBX's process may have; Infinity by default. */
  readonly freeSockets?: number;
  /** Whether the PBX's programs may see packets that no socket gets, and ICMP errors; true by default. */
  readonly mayWatch?: boolean;
  /** Trouble that has a will of its own, beside chance. */
  readonly meddle?: Meddle;
  /** Services of the PBX's machine; their ports are held in addition to the network's own. */
  readonly services?: UnitsSpec;
  /** What lies on the PBX's disk, by path; an error instead of a text, such as `EACCES`, in a pair of its own. */
  readonly disk?: Readonly<Record<string, string | { readonly code: string }>>;
  /** What runs on the PBX; nothing by default. */
  readonly processes?: readonly RunningProcess[];
  /** Keep every packet in `trace`. */
  readonly trace?: boolean;
}
