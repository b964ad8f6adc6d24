import type { Endpoint } from '../base/index.ts';
import type { Question } from '../plan/index.ts';
import type { PortProgress } from './wanted.ts';

/** What the engine keeps of one port while it asks. */
export class PortState<Ask> implements PortProgress {
  readonly port: number;
  readonly settled = new Map<Question, 'answered' | 'not-answered'>();
  readonly tried = new Map<Question, number>();
  /** Questions that are being asked now. */
  readonly asks = new Map<Question, Ask>();
  mapped: Endpoint | null = null;
  readonly mappedElsewhere = new Map<Question, Endpoint>();
  finished = false;

  constructor(port: number) {
    this.port = port;
  }

  /** The first mapping counts: a later one may be coloured by what came in meanwhile. */
  learn(question: Question, mapped: Endpoint): void {
    if (question === 'warm' || question === 'outbound') this.mapped ??= mapped;
    else if (!this.mappedElsewhere.has(question)) this.mappedElsewhere.set(question, mapped);
  }
}
