import type { Milliseconds } from '../base/index.ts';
import type { ColdRole, ProbePlan, ServerFacts } from '../plan/index.ts';
import type { Report, ReportPort } from '../report/index.ts';
import type { System } from '../system/index.ts';

/**
 * What a check leaves in a router: entries of its connection table that answer for later packets, whatever the
 * rules say by then (lab trap 5). So each check notes which roles it used for which ports, and the next one takes
 * the role that is still fresh, or waits.
 */
export interface PastCheck {
  /** Addresses of the server. */
  readonly server: string;
  /** Time of day. */
  readonly endedAt: Milliseconds;
  readonly coldRole: ColdRole;
  /** Let a cold packet in: only the role that sent it is used up. */
  readonly open: readonly number[];
  /** Were asked from both roles. */
  readonly shut: readonly number[];
  /** Have a mapping of their own making, which lives longer. */
  readonly mapped: readonly number[];
}

/** A flow that had no answer (Linux: 30 s), and some. */
const UNANSWERED_LIVES: Milliseconds = 35_000;
/** A flow that had answers (Linux: 180 s at most by default), and some. */
const ANSWERED_LIVES: Milliseconds = 185_000;

const FILE = 'past-checks.json';

export interface Advice {
  readonly coldRole: ColdRole;
  /** Until that role is fresh. */
  readonly wait: Milliseconds;
  /** After the wait, the other role is fresh too. */
  readonly warmIsFresh: boolean;
}

export interface Memory {
  /** Which role may send cold packets to these ports, and after which time. */
  advise(server: ServerFacts, ports: readonly number[]): Advice;
  remember(plan: ProbePlan, report: Report): Promise<void>;
}

export async function memoryOf(system: System): Promise<Memory> {
  const now = () => system.clock.date().getTime();
  const past = parse(await system.files.readState(FILE)).filter(({ endedAt }) => now() - endedAt < ANSWERED_LIVES);
  return {
    advise: (server, ports) => advise(past, serverKey(server), new Set(ports), now()),
    remember: async (plan, report) => {
      const check = pastCheck(plan, report.ports, now());
      await system.files.writeState(FILE, JSON.stringify([...past, check]));
    },
  };
}

/** The role that is fresh first; `alternate-primary-port` where both are. */
export function advise(
  past: readonly PastCheck[],
  server: string,
  ports: ReadonlySet<number>,
  now: Milliseconds,
): Advice {
  const concerned = past.filter((check) => check.server === server);
  const waits = (['alternate-primary-port', 'alternate'] as const).map((coldRole) => ({
    coldRole,
    wait: Math.max(0, ...concerned.map((check) => freshAt(check, coldRole, ports) - now)),
  }));
  const [first, second] = waits as [(typeof waits)[0], (typeof waits)[0]];
  const [cold, warm] = second.wait < first.wait ? [second, first] : [first, second];
  return { ...cold, warmIsFresh: warm.wait <= cold.wait };
}

function freshAt(check: PastCheck, coldRole: ColdRole, ports: ReadonlySet<number>): Milliseconds {
  const concerns = (list: readonly number[]) => list.some((port) => ports.has(port));
  if (concerns(check.mapped)) return check.endedAt + ANSWERED_LIVES;
  const used = concerns(check.shut) || (check.coldRole === coldRole && concerns(check.open));
  return used ? check.endedAt + UNANSWERED_LIVES : 0;
}

const serverKey = ({ primary, alternate }: ServerFacts): string =>
  [primary.address, alternate?.address ?? ''].sort().join(' ');

function pastCheck(plan: ProbePlan, ports: readonly ReportPort[], endedAt: Milliseconds): PastCheck {
  const pick = (holds: (port: ReportPort) => boolean) => ports.filter(holds).map(({ port }) => port);
  const own = ({ result, cause }: ReportPort) => result === 'translated' || cause === 'works-by-accident';
  // Without a cold question one role has sent to all of them: as if they had been asked from both.
  const fresh = ({ result }: ReportPort) => result === 'open' && plan.steps.cold !== undefined;
  return {
    server: serverKey(plan.server),
    endedAt,
    coldRole: plan.coldRole,
    open: pick(fresh),
    shut: pick((port) => !fresh(port) && port.result !== 'in-use' && !own(port)),
    mapped: pick(own),
  };
}

/** A file of ours, but anybody may have written to it. */
function parse(text: string | null): PastCheck[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isPastCheck) : [];
  } catch {
    return [];
  }
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

function isPastCheck(value: unknown): value is PastCheck {
  if (typeof value !== 'object' || value === null) return false;
  const check = value as Partial<Record<keyof PastCheck, unknown>>;
  const lists = isNumbers(check.open) && isNumbers(check.shut) && isNumbers(check.mapped);
  return (
    lists && typeof check.server === 'string' && typeof check.endedAt === 'number' && typeof check.coldRole === 'string'
  );
}
