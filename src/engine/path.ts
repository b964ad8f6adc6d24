import type { Milliseconds } from '../base/index.ts';
import type { TryPolicy } from '../plan/index.ts';

/** One-sided 99 % (the normal distribution's quantile). */
const CONFIDENCE = 2.33;

/** A request and its answer, at 5 % loss each way: the most for which the usual number of tries is laid out. */
const DESIGN_LOSS = 1 - 0.95 * 0.95;

/**
 * RFC 6298's G. Where the round trip does not vary, the timeout would fall to the round trip itself, and an answer
 * would be read just when it was given up.
 */
const GRANULARITY: Milliseconds = 20;

/** What this run has learnt of the way to the server and back: round trip and loss. */
export class Path {
  #answered = 0;
  #lost = 0;
  #roundTrip: Milliseconds | null = null;
  #variation: Milliseconds = 0;

  /** An answer to a packet of which we know when it was sent. Smoothing as RFC 6298 section 2 has it. */
  answered(roundTrip: Milliseconds): void {
    this.#answered++;
    if (this.#roundTrip === null) {
      this.#roundTrip = roundTrip;
      this.#variation = roundTrip / 2;
      return;
    }
    this.#variation += (Math.abs(roundTrip - this.#roundTrip) - this.#variation) / 4;
    this.#roundTrip += (roundTrip - this.#roundTrip) / 8;
  }

  /** A packet whose answer should have come and did not. */
  lost(count = 1): void {
    this.#lost += count;
  }

  /** How long to wait for an answer before the next try. */
  gap(policy: TryPolicy): Milliseconds {
    const timeout =
      this.#roundTrip === null ? policy.longestGap : this.#roundTrip + Math.max(GRANULARITY, 4 * this.#variation);
    return Math.min(policy.longestGap, Math.max(policy.shortestGap, timeout));
  }

  /** Tries after which a silence is no accident of the path; more than `atMost`: it cannot be told. */
  triesNeeded(policy: TryPolicy): number {
    return triesNeeded(this.#answered, this.#lost, policy);
  }
}

/**
 * docs/decisions/0001. As long as the loss may be as high as the design allows, as many tries as that asks for;
 * fewer only when this run has shown, with 99 % confidence, that the path is better; more when it is worse.
 */
export const triesNeeded = (answered: number, lost: number, policy: TryPolicy): number =>
  Math.max(policy.atLeast, triesFor(answered, lost, policy));

function triesFor(answered: number, lost: number, policy: TryPolicy): number {
  const sent = answered + lost;
  const bound = upperBound(lost, sent);
  const tries = (loss: number) => Math.ceil(Math.log(policy.acceptedError) / Math.log(loss));
  if (bound <= DESIGN_LOSS) return tries(bound);
  const estimate = (lost + 1) / (sent + 2);
  const usual = tries(DESIGN_LOSS) + 1;
  return sent < FEW ? usual : Math.max(usual, tries(Math.max(estimate, DESIGN_LOSS)) + 1);
}

/** Below so many packets a loss says nothing yet. */
const FEW = 20;

/** Wilson's upper bound of a proportion. */
function upperBound(lost: number, sent: number): number {
  if (sent === 0) return 1;
  const z2 = CONFIDENCE * CONFIDENCE;
  const share = lost / sent;
  const root = Math.sqrt((share * (1 - share)) / sent + z2 / (4 * sent * sent));
  return (share + z2 / (2 * sent) + CONFIDENCE * root) / (1 + z2 / sent);
}
