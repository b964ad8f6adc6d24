import { type Endpoint, formatEndpoint } from '../base/index.ts';
import type { CallObservation, CallState } from '../engine/index.ts';
import type { CallPlan } from '../plan/index.ts';
import type { Listening } from './types.ts';

/** What the observations of one TCP port add up to. */
export interface CallEvidence {
  readonly port: number;
  readonly listening: Listening;
  /** The checked ports on which calls for this one arrived, ascending. */
  readonly arrivedOn: readonly number[];
  /** While it was called somebody connected to this machine, who did not bring the id of any call. */
  readonly isVisited: boolean;
  /**
   * While it was called so many came to this very port from where the calls come as make a no, and brought no id of any
   * call. One alone may be a call of the last check that is still on its way.
   */
  readonly isReached: boolean;
  /** Too few of its calls count, since a port that had been reached before was not reached again at the same time. */
  readonly isShutOut: boolean;
  /**
   * How calls ended that count: the reflector was alive, and the path open, all the time; and a port that had been reached
   * before was reached again at the same time, where the run knows one.
   */
  readonly ended: readonly CallState[];
  /**
   * Calls that came as far as an interface of this machine: `held`, of which nothing more was seen; `answered`, to which
   * this machine said yes.
   */
  readonly knocks: { readonly held: number; readonly answered: number };
  /** Where this machine's own NAT has sent a call that came for the port; null: nowhere, as far as could be seen. */
  readonly passedTo: Endpoint | null;
  /** So many make a no. */
  readonly callsNeeded: number;
  /** The server calls back, for those who show a token. */
  readonly canAsk: boolean;
  /** It was asked for at least one call. */
  readonly isAsked: boolean;
  /** The server was not heard for so long that nobody waited for it. */
  readonly isGivenUp: boolean;
}

export interface CallRunEvidence {
  /** In the order of the plan. */
  readonly ports: readonly CallEvidence[];
  readonly cancelled: boolean;
}

/** Folds the observations of a run; their order does not matter, nor does it whether one is there twice. */
export function collectCalls(plan: CallPlan, observations: readonly CallObservation[]): CallRunEvidence {
  const byPort = new Map<number, CallObservation[]>(plan.slices.flat().map((port) => [port, []]));
  const visits = strangers(observations);
  const hasWitness =
    plan.witness !== null || observations.some((one) => one.kind === 'call-arrived' && one.arrivedOn === one.port);
  const isRunShutOut = observations.some(({ kind }) => kind === 'call-shut-out');
  for (const seen of observations) if ('port' in seen) byPort.get(seen.port)?.push(seen);
  const callers = callersOf(plan, observations);
  return {
    ports: [...byPort].map(([port, seen]) =>
      collectPort(port, seen, plan, { visits, callers, hasWitness, isRunShutOut }),
    ),
    cancelled: observations.some(({ kind }) => kind === 'call-cancelled'),
  };
}

type Visit = Extract<CallObservation, { kind: 'call-visited' }>;

/** Those whose calls are not known; to whichever port, since a rule may forward to the wrong one. */
function strangers(observations: readonly CallObservation[]): Visit[] {
  const known = new Set(observations.flatMap((one) => (one.kind === 'call-arrived' ? [formatEndpoint(one.from)] : [])));
  return observations.flatMap((one) =>
    one.kind === 'call-visited' && !known.has(formatEndpoint(one.from)) ? [one] : [],
  );
}

/** From where calls come: a router may have put its own address in the place of who calls. */
const callersOf = ({ caller }: CallPlan, observations: readonly CallObservation[]): ReadonlySet<string> =>
  new Set([
    ...(caller ? [caller.address] : []),
    ...observations.flatMap((one) => (one.kind === 'call-arrived' ? [one.from.address] : [])),
  ]);

type End = Extract<CallObservation, { kind: 'call-ended' }>;

/** Whom the reflector did not call, no router has refused; whoever else failed needs a witness, where one can be had. */
const isBacked = ({ state, sentinel }: End, { hasWitness }: Common): boolean =>
  state === 'not-called' || sentinel === 'arrived' || (sentinel === null && !hasWitness);

/** While the port was called. */
function during(visits: readonly Visit[], seen: readonly CallObservation[]): Visit[] {
  const times = seen.flatMap((one) => (one.kind === 'call-asked' || one.kind === 'call-ended' ? [one.at] : []));
  return visits.filter(({ at }) => at >= Math.min(...times) && at <= Math.max(...times));
}

