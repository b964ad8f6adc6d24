import type { Endpoint, Milliseconds } from '../base/index.ts';

/** What one packet asks of one port; the order is that of `wanted` in the engine (docs/decisions/0001). */
export type Question =
  /** Is a packet let in to a port that never spoke? Asked from the control socket, by RESPONSE-PORT. */
  | 'cold'
  /** The same from the primary's address, where the alternate's is not let in: a forward for some sources only, or a ban? */
  | 'cold-near'
  /** Is an answer from the alternate address let in? CHANGE-REQUEST from the port itself. */
  | 'warm'
  /** Does a plain request from the port get out, and its answer back in? */
  | 'outbound'
  /** Is an answer from the same address but another port let in? */
  | 'change-port'
  /** Does a request get out whose answer goes to the control socket? Tells "cannot speak" from "cannot hear". */
  | 'relay'
  /** Which mapping does another port of the primary's address see? */
  | 'elsewhere'
  /** Which mapping does the alternate address see? Never before the filtering questions are over. */
  | 'far-elsewhere'
  /** The same, at the alternate role that this port has never heard: only where the warm question was not asked. */
  | 'fresh-elsewhere'
  /** Is a port that was let in before still let in, by a flow that the router has not seen? Else it has begun to refuse us. */
  | 'sentinel';

/** A token of one of our reflectors, hexadecimal, and when it is not used any more. */
export interface Pass {
  readonly token: string;
  readonly until: Milliseconds;
}

/** A server as the checks before the first port found it. */
export interface ServerFacts {
  /** As the user named it. */
  readonly name: string;
  /** The endpoint that the ports ask: mostly the server's other port (docs/decisions/0003). */
  readonly primary: Endpoint;
  /** The other address and the other port, as seen from `primary`, alive; null: none can be used, so only outbound questions. */
  readonly alternate: Endpoint | null;
  /** RESPONSE-PORT was seen to work: the cold question can be asked. */
  readonly responsePort: boolean;
  /** An answer to CHANGE-REQUEST was seen: a silence on the warm question can mean something. */
  readonly changeRequest: boolean;
  /** Packets per second that the server itself allows; null: it does not say, so RFC 5780 section 5 holds: 10 per second. */
  readonly allowedRate: number | null;
  /** With it, one of our reflectors answers to many ports at once (docs/protocol.md). */
  readonly pass: Pass | null;
  /** It calls TCP ports back. */
  readonly calls: boolean;
}

export type Rate =
  | { readonly kind: 'paced'; readonly packetsPerSecond: number }
  /** As fast as the path takes it: a bounded number of packets on the way, clocked by control probes. */
  | { readonly kind: 'max' };

/** One question, ready to be asked of any port. */
export interface Step {
  readonly from: 'port' | 'control';
  readonly to: Endpoint;
  /** CHANGE-REQUEST flags (RFC 5780 section 7.2); null: without the attribute. */
  readonly change: { readonly address: boolean; readonly port: boolean } | null;
  /** Where the answer goes: back to the asker, or by RESPONSE-PORT (7.5) to the checked port or the control socket. */
  readonly answerTo: 'asker' | 'port' | 'control';
  /** Where the answer must come from. */
  readonly answerFrom: Endpoint;
}

/** The roles whose being alive is watched all the time, each as the port questions use it. */
export type ControlRole = 'primary' | 'alternate' | 'alternate-primary-port';

/** And sockets that ask the primary once, each a flow that the router has not seen. */
export type ProbeRole = ControlRole | 'newcomer';

/** A probe that an open path must answer, from sockets that are not checked. */
export interface Control {
  readonly role: ControlRole;
  readonly endpoint: Endpoint;
  /** The same way as the port questions: asked of the primary, answered by the role. null: asked of the role directly. */
  readonly change: { readonly address: boolean; readonly port: boolean } | null;
}

export interface TryPolicy {
  readonly atLeast: number;
  readonly atMost: number;
  /** The accepted chance that a question which would be answered is taken for unanswered. */
  readonly acceptedError: number;
  /** Between two tries. */
  readonly shortestGap: Milliseconds;
  readonly longestGap: Milliseconds;
}

/** How long a run waits when it is not let in, or not answered, any more; 0: not at all. */
export interface Patience {
  readonly router: Milliseconds;
  readonly server: Milliseconds;
  /** All in all, since the ports are asked more than twice as slowly as usual. */
  readonly slow: Milliseconds;
}

/** Everything that will be asked, as printable data. */
export interface ProbePlan {
  readonly server: ServerFacts;
  readonly bindAddress: string;
  /** Ports that are asked nothing to which an entry of an earlier check could answer (`change-port`, `cold-near`, `elsewhere`). */
  readonly stalePorts: readonly number[];
  /** Ports in the order of asking; those of one slice listen at the same time. */
  readonly slices: readonly (readonly number[])[];
  /** A question that is absent cannot be asked of this server. */
  readonly steps: Readonly<Partial<Record<Question, Step>>>;
  readonly controls: readonly Control[];
  readonly controlEvery: Milliseconds;
  readonly rate: Rate;
  readonly tries: TryPolicy;
  readonly patience: Patience;
  /**
   * Where several servers ask, what the later ones show counts only where the router's filter is known; where no cold
   * question can be asked, nothing that comes in counts without.
   */
  readonly needsFilter: 'never' | 'if-ports-fail' | 'always';
  /** How many ports are asked a question that only refines a cause, before its answer is taken for all alike. */
  readonly causeSample: number;
}
