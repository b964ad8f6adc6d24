import type { Comparison } from '../../../src/report/index.ts';

export type PortChange = Comparison['ports'][number];
export type Kind = 'better' | 'worse' | 'otherwise';

/** From anything to open is better, from open to anything is worse. */
export function kindOf({ before, after }: Pick<PortChange, 'before' | 'after'>): Kind {
  const [was, is] = [before.result === 'open', after.result === 'open'];
  if (was === is) return 'otherwise';
  return is ? 'better' : 'worse';
}

export const KINDS: readonly Kind[] = ['worse', 'better', 'otherwise'];

export type Sum = Readonly<Record<Kind, number>>;

export function sumOf(changes: readonly PortChange[]): Sum {
  const count = (kind: Kind): number =>
    changes.filter((change) => kindOf(change) === kind).reduce((sum, change) => sum + change.count, 0);
  return { better: count('better'), worse: count('worse'), otherwise: count('otherwise') };
}

/** Which sentence says it. */
export type Headline = 'opened' | 'opened-all' | 'closed' | 'both' | 'otherwise' | 'facts' | 'same';

export function headlineOf({ ports, facts }: Comparison, isSupported: boolean): Headline {
  const { better, worse, otherwise } = sumOf(ports);
  if (better > 0 && worse > 0) return 'both';
  if (worse > 0) return 'closed';
  if (better > 0) return isSupported ? 'opened-all' : 'opened';
  if (otherwise > 0) return 'otherwise';
  return facts.some(({ what }) => what !== 'servers') ? 'facts' : 'same';
}