/** What all ports have in common. */
interface Common {
  readonly visits: readonly Visit[];
  readonly callers: ReadonlySet<string>;
  /** Some port was reached: the router lets calls in at all. */
  readonly hasWitness: boolean;
  readonly isRunShutOut: boolean;
}

function collectPort(port: number, seen: readonly CallObservation[], plan: CallPlan, common: Common): CallEvidence {
  const { visits, callers } = common;
  const arrived = seen.flatMap((one) => (one.kind === 'call-arrived' ? [one.arrivedOn] : []));
  const ends = seen.filter((one) => one.kind === 'call-ended' && one.counts) as End[];
  const ended = new Map<number, CallState>();
  for (const end of ends) if (end.state !== null && isBacked(end, common)) ended.set(end.call, end.state);
  const isRefused = common.isRunShutOut || ends.some(({ sentinel }) => sentinel === 'lost');
  return {
    port,
    listening: listening(seen),
    arrivedOn: [...new Set(arrived)].sort((a, b) => a - b),
    isVisited: during(visits, seen).length > 0,
    isReached: isReached(port, during(visits, seen), seen, plan),
    isShutOut: isRefused && arrived.length === 0 && ended.size < plan.callsNeeded,
    ended: [...ended].sort(([a], [b]) => a - b).map(([, state]) => state),
    knocks: knocksOf(seen, callers),
    passedTo: passedTo(seen, callers),
    callsNeeded: plan.callsNeeded,
    canAsk: plan.pass !== null,
    isAsked: seen.some(({ kind }) => kind === 'call-asked'),
    isGivenUp: seen.some(({ kind }) => kind === 'call-given-up'),
  };
}

/**
 * Phones of the LAN come, too, and are taken: anybody but the caller counts only where this machine was seen to leave him
 * without an answer, and all others of his address.
 */
function isReached(
  port: number,
  visits: readonly Visit[],
  seen: readonly CallObservation[],
  { caller, callsNeeded }: CallPlan,
): boolean {
  const here = visits.filter((one) => one.port === port).map(({ from }) => from);
  const addresses = [...new Set(here.map(({ address }) => address))];
  return addresses.some((address) => {
    const ports = new Set(here.filter((from) => from.address === address).map((from) => from.port));
    return ports.size >= callsNeeded && (address === caller?.address || isLeftStanding(address, seen));
  });
}

function isLeftStanding(address: string, seen: readonly CallObservation[]): boolean {
  const knocks = seen.flatMap((one) => (one.kind === 'call-knocked' && one.from.address === address ? [one] : []));
  return knocks.length > 0 && knocks.every(({ isAnswered }) => !isAnswered);
}

/** Each call comes from a port of its own; who was let in to the port is not held back. */
function knocksOf(seen: readonly CallObservation[], callers: ReadonlySet<string>): CallEvidence['knocks'] {
  const from = (isThis: (one: CallObservation) => boolean) =>
    new Set(
      seen.flatMap((one) =>
        'from' in one && callers.has(one.from.address) && isThis(one) ? [formatEndpoint(one.from)] : [],
      ),
    );
  const answered = from((one) => one.kind === 'call-knocked' && one.isAnswered);
  const letIn = from(({ kind }) => kind === 'call-visited' || kind === 'call-arrived');
  const asked = [...from(({ kind }) => kind === 'call-knocked')];
  return {
    held: asked.filter((one) => !answered.has(one) && !letIn.has(one)).length,
    answered: answered.size,
  };
}

/** The first of them. */
function passedTo(seen: readonly CallObservation[], callers: ReadonlySet<string>): Endpoint | null {
  const passed = seen.flatMap((one) => (one.kind === 'call-passed-on' && callers.has(one.from.address) ? [one] : []));
  return passed.toSorted((a, b) => a.at - b.at)[0]?.to ?? null;
}

function listening(seen: readonly CallObservation[]): Listening {
  const failed = seen.find((one) => one.kind === 'call-not-listening');
  if (failed) return { kind: 'no', failure: failed.failure };
  return { kind: seen.some(({ kind }) => kind === 'call-listening') ? 'yes' : 'unknown' };
}
