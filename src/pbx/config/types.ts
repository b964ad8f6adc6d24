import type { PortRange, Protocol } from '../../base/index.ts';
import type { Files, RunningProcess } from '../../system/index.ts';
import type { Profile, Purpose } from '../types.ts';

/** As much of the disk as reading a configuration takes. */
export type Disk = Pick<Files, 'readInput' | 'readFolder'>;

/** A line of a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Where the number of a port is from. */
export type Origin =
  | { readonly kind: 'configuration'; readonly place: Place }
  /** With what the process was started. */
  | { readonly kind: 'command-line'; readonly pid: number }
  /** The configuration leaves it out, and the product takes this then. */
  | { readonly kind: 'built-in' }
  /** The product's own API, at this address, under this name. */
  | { readonly kind: 'api'; readonly url: string; readonly key: string }
  /** Not found out: it is so where the product was installed and nothing changed. */
  | { readonly kind: 'profile'; readonly source: string };

export interface FoundPort extends PortRange {
  readonly protocol: Protocol;
  readonly purpose: Purpose;
  /** On which it listens, an address or what stands for one; null: on all. */
  readonly address: string | null;
  /** Needed by those who use the feature; a check does not ask for it by itself. */
  readonly optional: boolean;
  readonly origin: Origin;
}

/** Something about a configuration that may make what was found incomplete, or wrong. */
export interface ConfigWarning {
  readonly code: WarningCode;
  /** null: it is about the product as a whole. Of an API: its address. */
  readonly file: string | null;
  /** null: about the file as a whole. */
  readonly line: number | null;
  /** The name of a file or a key, or the system's code; empty where there is nothing to name. */
  readonly what: string;
}

export type WarningCode =
  /** This user may not read it. */
  | 'permission'
  /** It cannot be read. `what`: the system's code. */
  | 'unreadable'
  | 'too-large'
  /** More files, or deeper includes, than a configuration has. */
  | 'too-much'
  | 'include-missing'
  /** It names a command of which the output would be read; nothing is run here. */
  | 'not-run'
  /** The product itself would not take this. */
  | 'syntax'
  /** A value from which no port can be read. `what`: its key. */
  | 'value'
  /** It runs, and its files are where we do not look. */
  | 'no-configuration'
  /** The listeners are not in its files; a database or a server has them. */
  | 'elsewhere'
  /** The same of some of a 3CX's: its API would tell them. */
  | 'in-database'
  /** Its API did not tell them. `file`: the address that was asked. `what`: why, in a word. */
  | 'api'
  /** It has no media of its own, and who relays them is not known. */
  | 'no-media'
  /** It has a network of its own, in a container: the ports are those inside. */
  | 'own-network';

/** A phone system of this machine, and its ports as its configuration has them. */
export interface FoundProduct {
  readonly profile: Profile;
  /** Those that speak for it; empty: it does not run. */
  readonly processes: readonly RunningProcess[];
  readonly ports: readonly FoundPort[];
  readonly warnings: readonly ConfigWarning[];
}

/** Where products are looked for. */
export interface Machine {
  readonly disk: Disk;
  readonly processes: readonly RunningProcess[];
}
