/** A port as the servers that were asked so far have shown it. */
export interface Judged {
  readonly port: number;
  /**
   * `lost`: it could not be judged, for reasons that another server may not have; `failed`: something is wrong with it;
   * `works`; `other`: whoever asks, it will be the same.
   */
  readonly state: 'lost' | 'failed' | 'works' | 'other';
  /** The same for ports that fail in the same way. */
  readonly looks: string;
  /** It has sent packets of its own in this run, and had let none in before. */
  readonly spoke: boolean;
}

/** Of the ports that fail in the same way. */
const CONFIRMED = 8;
/** Ports that work, among them: they show that the router does not refuse the other server. */
const WITNESSES = 4;

/**
 * Which ports another server is asked about: those that the first could not judge, a few of those that fail, and
 * witnesses. Where the router lets everybody in on a mapping (`filterOpen`), a port that has spoken lets the other
 * server in, whatever the rules say: it is not asked again.
 */
export function askAgain(ports: readonly Judged[], filterOpen: boolean): readonly number[] {
  const mayAsk = ports.filter(({ spoke }) => !(filterOpen && spoke));
  const of = (state: Judged['state']) => mayAsk.filter((port) => port.state === state);
  const lost = numbers(of('lost'));
  const failed = groups(of('failed')).flatMap((group) => spread(group, CONFIRMED));
  if (lost.length + failed.length === 0) return [];
  return [...spread(numbers(of('works')), WITNESSES), ...lost, ...failed].sort((a, b) => a - b);
}

/**
 * Ports that fail like some of which the other server has just said that they work: all of them are asked now, since
 * the sample does not speak for them.
 */
export function askRest(
  before: readonly Judged[],
  work: ReadonlySet<number>,
  asked: ReadonlySet<number>,
): readonly number[] {
  const failed = before.filter(({ state }) => state === 'failed');
  const doubtful = new Set(failed.filter(({ port }) => work.has(port)).map(({ looks }) => looks));
  return numbers(failed.filter(({ looks, port }) => doubtful.has(looks) && !asked.has(port)));
}

const numbers = (ports: readonly Judged[]): number[] => ports.map(({ port }) => port);

function groups(ports: readonly Judged[]): number[][] {
  const byLooks = new Map<string, number[]>();
  for (const { port, looks } of ports) byLooks.set(looks, [...(byLooks.get(looks) ?? []), port]);
  return [...byLooks.values()];
}

/** So many of them, evenly spread, the first and the last among them. */
function spread(ports: readonly number[], count: number): number[] {
  if (ports.length <= count) return [...ports];
  const at = (index: number) => ports[Math.round((index * (ports.length - 1)) / (count - 1))] ?? 0;
  return Array.from({ length: count }, (_, index) => at(index));
}
