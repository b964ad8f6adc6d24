import type { Endpoint, Family, Milliseconds, PortRange } from '../base/index.ts';
import type { CallObservation, Observation, ServerObservation } from '../engine/index.ts';
import type { ServiceStep } from '../evidence/index.ts';
import type { ServicePlan } from '../pbx/index.ts';
import type { CallPlan, ProbePlan, Rate } from '../plan/index.ts';
import type { ReportDiscovered } from '../report/index.ts';
import type { RouterObservation } from '../router/index.ts';
import type { DnsError, Holder, TlsLook } from '../system/index.ts';

/** What the user asked for, checked and complete. */
export interface CheckRequest {
  readonly servers: readonly ServerName[];
  /** The date of the list from which the servers were drawn; null: the user named them. */
  readonly serverList: string | null;
  /** The phone system of this machine of which these ports are; absent: they were named. */
  readonly discovered?: ReportDiscovered;
  readonly udp: readonly PortRange[];
  readonly tcp: readonly PortRange[];
  /** TCP ports are asked only of a server that calls back; else they are left out, and the report says so. */
  readonly tcpIfPossible: boolean;
  /** By which phones connect to the PBX; null: not known, so no certificate is compared with it. */
  readonly hostName: string | null;
  /** That providers and phones are told, one of a family; absent: not known, so what the servers see is not compared. */
  readonly publicAddresses?: readonly string[];
  /** null: IPv4 where server and machine have it, else IPv6 (docs/decisions/0012). */
  readonly family: Family | null;
  /** `0.0.0.0` or `::`: wherever the system lets packets out. */
  readonly bindAddress: string;
  /** null: what server and path allow. */
  readonly rate: Rate | null;
  /** How many of the ports are asked; null: all where the server allows more than strangers may ask, else a sample. */
  readonly sample: 'all' | number | null;
  readonly order: PortOrder;
  /** `auto`: `live` where this machine allows it, else `bind`. */
  readonly mode: 'auto' | Mode;
  /** The router has been told to forget: do not wait for its old states to die. */
  readonly noWait: boolean;
  /** The router is not asked for its own address. */
  readonly noRouter: boolean;
}

/** How the ports of a run are used: by ordinary sockets; beside the programs that hold them; or by ordinary sockets while their services are stopped. */
export type Mode = 'bind' | 'live' | 'exclusive';

/** `refine`: what a sample needs besides; `again`: of another server, what the first could not judge, or found wrong. */
export type Round = 'first' | 'refine' | 'again';

/** In which ports are asked. */
export type PortOrder = 'random' | 'sequential';

/** A server as the user named it, taken apart. */
export interface ServerName {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** No port was named: its STUN servers may be told by SRV records. */
  readonly mayBeDomain?: true;
}

/**
 * A run is the list of its events: progress, report, history and tests read the same list, and concluding from it
 * again gives the same report.
 */
export type RunEvent =
  | { readonly kind: 'started'; readonly date: string; readonly version: string; readonly request: CheckRequest }
  /** In which all of this run is asked. `isHere`: this machine has an address of it that may lead to the servers. */
  | { readonly kind: 'family'; readonly family: Family; readonly isHere: boolean }
  /** In the place of those that were named: SRV records tell others. */
  | { readonly kind: 'services'; readonly servers: readonly ServerName[] }
  | { readonly kind: 'resolved'; readonly server: ServerName; readonly addresses: readonly string[] }
  | { readonly kind: 'unresolved'; readonly server: ServerName; readonly error: DnsError }
  | {
      readonly kind: 'server';
      readonly server: ServerName;
      readonly primary: Endpoint;
      readonly observation: ServerObservation;
    }
  /** All of that server's questions are over; without this, the run was cancelled before. */
  | { readonly kind: 'server-checked'; readonly server: ServerName; readonly primary: Endpoint }
  /** Whom the router is, and from where it is asked; or why there is none that may be. */
  | {
      readonly kind: 'gateway';
      readonly local: string;
      readonly gateway: string | null;
      readonly unknown: 'no-lan' | 'no-gateway' | 'gateway-unknown' | null;
    }
  | { readonly kind: 'router'; readonly observation: RouterObservation }
  /** The router may still hold what an earlier check left. */
  | { readonly kind: 'waiting'; readonly for: Milliseconds }
  /** The user vouches that it has been told to forget. */
  | { readonly kind: 'not-waited'; readonly for: Milliseconds }
  /** How the ports of this run are used; told again where some of them had to be used otherwise after all. */
  | { readonly kind: 'mode'; readonly mode: Mode }
  /** One server is about to be asked. Legs count from 0; those of one round run side by side. */
  | {
      readonly kind: 'planned';
      readonly leg: number;
      readonly round: Round;
      readonly plan: ProbePlan;
      readonly localAddress: string;
      /** Of the run. */
      readonly plannedPorts: number;
    }
  /** Ports that a sample needs besides, since ports next to them differ: more slices of the same plan. */
  | { readonly kind: 'extended'; readonly leg: number; readonly slices: ProbePlan['slices'] }
  | { readonly kind: 'observed'; readonly leg: number; readonly observation: Observation }
  /** Who holds ports that could not be opened; by label, such as `udp/5060`. */
  | { readonly kind: 'holders'; readonly holders: readonly (readonly [port: string, holder: Holder])[] }
  /** What a TLS port of this machine shows. */
  | { readonly kind: 'certificate'; readonly port: number; readonly look: TlsLook }
  /** One server is about to be asked to call. Its legs count from 0, apart from those of the UDP ports. */
  | { readonly kind: 'calls-planned'; readonly leg: number; readonly plan: CallPlan }
  | { readonly kind: 'call'; readonly leg: number; readonly observation: CallObservation }
  /** What is going to be stopped, each only while its ports are asked. */
  | { readonly kind: 'exclusive'; readonly plan: ServicePlan }
  | { readonly kind: 'service'; readonly step: ServiceStep }
  | { readonly kind: 'ended'; readonly duration: Milliseconds; readonly cancelled: boolean };

export const CHECK_LIMITS = {
  /** Packets per second; more is `max`. */
  fastestRate: 1_000_000,
} as const;
