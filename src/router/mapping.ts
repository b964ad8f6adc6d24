import type { Milliseconds, Protocol } from '../base/index.ts';
import type { SocketFailure } from '../system/index.ts';
import type { RouterProtocol } from './types.ts';

/** One public port of the router, and the port of this machine with the same number. Others are never asked for. */
export interface Mapping {
  readonly protocol: Protocol;
  /** 1 to 65535. */
  readonly port: number;
}

/** What a router says of a mapping that it has; texts as it wrote them, cut to 256 characters. */
export interface MapEntry {
  readonly protocol: Protocol;
  readonly externalPort: number;
  /** An IPv4 address. */
  readonly client: string;
  readonly clientPort: number;
  readonly enabled: boolean;
  readonly description: string;
  /** 0: until somebody deletes it. null: it does not say. */
  readonly leaseSeconds: number | null;
  /** Who alone may use it; empty: everybody. */
  readonly remoteHost: string;
}

/** What became of one mapping. */
export type MapOutcome =
  /** The router says that it has it. `lifetime`: seconds; 0: until somebody deletes it. */
  | { readonly kind: 'made'; readonly lifetime: number }
  /** It was there before, one to one and for this machine, made by somebody else: left as it is. */
  | { readonly kind: 'present' }
  /** The router has it no longer. */
  | { readonly kind: 'deleted' }
  /** To be deleted, and not there. */
  | { readonly kind: 'absent' }
  /**
   * Somebody has the public port, or another one was offered, which is no use. `left`: that other public port, where it
   * could not be given back; it may be open until its lifetime is over.
   */
  | { readonly kind: 'conflict'; readonly owner: MapEntry | null; readonly left: number | null }
  /** To be deleted, but it is somebody else's. */
  | { readonly kind: 'not-ours'; readonly owner: MapEntry | null }
  /** Its policy forbids it. `code`: of the protocol. */
  | { readonly kind: 'denied'; readonly code: number }
  | { readonly kind: 'no-resources'; readonly code: number }
  /** The router has no address in the internet to map from. */
  | { readonly kind: 'no-address'; readonly code: number }
  /** UPnP: this router knows mappings without an end only, and one with an end was asked for. */
  | { readonly kind: 'permanent-only' }
  | { readonly kind: 'failed'; readonly code: number }
  /** It said yes, and has something else, or nothing. What it has was taken back, if it let us. */
  | { readonly kind: 'differs'; readonly left: boolean }
  | { readonly kind: 'malformed' }
  /** It may have been made, or deleted, all the same. */
  | { readonly kind: 'no-answer' }
  /** The work ended before. */
  | { readonly kind: 'not-asked' };

/** Why a protocol is of no use here. */
export type NotSpoken = 'silent' | 'unsupported' | 'malformed';

/** One fact seen while mappings were made, deleted or listed. */
export type MapObservation =
  /** It answers. `epoch`: seconds since it lost what it had, as it says (RFC 6886 section 3.6, RFC 6887 section 8.5); null: it does not say. */
  | {
      readonly kind: 'map-router';
      readonly at: Milliseconds;
      readonly by: RouterProtocol;
      readonly epoch: number | null;
    }
  | { readonly kind: 'map-not-spoken'; readonly at: Milliseconds; readonly by: RouterProtocol; readonly why: NotSpoken }
  /** The public address of the mappings. `used`: false: of another line of the same router. */
  | {
      readonly kind: 'map-address';
      readonly at: Milliseconds;
      readonly by: RouterProtocol;
      readonly address: string;
      readonly used: boolean;
    }
  | {
      readonly kind: 'map-outcome';
      readonly at: Milliseconds;
      readonly mapping: Mapping;
      readonly outcome: MapOutcome;
    }
  /** Who has the public port of this mapping; null: nobody. */
  | {
      readonly kind: 'map-owner';
      readonly at: Milliseconds;
      readonly mapping: Mapping;
      readonly owner: MapEntry | null;
    }
  | { readonly kind: 'map-entry'; readonly at: Milliseconds; readonly entry: MapEntry }
  /** The list is at its end; `whole`: false: there is more that was not asked for, or not told. */
  | { readonly kind: 'map-listed'; readonly at: Milliseconds; readonly whole: boolean }
  | { readonly kind: 'map-failed'; readonly at: Milliseconds; readonly failure: SocketFailure }
  | { readonly kind: 'map-cancelled'; readonly at: Milliseconds };

/** What is to be done with all of these, one after the other. */
export interface MapTask {
  readonly kind: 'make' | 'delete';
  readonly mappings: readonly Mapping[];
  /** Seconds, 1 to 604800; 0: until somebody deletes it, by UPnP alone. Of `make`. */
  readonly lifetime: number;
}
