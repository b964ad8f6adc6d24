import type { RunEvidence } from '../evidence/index.ts';
import { isOpen } from './results.ts';
import type { Opinion, PortVerdict } from './types.ts';

/** What one server showed of the ports that it was asked about. */
export interface Leg {
  /** As the user named it. */
  readonly server: string;
  readonly address: string;
  /** Whether the cold question could be asked of it. */
  readonly coldAsked: boolean;
  readonly evidence: RunEvidence;
  /** They had spoken to another server, and the router may let everybody in on a mapping: what came in proves nothing. */
  readonly doubtful: ReadonlySet<number>;
}

/** What a server says of one port. */
export interface Word {
  readonly server: string;
  readonly verdict: PortVerdict;
  readonly coldAsked: boolean;
}

export interface Combined {
  /** One for each port. */
  readonly ports: readonly PortVerdict[];
  readonly opinions: readonly Opinion[];
}

/**
 * One verdict for each port, whoever was asked. A port that works for one server works: its number was kept, and a packet
 * that it had not asked for came in. What another server's packets met on the way is that server's affair, or that of
 * a rule that names its sources.
 */
export function combine(words: readonly Word[]): Combined {
  const byPort = new Map<number, Word[]>();
  for (const word of words) byPort.set(word.verdict.port, [...(byPort.get(word.verdict.port) ?? []), word]);
  const opinions = new Map<string, Opinion & { ports: PortVerdict[] }>();
  const ports = [...byPort.values()].map((about) => {
    const verdict = decide(about);
    const opinion = opinionOf(about);
    if (!opinion) return verdict;
    const key = JSON.stringify(opinion);
    const known = opinions.get(key) ?? { ...opinion, ports: [] };
    known.ports.push(verdict);
    opinions.set(key, known);
    return verdict;
  });
  return { ports, opinions: [...opinions.values()] };
}

function decide(words: readonly Word[]): PortVerdict {
  const decided = decidedBy(words);
  const best = decided.find(({ verdict }) => isOpen(verdict.result)) ?? decided[0];
  const word = best ?? words.findLast(({ verdict }) => verdict.cause !== null) ?? words[0];
  if (!word) throw new Error('a port of which no server says anything');
  return word.verdict;
}

/** Where one server could ask the cold question, the word of those that could not is worth nothing beside it. */
function decidedBy(words: readonly Word[]): readonly Word[] {
  const decided = words.filter(({ verdict }) => isOpen(verdict.result) !== null);
  const strong = decided.filter(({ coldAsked }) => coldAsked);
  return strong.length > 0 ? strong : decided;
}

/** What was found out of UDP and of TCP ports, in one list. */
export function togetherOf(opinions: readonly Opinion[]): Opinion[] {
  const known: Opinion[] = [];
  for (const one of opinions) {
    const at = known.findIndex(
      ({ kind, server, first }) => kind === one.kind && server === one.server && first === one.first,
    );
    const before = known[at];
    if (before) known[at] = { ...before, ports: [...before.ports, ...one.ports] };
    else known.push(one);
  }
  return known;
}

/** What the second server adds; null: only one was asked, or the port works for all. */
function opinionOf(words: readonly Word[]): Omit<Opinion, 'ports'> | null {
  const [first] = words;
  const decided = decidedBy(words);
  const [one, other] = decided;
  if (!first || !one) return null;
  if (!other) return one === first ? null : { kind: 'taken-over', server: one.server, first: first.server };
  const [isFirst, isSecond] = [isOpen(one.verdict.result), isOpen(other.verdict.result)];
  if (isFirst !== isSecond)
    return isFirst
      ? { kind: 'contradicted', server: one.server, first: other.server }
      : { kind: 'contradicted', server: other.server, first: one.server };
  return isFirst ? null : { kind: 'confirmed', server: other.server, first: one.server };
}
