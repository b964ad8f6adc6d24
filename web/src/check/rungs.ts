import type { Report } from '../../../src/report/index.ts';

type Proof = NonNullable<Report['findings'][number]['proof']>;
type Exchange = Proof['exchanges'][number];

/** PBX, router, the server that is asked, and where an answer from elsewhere comes from. */
export type Lane = 0 | 1 | 2 | 3;

export interface Rung {
  readonly atMs: number;
  readonly from: Lane;
  readonly to: Lane;
  readonly kind: 'asks' | 'arrives' | 'missing';
  readonly text: string;
}

export interface Scene {
  readonly question: Exchange['question'];
  readonly answer: Exchange['answer'];
  readonly why: Exchange['why'];
  readonly rungs: readonly Rung[];
  readonly moreTries: number;
}

/** What was asked, and what came; an answer that did not come ends at the router. */
export const ladderOf = ({ exchanges }: Proof): Scene[] =>
  exchanges.map((exchange) => {
    const { question, answer, why, moreTries } = exchange;
    return { question, answer, why, moreTries, rungs: exchange.tries.flatMap((one) => rungsOf(exchange, one)) };
  });

function rungsOf({ question, from, to, answerFrom, answerTo, answer }: Exchange, one: Exchange['tries'][number]) {
  const isElsewhere = hostOf(answerFrom) !== hostOf(to);
  const lane: Lane = isElsewhere ? 3 : 2;
  const answers = `${answerFrom} → ${answerTo ?? '?'}`;
  const asks: Rung[] =
    question === 'call' ? [] : [{ atMs: one.atMs, from: 0, to: 2, kind: 'asks', text: `${from} → ${to}` }];
  if (one.answeredMs !== null)
    return [...asks, { atMs: one.answeredMs, from: lane, to: 0, kind: 'arrives', text: answers } as const];
  // A silence is drawn as a packet that was turned away only where that is known.
  if (answer !== 'no') return asks;
  return [...asks, { atMs: one.atMs, from: lane, to: 1, kind: 'missing', text: answers } as const];
}

const hostOf = (endpoint: string): string => endpoint.replace(/:\d+$/, '');
