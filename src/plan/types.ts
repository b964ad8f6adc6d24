import type { Endpoint, Milliseconds } from '../base/index.ts';

/** What one packet asks, of one port. The order of verdicts.md: cold, then warm, then the rest. */
export type Question =
  /** Is a packet let in to a port that never spoke? Asked from the control socket by RESPONSE-PORT. */
  | 'cold'
  /** Is an answer from the alternate address let in? CHANGE-REQUEST from the port itself. */
  | 'warm'
  /** Does a plain request from the port get out and its answer back? */
  | 'outbound'
  /** Is an answer from the same address but another port let in? */
  | 'change-port'
  /** Which mapping does another destination see? Only after the filtering questions. */
  | 'elsewhere'
  /** Does a request get out whose answer goes to the control socket? Tells "cannot speak" from "cannot hear". */
  | 'relay';

/** One of the four transport addresses of an RFC 5780 server. */
export interface Role {
  readonly address: 'primary' | 'alternate';
  readonly port: 'primary' | 'alternate';
}

/** The server as the checks before the first port found it. */
export interface ServerFacts {
  readonly name: string;
  readonly primary: Endpoint;
  /** OTHER-ADDRESS, proven to be alive; null: there is none, outbound questions only. */
  readonly alternate: Endpoint | null;
  /** RESPONSE-PORT works: the cold question can be asked. */
  readonly responsePort: boolean;
  /** CHANGE-REQUEST works, as far as is known. */
  readonly changeRequest: boolean;
}

export type Rate = { readonly kind: 'paced'; readonly packetsPerSecond: number } | { readonly kind: 'max' };

/** What will be asked, as printable data. */
export interface ProbePlan {
  readonly server: ServerFacts;
  readonly bindAddress: string;
  /** Ports in the order in which they are asked, cut into slices that listen at the same time. */
  readonly slices: readonly (readonly number[])[];
  readonly steps: readonly Step[];
  readonly rate: Rate;
  readonly tries: TryPolicy;
}

/** One question to each port for which `when` holds, asked of the primary. */
export interface Step {
  readonly question: Question;
  readonly from: 'port' | 'control';
  readonly to: Role;
  readonly change: { readonly address: boolean; readonly port: boolean };
  /** Where the answer is sent: back to the asker, to the checked port, or to the control socket. */
  readonly answerTo: 'asker' | 'port' | 'control';
  /** The role that the answer must come from. */
  readonly answerFrom: Role;
}

export interface TryPolicy {
  readonly atLeast: number;
  readonly atMost: number;
  /** The chance of a false "no" for one question that is accepted. */
  readonly acceptedError: number;
  readonly shortestGap: Milliseconds;
  readonly longestGap: Milliseconds;
}
