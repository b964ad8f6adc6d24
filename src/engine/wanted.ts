import type { Endpoint } from '../base/index.ts';
import type { Question } from '../plan/index.ts';

/** What the engine knows of one port while it asks. */
export interface PortProgress {
  readonly port: number;
  /** A question is settled when it was answered or its tries are over. */
  readonly settled: Readonly<Partial<Record<Question, 'answered' | 'not-answered'>>>;
  /** Packets sent per question. */
  readonly tried: Readonly<Partial<Record<Question, number>>>;
  /** The mapping that the primary saw. */
  readonly mapped: Endpoint | null;
  /** It was asked once more, to show that the router still lets in what it let in before. */
  readonly isSentinel: boolean;
  /** An entry of an earlier check may still answer for the primary's other port. */
  readonly isStale: boolean;
  /** The mappings that other destinations saw. */
  readonly mappedElsewhere: Readonly<Partial<Record<Question, Endpoint>>>;
}

/** What holds for all ports of the run. */
export interface RunProgress {
  /** Whether the server can be asked this. */
  can(question: Question): boolean;
  /** Whether enough ports were already asked a question that is for a sample. */
  enough(question: Question): boolean;
  /** All ports of the slice were asked; those that are preserved are to be confirmed at another destination. */
  confirming(): boolean;
}

/**
 * The questions that this port is to be asked now; none: it is finished, for the time being. The order is the heart of the check
 * (docs/decisions/0001): cold before the port has sent anything, of a few that let nothing in also from the primary's address, then warm, then what goes to the primary
 * alone, and only after these anything to another destination. A port that let a cold packet in is not asked
 * the warm question: it could prove nothing more, and leaves one role that this port has never heard (unless it serves as a sentinel).
 */
export function wanted(port: PortProgress, run: RunProgress): readonly Question[] {
  const open: IsOpen = (question) => may(port, question, run) && port.settled[question] === undefined;
  if (open('cold')) return ['cold'];
  if (!wasAnswered(port, 'cold') && open('cold-near') && isInSample(port, 'cold-near', run)) return ['cold-near'];
  const { mapped } = port;
  const translated = mapped !== null && mapped.port !== port.port;
  if (open('warm') && !translated && !wasAnswered(port, 'cold'))
    return outboundToo(port) ? ['warm', 'outbound'] : ['warm'];
  if (mapped === null) return open('outbound') ? ['outbound'] : deafOrDumb(port, open, run);
  return translated ? whereElse(port, open, run) : refine(port, open, run);
}

/** What an entry that an earlier check left in the router could answer is not asked. */
const may = (port: PortProgress, question: Question, run: RunProgress): boolean =>
  run.can(question) && !(port.isStale && NEARBY.has(question));

/** Questions that the primary's other port answers. */
const NEARBY: ReadonlySet<Question> = new Set(['cold-near', 'change-port', 'elsewhere']);

const wasAnswered = (port: PortProgress, question: Question): boolean => port.settled[question] === 'answered';

/** What has begun is asked to the end, or its silence would never count. */
const isInSample = (port: PortProgress, question: Question, run: RunProgress): boolean =>
  port.tried[question] !== undefined || !run.enough(question);

/** Nothing came back: does at least something get out? */
const deafOrDumb = (port: PortProgress, open: IsOpen, run: RunProgress): readonly Question[] =>
  open('relay') && isInSample(port, 'relay', run) ? ['relay'] : [];

/** The port is preserved. What a closed one lets in refines the cause; and its number may be chance. */
function refine(port: PortProgress, open: IsOpen, run: RunProgress): readonly Question[] {
  const closed = !wasAnswered(port, 'cold') && !wasAnswered(port, 'warm');
  if (closed && open('change-port') && isInSample(port, 'change-port', run)) return ['change-port'];
  return run.confirming() ? confirm(port, open, run) : [];
}

/** A warm question that was not answered at once may be a closed port: the plain request then tells the mapping. */
const outboundToo = (port: PortProgress): boolean =>
  (port.tried.warm ?? 0) >= 2 && port.mapped === null && port.settled.outbound === undefined;

type IsOpen = (question: Question) => boolean;

/**
 * Which other destinations tell something. A forwarded port has heard one alternate role, and what it sends there
 * goes back the way that the cold packet came (docs/decisions/0001, trap 2); so the other one is asked. A port that is not forwarded
 * has asked that one already, in vain, and the router may remember it (trap 4); so the first one is asked.
 * A sentinel has heard both: there the primary's other port comes first, and without it nothing would be proven; and
 * where it has asked for both answers itself, nothing is proven by either.
 */
function otherPlaces(port: PortProgress, run: RunProgress): readonly Question[] {
  const nearby: readonly Question[] = may(port, 'elsewhere', run) ? ['elsewhere'] : [];
  if (!wasAnswered(port, 'cold')) return port.isSentinel ? nearby : [...nearby, 'far-elsewhere'];
  if (port.isSentinel) return nearby.length > 0 ? [...nearby, 'fresh-elsewhere'] : [];
  return ['fresh-elsewhere', ...nearby];
}

/** A mapping that differs proves "symmetric". One that agrees, or shows the port unchanged, calls for a second look. */
function whereElse(port: PortProgress, open: IsOpen, run: RunProgress): readonly Question[] {
  const [first, second] = otherPlaces(port, run);
  if (first === undefined) return [];
  if (open(first)) return [first];
  const there = port.mappedElsewhere[first]?.port;
  return second && open(second) && (there === port.mapped?.port || there === port.port) ? [second] : [];
}

/** A preserved port that another destination sees otherwise: chance, or a neighbour over there? A third one tells. */
function confirm(port: PortProgress, open: IsOpen, run: RunProgress): readonly Question[] {
  const [first, second] = otherPlaces(port, run);
  if (first === undefined) return [];
  if (open(first)) return [first];
  const there = port.mappedElsewhere[first];
  return second && open(second) && there !== undefined && there.port !== port.port ? [second] : [];
}
