import { askAgain, askRest, type Judged } from '../plan/index.ts';
import type { Candidate } from './servers.ts';

export interface Others {
  /** In the order in which they are asked. */
  readonly others: readonly Candidate[];
  readonly isCancelled: () => boolean;
  /** Of the ports that the first one was asked about, by all that was seen so far. */
  readonly known: () => { readonly before: readonly Judged[]; readonly filterOpen: boolean };
  /** By any server. */
  readonly works: () => ReadonlySet<number>;
  readonly ask: (candidate: Candidate, ports: readonly number[], hasOthers: boolean) => Promise<void>;
}

/** What one server could not judge, or found wrong, is asked of others, as far as that is needed (docs/decisions/0010). */
export async function askOthers({ others, isCancelled, known, works, ask }: Others): Promise<void> {
  for (const [index, candidate] of others.entries()) {
    if (isCancelled()) return;
    const { before, filterOpen } = known();
    const ports = askAgain(before, filterOpen);
    if (ports.length === 0) return;
    const hasOthers = index + 1 < others.length;
    await ask(candidate, ports, hasOthers);
    const rest = askRest(before, works(), new Set(ports));
    if (rest.length > 0) await ask(candidate, rest, hasOthers);
    // Whoever confirms what fails has said enough; another one is only asked for what nobody could judge.
    if (!known().before.some(({ state }) => state === 'lost')) return;
  }
}
