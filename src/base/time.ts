/**
 * Milliseconds, as a duration or on the monotonic clock of one run (its zero means nothing).
 * May have a fraction.
 */
export type Milliseconds = number;
