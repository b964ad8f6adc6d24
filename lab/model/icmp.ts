import { type Family, familyOf, type Milliseconds } from '../../src/base/index.ts';
import type { IcmpError } from '../../src/system/index.ts';
import type { Packet } from './packet.ts';

/** Linux's icmp_ratelimit, and how many it saves up (XRLIM_BURST_FACTOR). */
const EVERY: Milliseconds = 1_000;
const BURST = 6;

/** Who sends ICMP errors, to one target, no more often than Linux does; `by`: its address in each family. */
export function createErrors(
  by: Readonly<Record<Family, string>>,
): (packet: Packet, why: Refusal, now: Milliseconds) => IcmpError | null {
  let tokens = BURST;
  let since: Milliseconds = 0;
  return ({ protocol, from, to, bytes }, why, now) => {
    if (protocol !== 'udp') return null;
    tokens = Math.min(BURST, tokens + (now - since) / EVERY);
    since = now;
    if (tokens < 1) return null;
    tokens--;
    const family = familyOf(from.address) ?? 'ipv4';
    return { by: by[family], type: UNREACHABLE[family], code: CODES[family][why], from, to, quoted: bytes };
  };
}

export type Refusal = 'port-unreachable' | 'admin-prohibited';

/** RFC 792 and RFC 1812 section 5.2.7.1; RFC 4443 section 3.1. */
const UNREACHABLE = { ipv4: 3, ipv6: 1 } as const;
const CODES: Readonly<Record<Family, Readonly<Record<Refusal, number>>>> = {
  ipv4: { 'port-unreachable': 3, 'admin-prohibited': 13 },
  ipv6: { 'port-unreachable': 4, 'admin-prohibited': 1 },
};
