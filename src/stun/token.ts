import { createHmac, timingSafeEqual } from 'node:crypto';

/** Long enough for a check of all ports at the usual pace. */
const LIFETIME_SECONDS = 600;
const TIME_LENGTH = 4;
const PROOF_LENGTH = 12;

/**
 * Whoever shows a token receives at the address that it was given to, since it was sent there: so much may be sent
 * there that a forged source address would make a weapon of. `now`: seconds, of the clock of this process.
 */
export function giveToken(key: Uint8Array, address: string, now: number): Uint8Array {
  const token = new Uint8Array(TIME_LENGTH + PROOF_LENGTH);
  const until = new DataView(token.buffer);
  until.setUint32(0, now + LIFETIME_SECONDS);
  token.set(proof(key, address, token.subarray(0, TIME_LENGTH)), TIME_LENGTH);
  return token;
}

/** Whether this process gave it to that address, less than ten minutes ago. */
export function isTokenOf(token: Uint8Array, key: Uint8Array, address: string, now: number): boolean {
  if (token.length !== TIME_LENGTH + PROOF_LENGTH) return false;
  const until = new DataView(token.buffer, token.byteOffset).getUint32(0);
  const expected = proof(key, address, token.subarray(0, TIME_LENGTH));
  return now < until && timingSafeEqual(expected, token.subarray(TIME_LENGTH));
}

const proof = (key: Uint8Array, address: string, time: Uint8Array): Uint8Array =>
  createHmac('sha256', key).update(time).update(address).digest().subarray(0, PROOF_LENGTH);
