import type { Endpoint, Family, PortRange } from '../base/index.ts';
import type { PauseEvidence, TurnedBack } from '../evidence/index.ts';

export type { TurnedBack };

export type PortResult = 'open' | 'closed' | 'translated' | 'no-answer' | 'in-use' | 'malformed' | 'untested';

/** Refines a result; the advice hangs on it. null: no more is known than the result says. */
export type Cause =
  | 'not-forwarded'
  | 'source-port-rewritten'
  | 'symmetric'
  | 'mapped-elsewhere'
  | 'works-by-accident'
  | 'accident-possible'
  | 'address-restricted'
  | 'shifted'
  | 'outbound-blocked'
  | 'taken-by-neighbour'
  | 'scan-protection'
  | 'server-silent'
  | 'throttled-by-server'
  | 'different-public-address'
  | 'wrong-family'
  | 'loss'
  | 'own-service-on-router'
  | 'rejected'
  | 'host-firewall'
  | 'passed-on'
  | 'no-call-back'
  | 'not-called-inside'
  | 'not-taken'
  | 'payload-dropped'
  | 'process'
  | 'permission';

export type ServerState =
  | 'ok'
  | 'basic'
  | 'unresolvable'
  | 'unreachable'
  | 'no-second-address'
  | 'malformed'
  | 'throttling';

export type Verdict = 'supported' | 'unsupported' | 'inconclusive' | 'cancelled';

export type Reason =
  | 'some-ports'
  | 'all-ports'
  | 'dns'
  | 'servers-unreachable'
  | 'servers-malformed'
  | 'server-inside'
  | 'no-second-address'
  | 'cold-not-asked'
  | 'scan-protection'
  | 'throttled'
  | 'taken-by-neighbour'
  | 'different-public-address'
  | 'wrong-family'
  | 'loss'
  | 'no-call-back'
  | 'payload-dropped'
  | 'passed-on'
  | 'ports-in-use'
  | 'permission'
  | 'services';

export interface ServerVerdict {
  /** As the user named it. */
  readonly name: string;
  /** null: the name has no address. */
  readonly address: string | null;
  readonly port: number;
  readonly state: ServerState;
  readonly otherAddress: Endpoint | null;
  /** What exactly was seen, e.g. `ignores-change-request`, `no-response-port`, `no-such-name`; null: nothing to add. */
  readonly detail: string | null;
  /** Who has said that packets do not get there, by ICMP. */
  readonly turnedBack?: TurnedBack;
}

export interface PortVerdict {
  readonly protocol: 'udp' | 'tcp';
  /** In which it was asked. */
  readonly family: Family;
  readonly port: number;
  readonly result: PortResult;
  readonly cause: Cause | null;
  /** The mapping that the primary saw. */
  readonly mapped: Endpoint | null;
  /** The id of the rule that decided. */
  readonly rule: string;
  /** `shifted`: the port at which packets for this one arrived. */
  readonly arrivedOn: number | null;
  /** `rejected`, of UDP: who says so, by ICMP. */
  readonly turnedBack?: TurnedBack;
  /** `passed-on`: where this machine's own NAT sends what comes for it. */
  readonly passedTo?: Endpoint;
}

/**
 * What a second server added. `taken-over`: it judged what the first could not; `confirmed`: what fails there fails here
 * too; `contradicted`: they work for `server`, and not for `first`.
 */
export interface Opinion {
  readonly kind: 'taken-over' | 'confirmed' | 'contradicted';
  readonly server: string;
  readonly first: string;
  readonly ports: readonly PortVerdict[];
}

export interface RunVerdict {
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly servers: readonly ServerVerdict[];
  readonly publicAddresses: readonly string[];
  /** UDP before TCP, each ascending. */
  readonly ports: readonly PortVerdict[];
  readonly opinions: readonly Opinion[];
  /** When nothing new was let in, or nobody answered, for a while. */
  readonly pauses: readonly PauseEvidence[];
  /** Whether the cold question could be asked: without it, `open` rests on the warm one alone. */
  readonly coldAsked: boolean;
}

/** Ports that were not asked, but lie between two that were, and that agree. */
export interface Inferred {
  readonly result: PortResult;
  readonly cause: Cause | null;
  readonly ports: readonly PortRange[];
  /** Of ports. */
  readonly count: number;
}

export interface SampleVerdict {
  readonly inferred: readonly Inferred[];
  readonly confidence: number;
  /** No more of the inferred ports than this are something else, with that confidence. */
  readonly mostDiffering: number;
}
