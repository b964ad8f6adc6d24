import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { Pass, ServerFacts } from './types.ts';

/** TCP ports that the reflector is to call, and how: data, without side effects (docs/decisions/0004). */
export interface CallPlan {
  /** Who is asked to call, as the user named it. */
  readonly server: string;
  readonly primary: Endpoint;
  /** From whose address it calls; null: this server calls nobody. */
  readonly caller: Endpoint | null;
  /** To be shown with each request; null: this server calls nobody. */
  readonly pass: Pass | null;
  readonly bindAddress: string;
  /**
   * A port that a call has reached earlier in this run: it is called along from the beginning. null: none is known, and the
   * first that is reached takes its place.
   */
  readonly witness: number | null;
  /** Ports of one slice listen, and are called, at the same time. */
  readonly slices: readonly (readonly number[])[];
  /** Calls that must have failed, each under the eyes of answered polls, before a port is closed. */
  readonly callsNeeded: number;
  readonly mostCalls: number;
  /** From the beginning of one call to that of the next one. */
  readonly callGap: Milliseconds;
  readonly pollEvery: Milliseconds;
  /** Between two polls that were answered: a longer pause may have swallowed a call. */
  readonly longestPause: Milliseconds;
  /** After so long a call is over, whatever the reflector says. */
  readonly patience: Milliseconds;
  /** So long may what is sent on a connection take, from when the reflector says that it is connected. */
  readonly grace: Milliseconds;
  /** After so long without any answer the reflector is lost, and nobody waits for it. */
  readonly lostAfter: Milliseconds;
}

/** As long as the UDP ports wait for a server (docs/decisions/0009); but where another one could call, not for long. */
const LOST_AFTER = { alone: 65_000, withOthers: 4_000 } as const;

/** Few enough for routers that let in only a handful of new connections at a time. */
export const CALLED_AT_ONCE = 8;

export interface CallPlanInput {
  readonly server: ServerFacts;
  /** Ascending or not; each once. */
  readonly ports: readonly number[];
  readonly bindAddress: string;
  readonly witness: number | null;
  /** Of the run's clock. */
  readonly now: Milliseconds;
  /** Another server could call. */
  readonly hasOthers: boolean;
}

/** The reflector repeats a SYN after 1 and 3 s, and gives up after 5: two calls are six tries. */
export function planCalls({ server, ports, bindAddress, witness, now, hasOthers }: CallPlanInput): CallPlan {
  const slices: number[][] = [];
  for (let at = 0; at < ports.length; at += CALLED_AT_ONCE) slices.push(ports.slice(at, at + CALLED_AT_ONCE));
  // From a second address that is not alive no call would ever arrive.
  const isValid = server.calls && server.alternate !== null && server.pass !== null && now < server.pass.until;
  return {
    server: server.name,
    primary: server.primary,
    caller: isValid ? server.alternate : null,
    pass: isValid ? server.pass : null,
    bindAddress,
    witness,
    slices,
    callsNeeded: 2,
    mostCalls: 5,
    callGap: 700,
    pollEvery: 250,
    longestPause: 1000,
    patience: 7000,
    grace: 2000,
    lostAfter: hasOthers ? LOST_AFTER.withOthers : LOST_AFTER.alone,
  };
}
