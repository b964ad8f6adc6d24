import type { Judged } from '../plan/index.ts';
import {
  type CallLeg,
  isOpen,
  judgeCalls,
  judgeLegs,
  type Leg,
  NOTHING_OF_UDP,
  type PortVerdict,
} from '../verdict/index.ts';
import { type PlayedLeg, spokenFirst } from './conclude.ts';

/** Reasons that another server may not have. */
const SERVERS = new Set<PortVerdict['cause']>(['server-silent', 'throttled-by-server']);

/** What is known of the ports of one leg, by all that was asked, as `askAgain` wants it. */
export function judgedBy(legs: readonly PlayedLeg[], shown: readonly Leg[], leg: number): Judged[] {
  const own = legs[leg];
  if (!own) return [];
  const ports = new Set(own.plan.slices.flat());
  const spoke = new Set(legs.flatMap((one, index) => [...spokenFirst(one, shown[index]?.evidence ?? { ports: [] })]));
  const isLost = own.observations.some(({ kind }) => kind === 'server-lost');
  return judgeLegs(shown)
    .ports.filter(({ port }) => ports.has(port))
    .map((verdict) => ({
      port: verdict.port,
      state: stateOf(verdict, isLost),
      looks: `${verdict.result} ${verdict.cause}`,
      spoke: spoke.has(verdict.port),
    }));
}

function stateOf({ result, cause, rule }: PortVerdict, isLost: boolean): Judged['state'] {
  const open = isOpen(result);
  if (open !== null) return open ? 'works' : 'failed';
  if (SERVERS.has(cause) || rule === 'shut-out') return 'lost';
  return isLost && result === 'untested' && cause === null ? 'lost' : 'other';
}

/** Why a TCP port could not be judged, though another server may call it. */
const CALLERS = new Set<PortVerdict['cause']>([...SERVERS, 'scan-protection', 'no-call-back', 'not-called-inside']);

/** The same of TCP ports. They never speak: what comes in was not asked for. */
export const judgedCalls = (legs: readonly CallLeg[]): Judged[] =>
  callVerdicts(legs).map(({ port, result, cause }) => {
    const open = isOpen(result);
    const unknown = CALLERS.has(cause) ? 'lost' : 'other';
    const state = open === null ? unknown : open ? 'works' : 'failed';
    return { port, state, looks: `${result} ${cause}`, spoke: false };
  });

/** While UDP ports are still being asked; what they will have shown changes none of the states. */
export const callVerdicts = (legs: readonly CallLeg[]): readonly PortVerdict[] =>
  judgeCalls(legs, NOTHING_OF_UDP, 'ipv4').ports;

/** By any server. */
export const worksNow = (verdicts: readonly PortVerdict[]): ReadonlySet<number> =>
  new Set(verdicts.filter(({ result }) => isOpen(result)).map(({ port }) => port));
