import type { Endpoint } from '../base/index.ts';
import type { Question } from '../plan/index.ts';
import type { PortProgress } from './wanted.ts';

/** What the engine keeps of one port while it asks. */
export class PortState<Ask> implements PortProgress {
  readonly port: number;
  readonly settled: Partial<Record<Question, 'answered' | 'not-answered'>> = {};
  readonly tried: Partial<Record<Question, number>> = {};
  /** Questions that are being asked now. */
  asks: readonly Ask[] = [];
  mapped: Endpoint | null = null;
  readonly mappedElsewhere: Partial<Record<Question, Endpoint>> = {};
  /** A cold packet arrived, and at this very port. */
  letIn = false;
  isSentinel = false;
  finished = false;
  readonly isStale: boolean;

  constructor(port: number, isStale = false) {
    this.port = port;
    this.isStale = isStale;
  }

  /** The first mapping counts: a later one may be coloured by what came in meanwhile. */
  learn(question: Question, mapped: Endpoint): void {
    if (question === 'warm' || question === 'outbound') this.mapped ??= mapped;
    else if (question !== 'change-port' && question !== 'relay' && question !== 'cold-near')
      this.mappedElsewhere[question] ??= mapped;
  }
}
