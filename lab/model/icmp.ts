import type { Milliseconds } from '../../src/base/index.ts';
import type { IcmpError } from '../../src/system/index.ts';
import type { Packet } from './packet.ts';

/** Linux's icmp_ratelimit, and how many it saves up (XRLIM_BURST_FACTOR). */
const EVERY: Milliseconds = 1_000;
const BURST = 6;

/** Who sends ICMP errors, to one target, no more often than Linux does. */
export function createErrors(by: string): (packet: Packet, code: number, now: Milliseconds) => IcmpError | null {
  let tokens = BURST;
  let since: Milliseconds = 0;
  return ({ protocol, from, to, bytes }, code, now) => {
    if (protocol !== 'udp') return null;
    tokens = Math.min(BURST, tokens + (now - since) / EVERY);
    since = now;
    if (tokens < 1) return null;
    tokens--;
    return { by, type: 3, code, from, to, quoted: bytes };
  };
}

/** RFC 1812 section 5.2.7.1, RFC 792. */
export const [PORT_UNREACHABLE, ADMIN_PROHIBITED] = [3, 13];
