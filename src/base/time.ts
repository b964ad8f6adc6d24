/**
 * Milliseconds, as a duration or on the monotonic clock of one run (its zero means nothing).
 * May have a fraction.
 */
export type Milliseconds = number;

/** A reflector's token is good for ten minutes (docs/protocol.md); the last one is for what is on the way. */
export const TOKEN_LASTS: Milliseconds = 9 * 60_000;
